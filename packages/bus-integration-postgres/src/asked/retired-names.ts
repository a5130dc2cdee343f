// What is to be retired, by the desired resources that say so. Pure.

import type { Resource } from '../kinds/index.ts';
import type { RetiredScope } from '../kinds/kind/kind.ts';
import type { RetiredNames } from '../observe/retiring.ts';

/** Undefined where nothing is to be retired. */
export function retiredNames(resources: readonly Resource[]): RetiredNames | undefined {
  const roles = resources.flatMap((one) => (one.kind === 'retired-role' ? one.name : []));
  const databases = resources.flatMap((one) => (one.kind === 'retired-database' ? one.name : []));
  return roles.length + databases.length === 0 ? undefined : { roles, databases };
}

/** Who gets what a retired role owns, by its name. */
export function heirsOfRetired(resources: readonly Resource[]): ReadonlyMap<string, string> {
  const heirs = new Map<string, string>();
  for (const one of resources) if (one.kind === 'retired-role' && one.heir !== undefined) heirs.set(one.name, one.heir);
  return heirs;
}

/** Databases that are to be another's than the admin's. */
export function databasesGiven(resources: readonly Resource[]): ReadonlySet<string> {
  return new Set(resources.flatMap((one) => (one.kind === 'database' && one.owner !== undefined ? one.name : [])));
}

/** Who may create in which schemas, by what is desired. */
export function creatorsOf(resources: readonly Resource[]): RetiredScope['creates'] {
  const found = new Set<string>();
  for (const one of resources) {
    if (one.kind === 'schema' && one.owner !== undefined)
      found.add(JSON.stringify([one.owner, one.database, one.name]));
    else if (
      one.kind === 'grant' &&
      one.on.type === 'schema' &&
      'role' in one.grantee &&
      one.privileges.includes('CREATE')
    )
      found.add(JSON.stringify([one.grantee.role, one.on.database, one.on.schema]));
  }
  return (role, database, schema) => found.has(JSON.stringify([role, database, schema]));
}
