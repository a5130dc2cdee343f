// Which roles create where others do, as their own sessions said. Pure.
import type { FilePair } from 'bus-integration-database';
import type { LoginFindings } from './login-answer.ts';

/** By database the roles that said of each other that they create where the other does. */
export function sharersIn(found: ReadonlyMap<FilePair, LoginFindings>): Map<string, string[]> {
  const roles = new Map<string, string[]>();
  for (const [{ role, database }, { facts }] of found) {
    if (facts === undefined || facts.sharers.length === 0) continue;
    roles.set(database, [...new Set([...(roles.get(database) ?? []), role, ...facts.sharers])]);
  }
  return roles;
}
