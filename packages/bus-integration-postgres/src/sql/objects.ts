// What is in declared schemas and who may use it, as parts of the statement that a service asks after its login.
import { mostTold } from '../bounded.ts';

/** What is in the schemas $1 and none of the roles $3 may use; what belongs to an extension is its own affair. */
export const unusableQuery = `
  WITH schemas AS (SELECT schema.oid, schema.nspname FROM pg_catalog.pg_namespace AS schema
                    WHERE schema.nspname = ANY ($1::pg_catalog.text[])),
  roles AS (SELECT role.oid FROM pg_catalog.pg_roles AS role WHERE role.rolname = ANY ($3::pg_catalog.text[])),
  objects AS (
    SELECT schemas.nspname AS schema, relation.relowner AS owner,
           CASE WHEN relation.relkind = 'S' THEN 'sequences' ELSE 'tables' END AS kind
      FROM schemas JOIN pg_catalog.pg_class AS relation ON relation.relnamespace = schemas.oid
     WHERE relation.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
       AND NOT EXISTS (SELECT FROM roles WHERE CASE WHEN relation.relkind = 'S'
                         THEN pg_catalog.has_sequence_privilege(roles.oid, relation.oid, 'USAGE, SELECT')
                         ELSE pg_catalog.has_any_column_privilege(roles.oid, relation.oid, 'SELECT, INSERT, UPDATE') END)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS edge WHERE edge.objid = relation.oid AND edge.deptype = 'e'
                          AND edge.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid)
     UNION ALL
    SELECT schemas.nspname, function.proowner, 'routines'
      FROM schemas JOIN pg_catalog.pg_proc AS function ON function.pronamespace = schemas.oid
     WHERE NOT EXISTS (SELECT FROM roles WHERE pg_catalog.has_function_privilege(roles.oid, function.oid, 'EXECUTE'))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS edge WHERE edge.objid = function.oid AND edge.deptype = 'e'
                          AND edge.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid)),
  counted AS (
    SELECT objects.schema, objects.kind, pg_catalog.pg_get_userbyid(objects.owner) AS owner, pg_catalog.count(*) AS count
      FROM objects GROUP BY objects.schema, objects.kind, objects.owner
     ORDER BY objects.schema, objects.kind, objects.owner LIMIT ${mostTold})
  SELECT coalesce(pg_catalog.json_agg(counted), '[]') FROM counted`;

/** Default privileges of tables, sequences and schemas for PUBLIC, and of routines beside the EXECUTE that it has anyway. */
export const publicDefaultsQuery = `
  SELECT coalesce(pg_catalog.json_agg(defaults), '[]') FROM (
    SELECT pg_catalog.pg_get_userbyid(stored.defaclrole) AS role, schema.nspname AS schema,
           CASE stored.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'n' THEN 'schemas'
                                     WHEN 'f' THEN 'routines' WHEN 'T' THEN 'types' ELSE 'large objects' END AS kind,
           pg_catalog.json_agg(entry.privilege_type ORDER BY entry.privilege_type) AS privileges
      FROM pg_catalog.pg_default_acl AS stored
      LEFT JOIN pg_catalog.pg_namespace AS schema ON schema.oid = stored.defaclnamespace
      CROSS JOIN LATERAL pg_catalog.aclexplode(stored.defaclacl) AS entry
     WHERE entry.grantee = 0::pg_catalog.oid
       AND (stored.defaclobjtype NOT IN ('f', 'T') OR schema.nspname IS NOT NULL)
     GROUP BY stored.oid, stored.defaclrole, schema.nspname, stored.defaclobjtype
     ORDER BY 1, 2, 3 LIMIT ${mostTold}) AS defaults`;
