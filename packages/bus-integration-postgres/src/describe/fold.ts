// What databases have in common, said once under `every_database`. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { DatabaseEntry } from '../manifest/shapes/database-shape.ts';

type Entries = Readonly<Record<string, DatabaseEntry>>;

export interface Folded {
  readonly every?: DatabaseEntry;
  readonly databases: Entries;
}

/** Of one database nothing is said of every one. */
export function foldDatabases(databases: Entries): Folded {
  const all = Object.values(databases);
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return { databases };
  const every: Record<string, unknown> = {};
  for (const key of Object.keys(first) as (keyof DatabaseEntry)[]) {
    const value = first[key];
    if (others.every((other) => isDeepStrictEqual(other[key], value))) every[key] = value;
    // A map adds to what every database has, name by name.
    else if (key === 'access' || key === 'settings') {
      const shared = sharedOf(all.map((one) => (one[key] ?? {}) as Readonly<Record<string, unknown>>));
      if (Object.keys(shared).length > 0) every[key] = shared;
    }
  }
  if (Object.keys(every).length === 0) return { databases };
  const own = Object.entries(databases).map(([name, one]) => [name, without(one, every)] as const);
  return { every: every as DatabaseEntry, databases: recordOf(own) };
}

function sharedOf(maps: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown> {
  const [first = {}, ...others] = maps;
  const shared = Object.entries(first).filter(([name, value]) =>
    others.every((other) => Object.hasOwn(other, name) && isDeepStrictEqual(other[name], value)),
  );
  return recordOf(shared);
}

function without(database: DatabaseEntry, every: Readonly<Record<string, unknown>>): DatabaseEntry {
  const own = Object.entries(database).flatMap(([key, value]): (readonly [string, unknown])[] => {
    if (!Object.hasOwn(every, key)) return [[key, value]];
    if (isDeepStrictEqual(value, every[key])) return [];
    const shared = every[key] as Readonly<Record<string, unknown>>;
    const rest = Object.entries(value as Readonly<Record<string, unknown>>).filter(
      ([name]) => !Object.hasOwn(shared, name),
    );
    return rest.length === 0 ? [] : [[key, recordOf(rest)]];
  });
  return recordOf(own) as DatabaseEntry;
}

function recordOf<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  const made: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) made[name] = value;
  return made;
}
