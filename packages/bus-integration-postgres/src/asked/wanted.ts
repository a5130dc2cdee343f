// What has to be read of a server beyond what every deployment needs, for what is desired. Pure.

import type { Database } from '../kinds/database.ts';
import type { Resource } from '../kinds/index.ts';
import { nothingMore, type Wanted, type WantedInside } from '../observe/wanted.ts';
import { objectsAskedBy } from './objects-asked.ts';

type Owner = WantedInside['owners'] extends ReadonlyMap<string, infer One> ? One : never;

/** Asked for the cluster, and for its databases. */
const known = new WeakMap<readonly Resource[], Wanted>();

export function wantedOf(resources: readonly Resource[]): Wanted {
  const wanted = known.get(resources) ?? findWanted(resources);
  known.set(resources, wanted);
  return wanted;
}

function findWanted(resources: readonly Resource[]): Wanted {
  const made: Database[] = [];
  const extensions = new Set<string>();
  const inside = new Map<string, { extensions: Map<string, string | undefined>; owners: Map<string, Owner> }>();
  const within = (database: string) => {
    const known = inside.get(database) ?? { extensions: new Map(), owners: new Map() };
    inside.set(database, known);
    return known;
  };
  for (const resource of resources) {
    if (resource.kind === 'database' && resource.creation !== undefined) made.push(resource);
    else if (resource.kind === 'schema' && resource.owner !== undefined)
      within(resource.database).owners.set(resource.name, { owner: resource.owner, makers: resource.makers ?? [] });
    else if (resource.kind === 'extension') {
      extensions.add(resource.name);
      within(resource.database).extensions.set(resource.name, resource.version);
    }
  }
  const objects = objectsAskedBy(resources);
  for (const database of objects.keys()) within(database);
  if (made.length === 0 && inside.size === 0) return nothingMore;
  const wanted = [...inside].map(([database, one]) => [database, { ...one, ...objects.get(database) }] as const);
  return { ...(made.length > 0 && { databases: wantedDatabases(made) }), extensions, inside: new Map(wanted) };
}

function wantedDatabases(made: readonly Database[]): NonNullable<Wanted['databases']> {
  const templates = made.flatMap(({ creation }) => creation?.template ?? []);
  return {
    names: new Set(['template0', ...made.map(({ name }) => name), ...templates]),
    tablespaces: new Set(made.flatMap(({ creation }) => creation?.tablespace ?? [])),
    locales: new Map(
      made.flatMap(({ name, creation: { provider = 'libc', locale } = {} }) =>
        locale === undefined || provider !== 'libc' ? [] : [[name, locale] as const],
      ),
    ),
  };
}
