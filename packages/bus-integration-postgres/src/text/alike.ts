// Things of which one statement can be made. Pure.

/**
 * Those of one key together, in the order in which they begin; what has no key stays alone.
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
    if (group !== undefined) {
      group.push(one);
      continue;
    }
    const begun: [T, ...T[]] = [one];
    groups.push(begun);
    if (id !== undefined) known.set(id, begun);
  }
  return groups;
}
