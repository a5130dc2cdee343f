// Desired beside observed: which differences there are, what they come to, and what is worth telling. Pure.
import type { Delta, Diagnostic } from 'bus-integration-database';
import { type Difference, differences } from '../kinds/differences.ts';
import { kindOf, kinds, type Resource } from '../kinds/index.ts';
import type { Scope } from '../kinds/kind/kind.ts';

export interface Comparison {
  readonly differences: readonly Difference<Resource>[];
  readonly findings: readonly Diagnostic[];
  /** Differences that no step can undo. */
  readonly refusals: readonly Diagnostic[];
  /** Those that no step may undo as things are. */
  readonly unsafe: readonly Diagnostic[];
}

/** What is refused, and what could not be looked at, is in none of them: it was set aside. */
export function compare(desired: readonly Resource[], scope: Scope): Comparison {
  const found = differences<Resource>(kinds, desired, scope);
  return {
    differences: found,
    findings: [...findingsOf(desired, scope), ...found.flatMap(told)],
    refusals: refusalsIn(found, undefined),
    unsafe: refusalsIn(found, 'unsafe'),
  };
}

function refusalsIn(found: Comparison['differences'], errorClass: 'unsafe' | undefined): Diagnostic[] {
  return found.flatMap(({ meanings }) =>
    meanings.flatMap((meaning) => ('refusal' in meaning && meaning.errorClass === errorClass ? [meaning.refusal] : [])),
  );
}

/** Those that a step is to undo; of the others people are told. */
export function unsettled(differences: readonly Difference<Resource>[]): Delta<Resource>[] {
  return differences.flatMap(({ delta, meanings }) => (meanings.some((meaning) => 'step' in meaning) ? [delta] : []));
}

/** First what is to be known of privileges. */
function findingsOf(desired: readonly Resource[], scope: Scope): Diagnostic[] {
  const [grants, others] = [[], []] as [Diagnostic[], Diagnostic[]];
  for (const resource of desired) {
    const list = resource.kind === 'grant' ? grants : others;
    list.push(...kindOf(resource).findings(resource, scope));
  }
  return [...grants, ...others];
}

function told({ meanings }: Difference<Resource>): Diagnostic[] {
  return meanings.flatMap((meaning) => ('finding' in meaning ? [meaning.finding] : []));
}
