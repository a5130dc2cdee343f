// SQL that somebody else is to run: as which kind of role, and in which database. Pure.
import { shown } from './shown.ts';

/** For statements about roles, databases and the server's settings, which are the whole cluster's. */
export const anyDatabase = 'in any database';
/** For privileges on the catalogs of the database that the admin reads. */
export const adminsDatabase = 'in the database of the admin DSN';

export function inDatabase(name: string): string {
  return `in database ${shown(name)}`;
}

/**
 * The remedy that names statements, who may run them, and where.
 *
 * @example
 * runs('a superuser', anyDatabase, 'ALTER ROLE "adm" CREATEROLE;');
 * // 'a superuser runs, in any database: ALTER ROLE "adm" CREATEROLE;'
 */
export function runs(who: string, where: string, sql: string): string {
  return `${who} runs, ${where}: ${sql}`;
}

export const superuser = 'a superuser';
export const adminOrSuperuser = 'the admin role or a superuser';
export const ownerOrSuperuser = 'its owner or a superuser';
