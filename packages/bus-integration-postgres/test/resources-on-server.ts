// Resources brought about on a real server, by what plan and apply do, with no file written: for tests of single kinds.
import { type Allowed, isMutating, type Response } from 'bus-integration-database';
import { createPlainAdmin, type ServerAddress } from 'embedded';
import { expect } from 'vitest';
import { apply } from '../src/apply/apply.ts';
import { resolveDsn } from '../src/conninfo/conninfo.ts';
import { parseDsn } from '../src/dsn/dsn.ts';
import type { Resource } from '../src/kinds/index.ts';
import type { Role } from '../src/kinds/role.ts';
import type { Intent } from '../src/plan/intent.ts';
import { planResponse, targetOf } from '../src/plan/respond.ts';
import { createRun } from '../src/run/run.ts';
import { survey } from '../src/survey/survey.ts';
import { intentOf } from './observed.ts';

export const admins = ['superuser', 'plain', 'self-granting'] as const;
/** `self-granting`: a plain one that joins each role which it makes, by `createrole_self_grant`; from 16 on. */
export type AdminKind = (typeof admins)[number];

/** The DSN of an admin of that kind. */
export async function adminDsnOf(server: ServerAddress, kind: AdminKind, name = 'deploy_admin'): Promise<string> {
  if (kind === 'superuser') return server.dsn();
  const dsn = await createPlainAdmin(server, name);
  if (kind === 'self-granting' && server.major >= 16)
    await server.query(`ALTER ROLE "${name}" SET createrole_self_grant = 'set, inherit'`);
  return dsn;
}

export function roleOf(name: string, said: Partial<Role> = {}): Role {
  return { kind: 'role', name, deployment: 'shop', canLogin: true, password: 'held', ...said };
}

export interface Planned {
  readonly response: Response;
  /** `risk action target: summary`, in order. */
  readonly steps: readonly string[];
  readonly sql: readonly string[];
  /** Codes of what refuses it. */
  readonly refused: readonly string[];
  /** Remedies of all that is told. */
  readonly remedies: readonly string[];
}

const environment = { env: {}, cwd: '/', homeDirectory: '/', osUser: 'nobody' };

/** A deployment that declares these resources and nothing else. */
export function deploymentOf(adminDsn: string, resources: readonly Resource[]) {
  const named = <K extends Resource['kind']>(kind: K) =>
    resources.flatMap((one) => (one.kind === kind && 'name' in one ? [one.name] : []));
  const lists = { databases: named('database'), roles: named('role'), schemas: ['public'] };
  const intentWith = (allowed: Partial<Allowed>): Intent => {
    const { desired, ...intent } = intentOf(lists);
    const ofResources = { ...desired, outputs: new Map(), resources };
    return { ...intent, desired: ofResources, allowed: { ...intent.allowed, ...allowed } };
  };
  const looking = async (intent: Intent, signal: AbortSignal) => {
    const target = await resolveDsn(parseDsn(adminDsn), environment);
    const run = createRun({ target, signal });
    return { run, intent, jobs: () => 2 };
  };

  async function plan(allowed: Partial<Allowed> = {}): Promise<Planned> {
    const { signal } = new AbortController();
    const intent = intentWith(allowed);
    const options = await looking(intent, signal);
    await using session = await options.run.open('survey');
    const { observation, computed } = await survey(session, options);
    const target = targetOf(session.pinned, observation.seen.admin, observation.seen.server);
    return toldOf(planResponse({ intent, target, computed, leftovers: [], warnings: [], startedAt: 0 }));
  }

  async function applied(allowed: Partial<Allowed> = {}): Promise<Planned> {
    const { signal } = new AbortController();
    const intent = intentWith(allowed);
    const observeOptions = await looking(intent, signal);
    return toldOf(
      await apply({
        run: observeOptions.run,
        observeOptions,
        intent,
        passwordSend: 'verifier',
        jobs: () => 2,
        warnings: [],
        context: { signal },
      }),
    );
  }

  return {
    plan,
    apply: applied,
    /** Plans, applies, and expects that nothing is left to do. */
    converge: async (allowed: Partial<Allowed> = {}): Promise<Planned> => {
      const planned = await plan(allowed);
      expect(planned.refused, JSON.stringify(planned.response.diagnostics)).toEqual([]);
      const done = await applied(allowed);
      expect(done.response.ok, JSON.stringify(done.response.diagnostics)).toBe(true);
      const again = await plan();
      expect(again.steps, 'the second plan is empty').toEqual([]);
      expect(again.refused).toEqual([]);
      return planned;
    },
  };
}

function toldOf(response: Response): Planned {
  const steps = response.steps.filter(isMutating);
  return {
    response,
    steps: steps.map(({ risk, action, target, summary }) => `${risk} ${action} ${target}: ${summary}`),
    sql: steps.flatMap(({ sql = [] }) => sql),
    refused: response.diagnostics.filter(({ severity }) => severity === 'fail').map(({ code }) => code),
    remedies: response.diagnostics.flatMap(({ remedy }) => remedy ?? []),
  };
}
