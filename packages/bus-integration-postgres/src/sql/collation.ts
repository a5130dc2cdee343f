// Databases whose collation rules changed under them. $1 database names.
// https://www.postgresql.org/docs/current/sql-altercollation.html#SQL-ALTERCOLLATION-NOTES

export const collationQuery = `
SELECT database.datname AS name, database.datcollversion AS recorded,
       pg_catalog.pg_database_collation_actual_version(database.oid) AS actual
  FROM pg_catalog.pg_database AS database
 WHERE database.datname = ANY ($1::text[])
   AND database.datcollversion IS DISTINCT FROM pg_catalog.pg_database_collation_actual_version(database.oid)
 ORDER BY database.datname`;
