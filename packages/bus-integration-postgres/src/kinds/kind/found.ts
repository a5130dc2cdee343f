// Looks up in what was read of a server.
import type { Observation, ObservedSchema } from '../../observe/observation.ts';
import type { Scope } from './kind.ts';

/** A database that stands open but could not be entered: what is in it is not known, which is not the same as absent. */
export function isUnseen(seen: Observation, name: string): boolean {
  return seen.databases.get(name)?.allowsConnections === true && !seen.inside.has(name);
}

export function findSchema(seen: Observation, database: string, name: string): ObservedSchema | undefined {
  return seen.inside.get(database)?.schemas.find((schema) => schema.name === name);
}

/** Roles of the deployment: those that are declared, and those that are to go. */
export function ownRoles({ declared, retired }: Pick<Scope, 'declared' | 'retired'>): ReadonlySet<string> {
  return retired === undefined ? declared.roles : new Set([...declared.roles, ...retired.roles.keys()]);
}
