// How a psql script goes on in another database.
import { printable } from 'bus-integration-database';

/**
 * A connection string in double quotes is the one form in which `\connect` takes every name as it is
 * (https://www.postgresql.org/docs/current/app-psql.html); a line break ends it all the same, and a terminal obeys others.
 */
export function connectLines(database: string): string[] {
  if (/\p{Cc}/u.test(database))
    return [`-- connect to database ${printable(database)} by hand: \\connect takes no control character`, '\\quit'];
  if (/^[A-Za-z_][\w.]*$/.test(database)) return [`\\connect "${database}"`];
  const value = database.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return [`\\connect -reuse-previous=on "dbname='${value.replaceAll('"', '""')}'"`];
}
