// What databases were made with, and what can be named when one is made. For any admin; sent only where something of it
// is desired. https://www.postgresql.org/docs/current/catalog-pg-database.html

/** In one row. $1 names of databases, templates among them; $2 names of tablespaces. */
export function creationQuery(versionNum: number): string {
  // One provider before 15; the name of the column that holds a provider's own locale changed with 17.
  const provider =
    versionNum >= 150000
      ? "CASE database.datlocprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END"
      : "'libc'";
  const locale =
    versionNum >= 170000
      ? 'database.datlocale'
      : versionNum >= 150000
        ? 'database.daticulocale'
        : 'NULL::pg_catalog.text';
  return `
SELECT
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', database.datname,
      'encoding', pg_catalog.pg_encoding_to_char(database.encoding),
      'provider', ${provider},
      'locale', ${locale},
      'collate', database.datcollate,
      'characterType', database.datctype,
      'tablespace', space.spcname,
      'adminMayCopy', database.datistemplate OR pg_catalog.pg_has_role(database.datdba, 'USAGE')
    ) ORDER BY database.datname), '[]')
    FROM pg_catalog.pg_database AS database
    JOIN pg_catalog.pg_tablespace AS space ON space.oid = database.dattablespace
   WHERE database.datname = ANY ($1::pg_catalog.text[])) AS databases,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', space.spcname,
      'adminMayCreate', pg_catalog.has_tablespace_privilege(space.oid, 'CREATE')) ORDER BY space.spcname), '[]')
    FROM pg_catalog.pg_tablespace AS space
   WHERE space.spcname = ANY ($2::pg_catalog.text[])) AS tablespaces,
  EXISTS (SELECT FROM pg_catalog.pg_collation AS known WHERE known.collprovider = 'i') AS "knowsIcu"`;
}

/** Fails with 22023 for a locale $1 that the operating system doesn't have; changes nothing beyond its transaction. */
export const localeQuery = `SELECT pg_catalog.set_config('lc_monetary', $1, true) AS locale`;
