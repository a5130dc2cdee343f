// The tables of a database whose rows pg_dump writes: those of users, of extensions only where they are not the
// extension's own. For any admin that may connect.
// https://www.postgresql.org/docs/current/app-pgdump.html
export const dumpedTablesQuery = `
SELECT schema.nspname AS schema, class.relname AS name
  FROM pg_catalog.pg_class AS class
  JOIN pg_catalog.pg_namespace AS schema ON schema.oid = class.relnamespace
 WHERE class.relkind = 'r'
   AND class.relpersistence <> 't'
   AND schema.nspname <> 'information_schema'
   AND NOT pg_catalog.starts_with(schema.nspname::pg_catalog.text, 'pg_')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS dependency
                    WHERE dependency.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                      AND dependency.objid = class.oid
                      AND dependency.deptype = 'e')
 ORDER BY schema.nspname, class.relname`;
