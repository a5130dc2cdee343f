// From what was computed to the response that a surface renders.
import {
  type DesiredNames,
  type Diagnostic,
  type Leftover,
  planId,
  type Response,
  type Step,
  type Target,
} from 'bus-integration-database';
import type { PinnedAddress } from '../connection/network/dial.ts';
import type { ObservedAdmin, ObservedServer } from '../observe/observation.ts';
import type { Computed, Intent } from './intent.ts';

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
  readonly intent: Intent;
  readonly target: Target;
  readonly computed: Computed;
  readonly leftovers: readonly Leftover[];
  readonly warnings: readonly Diagnostic[];
  readonly startedAt: number;
}

/** The answer to `plan`, and to an `apply` that must not go on. */
export function planResponse({ intent, target, computed, leftovers, warnings, startedAt }: PlanAnswer): Response {
  return {
    ok: computed.errorClass === undefined,
    ...base(intent, computed.steps, startedAt),
    dry_run: true,
    target,
    diagnostics: [...computed.refusals, ...computed.findings, ...warnings],
    plan_id: planId(intent.desired.deploymentId, target, computed.steps, intent.allowed),
    allowed: intent.allowed,
    leftovers,
    ...(computed.errorClass !== undefined && { error_class: computed.errorClass }),
  };
}

export function base(
  { desired: { deploymentId } }: { readonly desired: Pick<DesiredNames, 'deploymentId'> },
  steps: readonly Step[],
  startedAt: number,
): Omit<Response, 'ok' | 'diagnostics'> {
  return {
    deployment_id: deploymentId,
    provider: providerName,
    actions: steps.map(({ action }) => action),
    steps,
    elapsed_ms: Math.round(performance.now() - startedAt),
  };
}
