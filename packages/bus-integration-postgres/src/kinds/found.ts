// Looks up in what was read of a server.
import type { Observation, ObservedSchema } from '../observe/observation.ts';

/** A database that stands open but could not be entered: what is in it is not known, which is not the same as absent. */
export function isUnseen(seen: Observation, name: string): boolean {
  return seen.databases.get(name)?.allowsConnections === true && !seen.inside.has(name);
}

export function findSchema(seen: Observation, database: string, name: string): ObservedSchema | undefined {
  return seen.inside.get(database)?.schemas.find((schema) => schema.name === name);
}
