// A provider in memory for tests of surfaces: knows what was made, counts what it was asked, takes as long as it is told.
import { setTimeout as delay } from 'node:timers/promises';
import type { Response, Verb } from '../src/contract/response.ts';
import type { Context, Provider } from '../src/run/provider.ts';
import type { ApplyRequest, PlanRequest } from '../src/run/request.ts';

export interface CountingProvider extends Provider {
  readonly asked: { verb: Verb; request: object }[];
  /** Applies that ran, and the most that ran at once. */
  readonly applies: { count: number; mostAtOnce: number };
  /** Databases that are there. */
  readonly made: Set<string>;
}

export function createCountingProvider({ applyMs = 0, name = 'memory' } = {}): CountingProvider {
  const asked: CountingProvider['asked'] = [];
  const applies = { count: 0, mostAtOnce: 0 };
  const made = new Set<string>();
  let atOnce = 0;
  const respond = (request: { deployment_id: string }, databases: readonly string[] = []): Response => {
    const steps = databases.map((database) => ({
      action: 'create-database' as const,
      target: database,
      risk: 'create' as const,
      summary: 'UTF8',
      after: { name: database, owner: 'memory', encoding: 'UTF8' },
    }));
    return {
      ok: true,
      deployment_id: request.deployment_id,
      provider: name,
      actions: steps.map(({ action }) => action),
      steps,
      diagnostics: [],
    };
  };
  const missing = ({ databases = [] }: PlanRequest | ApplyRequest) => databases.filter((one) => !made.has(one));
  return {
    name,
    asked,
    applies,
    made,
    plan: async (request) => {
      asked.push({ verb: 'plan', request });
      return { ...respond(request, missing(request)), dry_run: true };
    },
    apply: async (request, { signal }: Context) => {
      asked.push({ verb: 'apply', request });
      if (request.dry_run) return { ...respond(request, missing(request)), dry_run: true };
      applies.count += 1;
      atOnce += 1;
      applies.mostAtOnce = Math.max(applies.mostAtOnce, atOnce);
      const todo = missing(request);
      await delay(applyMs, undefined, { signal }).catch(() => {});
      atOnce -= 1;
      if (signal.aborted) return { ...respond(request), ok: false, dry_run: false, error_class: 'cancelled' };
      for (const database of todo) made.add(database);
      return { ...respond(request, todo), dry_run: false };
    },
    status: async (request) => {
      asked.push({ verb: 'status', request });
      return { ...respond(request), databases: [...made].map((one) => ({ name: one, state: 'ours' as const })) };
    },
    verify: async (request) => {
      asked.push({ verb: 'verify', request });
      return { ...respond(request), connectivity: [], listener_policy: [] };
    },
    doctor: async (request) => respond(request),
  };
}
