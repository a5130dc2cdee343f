// The difference between two sets of resources. Pure; knows no kind. What is not ours was set aside before.
import { isDeepStrictEqual } from 'node:util';

/** What a deployment consists of: a plain value, whose identity and attributes its kind knows. */
export interface AnyResource {
  readonly kind: string;
}

/** One thing that differs: made (no `before`), gone (no `after`), or changed. */
export type Delta<R extends AnyResource> =
  | { readonly before?: undefined; readonly after: R }
  | { readonly before: R; readonly after?: undefined }
  | { readonly before: R; readonly after: R };

/**
 * What must change for `observed` to become `desired`, in the order of `desired`, then what is to go.
 *
 * @param idOf equal for two resources exactly when they are the same thing, whatever its attributes are
 * @example
 * diff([{ kind: 'role', name: 'app', canLogin: true }], [], ({ kind, name }) => JSON.stringify([kind, name]));
 * // [{ after: { kind: 'role', … } }]
 */
export function diff<R extends AnyResource>(
  desired: readonly R[],
  observed: readonly R[],
  idOf: (resource: R) => string,
): Delta<R>[] {
  // What was found as it is to be is often the desired value itself: nothing need be known of it.
  const [wanted, found] = [new Set(desired), new Set(observed)];
  const seen = new Map<string, R>();
  for (const resource of found) if (!wanted.has(resource)) seen.set(idOf(resource), resource);
  const deltas: Delta<R>[] = [];
  for (const after of wanted) {
    if (found.has(after)) continue;
    const id = seen.size === 0 ? undefined : idOf(after);
    const before = id === undefined ? undefined : seen.get(id);
    if (id !== undefined) seen.delete(id);
    if (before === undefined) deltas.push({ after });
    else if (!isDeepStrictEqual(before, after)) deltas.push({ before, after });
  }
  for (const before of seen.values()) deltas.push({ before });
  return deltas;
}
