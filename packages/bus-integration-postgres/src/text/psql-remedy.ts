// SQL that somebody else is to run: as which kind of role, and in which database. Pure.
import type { AdviceOf } from 'bus-integration-database';
import { shown } from './shown.ts';

/** Where statements are to be run, in words, and the database where it is a certain one. */
export type SqlPlace = Pick<AdviceOf<'sql'>, 'where' | 'database'>;

/** For statements about roles, databases and the server's settings, which are the whole cluster's. */
export const anyDatabase: SqlPlace = { where: 'in any database' };
/** For privileges on the catalogs of the database that the admin reads. */
export const adminsDatabase: SqlPlace = { where: 'in the database of the admin DSN' };

export function inDatabase(name: string): SqlPlace {
  return { where: `in database ${shown(name)}`, database: name };
}

/**
 * The advice that names statements, who may run them, and where.
 *
 * @example
 * runs('a superuser', anyDatabase, 'ALTER ROLE "adm" CREATEROLE;');
 * // a superuser runs, in any database: ALTER ROLE "adm" CREATEROLE;
 */
export function runs(as: string, place: SqlPlace, sql: string): AdviceOf<'sql'> {
  return { kind: 'sql', as, ...place, sql };
}

export const superuser = 'a superuser';
/** What makes a change of a configuration file count. */
export const reload = (): AdviceOf<'sql'> => runs(superuser, anyDatabase, 'SELECT pg_reload_conf();');
export const adminOrSuperuser = 'the admin role or a superuser';
export const ownerOrSuperuser = 'its owner or a superuser';
