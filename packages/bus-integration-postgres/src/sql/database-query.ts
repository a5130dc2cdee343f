// One database's catalogs in one round trip, whatever the number of schemas and roles. $1 schema names, $2 the
// deployment's mark.
// https://www.postgresql.org/docs/current/catalog-pg-namespace.html
import { markedSchemas } from './leftovers-query.ts';

export const insideQuery = `
SELECT
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS "adminMayCreateSchemas",
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', schema.nspname,
      'owner', pg_catalog.pg_get_userbyid(schema.nspowner),
      'adminActsAsOwner', pg_catalog.pg_has_role(schema.nspowner, 'USAGE'),
      'acl', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
                  CASE WHEN entry.grantee <> 0::pg_catalog.oid THEN pg_catalog.pg_get_userbyid(entry.grantee) END,
                  pg_catalog.pg_get_userbyid(entry.grantor), entry.privilege_type, entry.is_grantable)
                ORDER BY entry.grantee, entry.grantor, entry.privilege_type), '[]')
                FROM pg_catalog.aclexplode(coalesce(schema.nspacl, pg_catalog.acldefault('n', schema.nspowner))) AS entry)
    ) ORDER BY schema.nspname), '[]')
    FROM pg_catalog.pg_namespace AS schema
   WHERE schema.nspname = ANY ($1::pg_catalog.text[])) AS schemas,
  (${markedSchemas('$2', "pg_catalog.pg_has_role(marked.nspowner, 'USAGE')")}) AS "markedSchemas",
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', trigger.evtname, 'event', trigger.evtevent, 'tags', trigger.evttags,
      'calls', (SELECT function.proname FROM pg_catalog.pg_proc AS function WHERE function.oid = trigger.evtfoid))
      ORDER BY trigger.evtname), '[]')
    FROM pg_catalog.pg_event_trigger AS trigger
   WHERE trigger.evtenabled IN ('O', 'A')) AS "eventTriggers"`;
