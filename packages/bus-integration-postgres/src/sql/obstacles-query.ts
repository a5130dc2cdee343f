// What may refuse or change a command that is allowed: event triggers, and row security that lets no row pass. Asked only of
// a database that has either. https://www.postgresql.org/docs/current/event-triggers.html

/** $1 schemas, $2 roles. What belongs to extensions is left out; 3466 is pg_event_trigger. */
export const obstaclesQuery = `
SELECT (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', trigger.evtname, 'event', trigger.evtevent, 'tags', trigger.evttags,
      'calls', (SELECT function.proname FROM pg_catalog.pg_proc AS function WHERE function.oid = trigger.evtfoid),
      'isMember', EXISTS (SELECT FROM pg_catalog.pg_depend AS edge
                   WHERE edge.classid = '3466'::pg_catalog.oid AND edge.objid = trigger.oid AND edge.deptype = 'e'))
      ORDER BY trigger.evtname), '[]')
    FROM pg_catalog.pg_event_trigger AS trigger
   WHERE trigger.evtenabled IN ('O', 'A')) AS "eventTriggers",
  (SELECT coalesce(pg_catalog.json_agg(found.told ORDER BY found.role, found.schema, found.name), '[]')
     FROM (SELECT role.rolname AS role, schema.nspname AS schema, relation.relname AS name,
                  pg_catalog.json_build_object('role', role.rolname, 'schema', schema.nspname, 'name', relation.relname) AS told
             FROM pg_catalog.pg_namespace AS schema
             JOIN pg_catalog.pg_class AS relation ON relation.relnamespace = schema.oid AND relation.relrowsecurity
             JOIN pg_catalog.pg_roles AS role ON role.rolname = ANY ($2::pg_catalog.text[]) AND NOT role.rolsuper AND NOT role.rolbypassrls
            WHERE schema.nspname = ANY ($1::pg_catalog.text[])
              AND pg_catalog.has_table_privilege(role.oid, relation.oid, 'SELECT, INSERT, UPDATE, DELETE')
              AND (relation.relforcerowsecurity OR NOT pg_catalog.pg_has_role(role.oid, relation.relowner, 'USAGE'))
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy AS policy
                               WHERE policy.polrelid = relation.oid AND policy.polpermissive
                                 AND EXISTS (SELECT FROM pg_catalog.unnest(policy.polroles) AS named(role)
                                              WHERE named.role = 0::pg_catalog.oid OR pg_catalog.pg_has_role(role.oid, named.role, 'USAGE')))
            ORDER BY 1, 2, 3 LIMIT 200) AS found) AS "withoutPolicy"`;
