// How statements stand in a script for psql.
import { printable, type ScriptWriter } from 'bus-integration-database';

export const psqlScript: ScriptWriter = {
  program: 'psql',
  opening: ['\\set ON_ERROR_STOP on'],
  actAs,
  connect,
  together: (lines) => ['BEGIN;', ...lines, 'COMMIT;'],
  statement,
};

/** Owner and ADMIN OPTION go to the role that a session acts as: https://www.postgresql.org/docs/current/sql-set-role.html */
function actAs(role: string): string[] {
  if (/\p{Cc}/u.test(role)) return [`-- SET ROLE to ${printable(role)} by hand`, '\\quit'];
  return [`SET ROLE "${role.replaceAll('"', '""')}";`];
}

/**
 * A connection string in double quotes is the one form in which `\connect` takes every name as it is
 * (https://www.postgresql.org/docs/current/app-psql.html); a line break ends it all the same, and a terminal obeys others.
 */
function connect(database: string): string[] {
  if (/\p{Cc}/u.test(database))
    return [`-- connect to database ${printable(database)} by hand: \\connect takes no control character`, '\\quit'];
  if (/^[A-Za-z_][\w.]*$/.test(database)) return [`\\connect "${database}"`];
  const value = database.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return [`\\connect -reuse-previous=on "dbname='${value.replaceAll('"', '""')}'"`];
}

function statement(sql: string): string[] {
  if (holdsCommand(sql))
    return [`-- left out, since psql would find a command of its own in it: ${printable(sql)}`, '\\quit'];
  if (/(?![\n\t])\p{Cc}/u.test(sql))
    return [`-- left out, since a terminal would obey a control character in it: ${printable(sql)}`, '\\quit'];
  return [/;\s*$/.test(sql) ? sql : `${sql};`];
}

/** psql takes a backslash anywhere outside quotation marks for a command, and runs programs with `\!`. */
function holdsCommand(sql: string): boolean {
  return sql.replaceAll(quoted, '').includes('\\');
}

const quoted = /"(?:[^"]|"")*"|\bE'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$/gs;
