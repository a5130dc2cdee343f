// Extensions: which a server has, which a database has. For any admin; sent only where one is desired.
// https://www.postgresql.org/docs/current/view-pg-available-extension-versions.html

/** All versions of the extensions $1, from the server's files. */
export const availableQuery = `
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'name', found.name,
    'version', found.version,
    'isDefault', found.version = known.default_version,
    'wantsSuperuser', found.superuser,
    'isTrusted', found.trusted,
    'schema', found.schema,
    'requires', coalesce(found.requires, '{}')) ORDER BY found.name, found.version), '[]') AS extensions
  FROM pg_catalog.pg_available_extension_versions AS found
  JOIN pg_catalog.pg_available_extensions AS known ON known.name = found.name
 WHERE found.name = ANY ($1::pg_catalog.text[])`;

/** Those of the database one is in. $1 names and $2 versions that are desired, a version null where any will do. */
export const extensionsQuery = `
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'name', extension.extname,
    'schema', schema.nspname,
    'version', extension.extversion,
    'adminActsAsOwner', pg_catalog.pg_has_role(extension.extowner, 'USAGE'),
    'isRelocatable', extension.extrelocatable,
    'isUpdatable', CASE WHEN desired.version <> extension.extversion THEN EXISTS (
        SELECT FROM pg_catalog.pg_extension_update_paths(extension.extname) AS way
         WHERE way.source = extension.extversion AND way.target = desired.version AND way.path IS NOT NULL)
      ELSE false END) ORDER BY extension.extname), '[]') AS extensions
  FROM pg_catalog.pg_extension AS extension
  JOIN pg_catalog.pg_namespace AS schema ON schema.oid = extension.extnamespace
  LEFT JOIN ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]))
    AS desired (name, version) ON desired.name = extension.extname`;
