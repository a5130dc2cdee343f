// Desired beside observed, as one answer: what stands as declared, what drifted, what carries our mark and is declared
// no more. Pure.
import { type FilePair, isMutating, type Response, type Step, type Target } from 'bus-integration-database';
import { kindOf } from '../kinds/index.ts';
import type { StatusContext, StatusRow } from '../kinds/kind/kind.ts';
import type { Computed, Intent } from '../plan/intent.ts';
import { base } from '../plan/respond.ts';
import { leftoverWarnings } from './leftover-warnings.ts';
import { observedLeftovers } from './leftovers.ts';
import type { DeploymentObservation } from './observe.ts';
import type { Preparation } from './preparation.ts';

export interface StatusInput {
  readonly preparation: Preparation;
  readonly observation: DeploymentObservation;
  readonly computed: Computed;
  readonly target: Target;
  readonly startedAt: number;
}

export function statusResponse({ preparation, observation, computed, target, startedAt }: StatusInput): Response {
  const { intent, warnings } = preparation;
  const drift = computed.steps.filter(isMutating);
  const rows = rowsOf(computed, drift, observation, intent);
  const files = new Map(rows.flatMap(({ dsn_files }) => (dsn_files?.[0] ? [[dsn_files[0].path, dsn_files]] : [])));
  return {
    ok: true,
    ...base(intent, computed.steps, startedAt),
    target,
    diagnostics: [
      ...computed.refusals,
      ...computed.findings,
      ...leftoverWarnings(observation.seen.remains, preparation),
      ...warnings,
    ],
    roles: rows.flatMap(({ roles }) => roles ?? []),
    databases: rows.flatMap(({ databases }) => databases ?? []),
    schemas: rows.flatMap(({ schemas }) => schemas ?? []),
    dsn_files: [...new Set(observation.pairs.map(({ path }) => path))].flatMap((path) => files.get(path) ?? []),
    leftovers: observedLeftovers(preparation, observation.seen),
    drift,
  };
}

/** What is desired, each as its kind tells it. */
function rowsOf(
  { resources }: Computed,
  drift: readonly Step[],
  { seen, pairs, proofs }: DeploymentObservation,
  intent: Intent,
): StatusRow[] {
  const byRole = groupedBy(pairs, ({ role }) => role);
  const byFile = groupedBy(pairs, ({ file }) => file);
  const targets = new Set(drift.map(({ target }) => target));
  const observation: StatusContext = {
    deploymentId: intent.desired.deploymentId,
    seen,
    proofs,
    pairsOf: (role) => byRole.get(role) ?? [],
    pairsIn: (file) => byFile.get(file) ?? [],
    isDrifting: (target) => targets.has(target),
  };
  return resources.map((resource) => kindOf(resource).status(resource, observation));
}

function groupedBy(pairs: readonly FilePair[], keyOf: (pair: FilePair) => string): Map<string, FilePair[]> {
  const groups = new Map<string, FilePair[]>();
  for (const pair of pairs) {
    const known = groups.get(keyOf(pair));
    if (known === undefined) groups.set(keyOf(pair), [pair]);
    else known.push(pair);
  }
  return groups;
}
