// The smallest provider in memory that does all that the contract asks of one; what is there, is there until it is gone.
import { setTimeout as delay } from 'node:timers/promises';
import { OperationError } from '../src/contract/errors.ts';
import type { ProviderFacts } from '../src/contract/facts.ts';
import type { Response } from '../src/contract/response.ts';
import { isMutating, type Step } from '../src/contract/step.ts';
import { isIntact, planId } from '../src/model/plan.ts';
import type { Provider } from '../src/run/provider.ts';
import type { PlanRequest, Requests } from '../src/run/request.ts';

const target = { host: 'memory', port: 0, database: 'memory', admin_role: 'admin', server_version: '1' };

const facts: ProviderFacts = {
  target: {},
  found: {},
  actions: {
    'create-role': {
      about: 'role',
      after: ({ shape, text, flag, always }) => shape({ name: text, can_login: flag, password: always('none') }),
    },
    'create-database': {
      about: 'database',
      after: ({ shape, text }) => shape({ name: text, owner: text, encoding: text }),
    },
  },
};

export function createModelProvider(deploymentId: string): Provider {
  const databases = new Set<string>();
  const roles = new Set<string>();
  let declared: Pick<PlanRequest, 'databases' | 'roles'> = {};

  const stepsOf = (request: Pick<PlanRequest, 'databases' | 'roles'>): Step[] => {
    const [names = [], logins = []] = [request.databases, request.roles];
    const found = { provider: 'model', server_version: '1', admin_may_create: [] };
    const counted = { roles: logins.length, databases: names.length, schemas: [], dsn_files: 0 };
    return [
      { action: 'discover-provider', target: 'model', risk: 'create', summary: '', after: found },
      { action: 'compute-database-plan', target: 'plan', risk: 'create', summary: '', after: counted },
      ...logins
        .filter((name) => !roles.has(name))
        .map((name): Step => {
          const after = { name, can_login: true, password: 'none' as const };
          return { action: 'create-role', target: name, risk: 'create', summary: '', after };
        }),
      ...names
        .filter((name) => !databases.has(name))
        .map((name): Step => {
          const after = { name, owner: 'admin', encoding: 'UTF8' };
          return { action: 'create-database', target: name, risk: 'create', summary: '', after };
        }),
    ];
  };
  const answer = (steps: readonly Step[], more: Partial<Response> = {}): Response => ({
    ok: more.error_class === undefined,
    deployment_id: deploymentId,
    provider: 'model',
    actions: steps.map(({ action }) => action),
    steps,
    diagnostics: [],
    ...more,
  });
  const guard = ({ deployment_id, credentials }: Requests[keyof Requests]) => {
    if (deployment_id !== deploymentId) throw new OperationError('invalid-request', 'not here');
    if (credentials !== undefined) throw new OperationError('forbidden', 'not this one');
  };
  const planned = (request: PlanRequest): Response => {
    guard(request);
    declared = request;
    const steps = stepsOf(request);
    return answer(steps, { dry_run: true, target, plan_id: planId(deploymentId, target, steps) });
  };
  return {
    name: 'model',
    facts,
    plan: async (request) => planned(request),
    apply: async (request, { signal }) => {
      const plan = planned(request);
      const saved = request.plan as Response | undefined;
      // Of a plan that was carried out nothing is left to do.
      const isNow = saved?.plan_id === plan.plan_id || !plan.steps.some(isMutating);
      if (saved !== undefined && !(isIntact(saved) && isNow)) {
        return { ...plan, ok: false, error_class: 'stale-plan' };
      }
      if (request.dry_run) return plan;
      await delay(1);
      if (signal.aborted) return { ...plan, ok: false, dry_run: false, error_class: 'cancelled' };
      for (const step of plan.steps) {
        if (step.action === 'create-database') databases.add(step.target);
        if (step.action === 'create-role') roles.add(step.target);
      }
      const steps = plan.steps.map((step): Step => (isMutating(step) ? { ...step, state: 'applied' } : step));
      return { ...plan, dry_run: false, steps };
    },
    status: async (request) => {
      guard(request);
      const asked = request.databases === undefined ? declared : request;
      return answer([], {
        target,
        databases: (asked.databases ?? []).map((name) => ({
          name,
          state: databases.has(name) ? 'ours' : 'missing',
        })),
        roles: (asked.roles ?? []).map((name) => ({ name, state: roles.has(name) ? 'ours' : 'missing' })),
        drift: stepsOf(asked).filter(isMutating),
      });
    },
    verify: async (request) => {
      guard(request);
      const { databases: names = [], roles: logins = [] } = request;
      // A login needs both.
      if ((names.length === 0) !== (logins.length === 0)) return answer([], { connectivity: [], complete: false });
      const connectivity = [...roles].map((role) => ({
        id: 'login',
        kind: 'connectivity' as const,
        result: 'ok' as const,
        target: role,
        seen: 'in memory',
      }));
      const missing = { id: 'login', kind: 'connectivity' as const, result: 'fail' as const, seen: 'there is no role' };
      return roles.size === 0 ? answer([], { ok: false, connectivity: [missing] }) : answer([], { connectivity });
    },
    doctor: async (request) => {
      guard(request);
      return answer([], { checks: [{ id: 'memory', kind: 'doctor', result: 'ok', seen: 'there' }] });
    },
  };
}
