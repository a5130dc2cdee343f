// Whether unqualified names of a service lead to its declared schemas, by its session as it stood after the login. Pure.
import { advise, type Check, type FilePair, printable, type Remedy } from 'bus-integration-database';
import type { SessionAtLogin } from '../../../sql/verify/verify-query.ts';
import { adminOrSuperuser, anyDatabase, runs } from '../../../text/psql-remedy.ts';
import { shown } from '../../../text/shown.ts';
import { identifier } from '../../../text/sql-text.ts';
import type { Cause } from '../objects/refused.ts';

/** What PostgreSQL sets where nobody does. */
const usual = '"$user", public';

/** A search_path that somebody chose, and that leads to no declared schema: then unqualified work fails, or goes astray. */
export function searchPathFault({ searchPath, path }: SessionAtLogin, schemas: readonly string[]): string | undefined {
  if (schemas.length === 0 || findsOne(path, schemas)) return undefined;
  if (searchPath === usual && !schemas.includes('public')) return undefined;
  const leads = path.length === 0 ? 'no schema at all' : path.map(shown).join(', ');
  return `its search_path (${printable(searchPath)}) leads to ${leads}, expected ${schemas.map(shown).join(' or ')}`;
}

/** A path on which what a service makes lands elsewhere: in pg_temp it is gone with the session. */
export function placeFault({ searchPath }: SessionAtLogin, place: string | undefined, schemas: readonly string[]) {
  if (place === undefined || schemas.includes(place)) return undefined;
  const lands = place.startsWith('pg_temp_') ? 'pg_temp, where they end with the session' : `schema ${shown(place)}`;
  return `its search_path (${printable(searchPath)}) makes tables without a schema's name in ${lands}; expected ${schemas.map(shown).join(' or ')}`;
}

/** Whether a table without a schema's name is tried; not where nobody set search_path and public is not declared. */
export function worksUnqualified({ path }: SessionAtLogin, schemas: readonly string[]): boolean {
  return findsOne(path, schemas);
}

function findsOne(path: readonly string[], schemas: readonly string[]): boolean {
  return path.some((schema) => schemas.includes(schema));
}

/** Declared schemas that unqualified names do not find. */
export function pathChecks(pair: FilePair, { path }: SessionAtLogin, schemas: readonly string[]): Check[] {
  const lacking = schemas.filter((schema) => !path.includes(schema));
  if (lacking.length === 0) return [];
  const wanted = schemas.map(identifier).join(', ');
  return [
    {
      id: 'search-path',
      kind: 'connectivity',
      result: 'info',
      target: `${printable(pair.role)}@${printable(pair.database)}`,
      seen: `its search_path lacks ${lacking.map(shown).join(', ')}: names there must be qualified`,
      ...advise(['if services use unqualified names, ', setPath(pair, wanted)]),
    },
  ];
}

function setPath({ role, database }: FilePair, wanted: string): Remedy {
  return runs(
    adminOrSuperuser,
    anyDatabase,
    `ALTER ROLE ${identifier(role)} IN DATABASE ${identifier(database)} SET search_path = ${wanted};`,
  );
}

/** What removes a setting, or sets a path that works where nothing was stored. */
export function pathRemedy(
  pair: FilePair,
  schemas: readonly string[],
  stored: { readonly reset: Remedy } | undefined,
): Cause['remedy'] {
  return stored?.reset ?? setPath(pair, schemas.map(identifier).join(', '));
}
