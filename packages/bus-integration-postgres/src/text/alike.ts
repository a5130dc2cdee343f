// Things of which one statement can be made. Pure.

/** A statement locks all that it names, and the server's lock table has little room. */
const mostTogether = 10;

/**
 * Those of one key together, ten at most, in the order in which they begin; what has no key stays alone.
 *
 * @example
 * alike(['a', 'b', 'A'], (name) => name.toLowerCase()); // [['a', 'A'], ['b']]
 */
export function alike<T>(list: readonly T[], keyOf: (one: T) => unknown): (readonly [T, ...T[]])[] {
  const groups: [T, ...T[]][] = [];
  const known = new Map<string, [T, ...T[]]>();
  for (const one of list) {
    const key = keyOf(one);
    const id = key === undefined ? undefined : JSON.stringify(key);
    const group = id === undefined ? undefined : known.get(id);
    if (group !== undefined && group.length < mostTogether) {
      group.push(one);
      continue;
    }
    const begun: [T, ...T[]] = [one];
    groups.push(begun);
    if (id !== undefined) known.set(id, begun);
  }
  return groups;
}
