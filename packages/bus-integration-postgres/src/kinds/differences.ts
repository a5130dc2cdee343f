// What is desired beside what was read, kind by kind, and what each difference comes to. Knows no kind. Pure.
import { type AnyResource, type Delta, diff } from 'bus-integration-database';
import { identityOf } from './kind/identity.ts';
import type { Differing, Meanings, Scope } from './kind/kind.ts';

/** One row for each kind of the union `R`. */
export type DifferingKinds<R extends AnyResource> = {
  readonly [K in R['kind']]: Differing<Extract<R, { readonly kind: K }>>;
};

/** A difference, and what it comes to. */
export interface Difference<R extends AnyResource> {
  readonly delta: Delta<R>;
  readonly meanings: Meanings;
}

/**
 * Every difference between what is desired and what was read, of all that is managed, in the order of what is desired,
 * then what is desired no more. None comes to nothing.
 */
export function differences<R extends AnyResource>(
  kinds: DifferingKinds<R>,
  desired: readonly R[],
  scope: Scope,
): Difference<R>[] {
  const rowOf = (kind: R['kind']) => kinds[kind] as unknown as Differing<R>;
  const idOf = (resource: R) => identityOf(resource.kind, rowOf(resource.kind).identity(resource));
  const isManaged = (resource: R) => rowOf(resource.kind).isManaged(resource, scope);
  const wanted = desired.filter(isManaged);
  const byKind = new Map<R['kind'], R[]>(Object.keys(kinds).map((kind) => [kind, []]));
  for (const resource of wanted) byKind.get(resource.kind)?.push(resource);
  const observed = [...byKind].flatMap(([kind, ofKind]) => rowOf(kind).observed(scope, ofKind).filter(isManaged));
  const deltas = diff(wanted, observed, idOf);
  let ids: ReadonlySet<string> | undefined;
  const differs = (id: string) => {
    ids ??= new Set(deltas.map((delta) => idOf(resourceOf(delta))));
    return ids.has(id);
  };
  return deltas.map((delta) => {
    const meanings = meaningsOf(rowOf(resourceOf(delta).kind), delta, scope);
    for (const meaning of meanings) {
      if ('with' in meaning && !differs(meaning.with))
        throw new Error(`internal error: ${meaning.with} doesn't differ, and was to tell another's difference`);
    }
    return { delta, meanings };
  });
}

/** What differs, as it is to be, or as it was. */
export function resourceOf<R extends AnyResource>({ before, after }: Delta<R>): R {
  return after ?? before ?? untold();
}

function meaningsOf<R extends AnyResource>(row: Differing<R>, { before, after }: Delta<R>, scope: Scope): Meanings {
  if (after === undefined) return before === undefined ? untold() : checked(row.gone(before, scope));
  return checked(before === undefined ? row.made(after, scope) : row.changed(before, after, scope));
}

function checked(meanings: Meanings): Meanings {
  return meanings.length === 0 ? untold() : meanings;
}

function untold(): never {
  throw new Error('internal error: a difference became neither a step nor a finding');
}
