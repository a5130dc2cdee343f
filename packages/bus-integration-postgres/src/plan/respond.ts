// From what was computed to the response that a surface renders.
import {
  type Diagnostic,
  type Leftover,
  planId,
  type Response,
  type Step,
  type Target,
} from 'bus-integration-database';
import type { PinnedAddress } from '../connection/network/dial.ts';
import type { ObservedAdmin, ObservedServer } from '../observe/observation.ts';
import type { Computed, Wish } from './compute.ts';

export const providerName = 'postgres';

/** The server that a run speaks of, as the operator named it. */
export function targetOf(pinned: PinnedAddress, admin: ObservedAdmin, server: ObservedServer): Target {
  return {
    host: pinned.host,
    port: pinned.port,
    database: server.database,
    admin_role: admin.name,
    server_version: server.version,
    ...(server.systemIdentifier !== undefined && { system_identifier: server.systemIdentifier }),
  };
}

export interface PlanAnswer {
  readonly wish: Wish;
  readonly target: Target;
  readonly computed: Computed;
  readonly leftovers: readonly Leftover[];
  readonly warnings: readonly Diagnostic[];
  readonly startedAt: number;
}

/** The answer to `plan`, and to an `apply` that must not go on. */
export function planResponse({ wish, target, computed, leftovers, warnings, startedAt }: PlanAnswer): Response {
  return {
    ok: computed.errorClass === undefined,
    ...base(wish, computed.steps, startedAt),
    dry_run: true,
    target,
    diagnostics: [...computed.refusals, ...computed.findings, ...warnings],
    plan_id: planId(wish.deploymentId, target, computed.steps, wish.allowed),
    allowed: wish.allowed,
    leftovers,
    ...(computed.errorClass !== undefined && { error_class: computed.errorClass }),
  };
}

export function base(
  wish: Pick<Wish, 'deploymentId'>,
  steps: readonly Step[],
  startedAt: number,
): Omit<Response, 'ok' | 'diagnostics'> {
  return {
    deployment_id: wish.deploymentId,
    provider: providerName,
    actions: steps.map(({ action }) => action),
    steps,
    elapsed_ms: Math.round(performance.now() - startedAt),
  };
}
