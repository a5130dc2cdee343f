// What a report reads: of the cluster who is there, and what each role may do on each database; inside a database what each
// role may do on schemas and on what is in them. Objects with one owner and one list of privileges are one row, so many tables
// are few rows, and roles that may do the same there are one entry of it. Every right is asked of the server.
// https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS
import { keptApplicationName } from '../text/application-names.ts';
import { literal } from '../text/sql-text.ts';

/** How many are read; of each the answer counts how many there are. */
const mostRoles = 400;
const mostMemberships = 5_000;
const mostSchemas = 500;
const mostObjectGroups = 500;

const isOwnSchema = `schema.nspname !~ '^pg_'::pg_catalog.text AND schema.nspname <> 'information_schema'`;
const isBuiltIn = (role: string) => `${role}.rolname ~ '^pg_'::pg_catalog.text`;
const isOther = `session.application_name <> ${literal(keptApplicationName)}`;

const entriesOf = (acl: string) => `
        (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
                  CASE WHEN entry.grantee <> 0::pg_catalog.oid THEN pg_catalog.pg_get_userbyid(entry.grantee) END,
                  entry.privilege_type) ORDER BY entry.grantee, entry.privilege_type), '[]')
           FROM pg_catalog.aclexplode(${acl}) AS entry)`;

/** Groups of roles, by their place in $1, that have the same of the privileges. */
const heldBy = (privileges: string, asked: string) => `
        (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(held.privileges, held.roles)), '[]') FROM (
          SELECT each.privileges, pg_catalog.json_agg(asked.at ORDER BY asked.at) AS roles
            FROM asked CROSS JOIN LATERAL (
              SELECT pg_catalog.string_agg(wanted.privilege, ',') AS privileges
                FROM pg_catalog.unnest((${privileges})::pg_catalog.text[]) AS wanted(privilege)
               WHERE ${asked}) AS each
           WHERE each.privileges IS NOT NULL GROUP BY each.privileges) AS held)`;

const askedRoles = (names: string, as: string) => `${as} AS MATERIALIZED (
    SELECT role.oid, wanted.at FROM ${names} AS wanted(name, at)
      JOIN pg_catalog.pg_roles AS role ON role.rolname = wanted.name WHERE NOT role.rolsuper)`;

/** $1 declared roles, $2 declared databases. */
export function reportClusterQuery(versionNum: number): string {
  const isNew = versionNum >= 160000;
  return `
WITH known AS MATERIALIZED (
    SELECT role.*, role.rolname = ANY ($1::pg_catalog.text[]) AS declared FROM pg_catalog.pg_roles AS role WHERE NOT (${isBuiltIn('role')})),
  chosen AS MATERIALIZED (
    SELECT known.*, pg_catalog.row_number() OVER (ORDER BY NOT known.declared, known.rolname) AS place
      FROM known ORDER BY NOT known.declared, known.rolname LIMIT ${mostRoles}),
  asked AS MATERIALIZED (SELECT chosen.oid, chosen.place AS at FROM chosen WHERE NOT chosen.rolsuper)
SELECT
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', chosen.rolname, 'isDeclared', chosen.declared, 'canLogin', chosen.rolcanlogin,
      'isSuperuser', chosen.rolsuper, 'createsRoles', chosen.rolcreaterole, 'createsDatabases', chosen.rolcreatedb,
      'replicates', chosen.rolreplication, 'bypassesRowSecurity', chosen.rolbypassrls,
      'connectionLimit', chosen.rolconnlimit,
      'validUntil', CASE WHEN pg_catalog.isfinite(chosen.rolvaliduntil) THEN
          pg_catalog.to_char(pg_catalog.timezone('UTC', chosen.rolvaliduntil), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END,
      'connections', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_get_activity(NULL) AS session
                       WHERE session.usesysid = chosen.oid AND ${isOther}),
      'inherits', CASE WHEN NOT chosen.rolsuper AND EXISTS (SELECT FROM pg_catalog.pg_auth_members AS edge WHERE edge.member = chosen.oid)
                    THEN (SELECT coalesce(pg_catalog.json_agg(other.rolname ORDER BY other.rolname), '[]')
                            FROM pg_catalog.pg_roles AS other
                           WHERE other.oid <> chosen.oid AND other.rolname <> 'pg_database_owner'
                             AND pg_catalog.pg_has_role(chosen.oid, other.oid, 'USAGE')) ELSE '[]' END)
      ORDER BY chosen.place), '[]') FROM chosen) AS roles,
  (SELECT pg_catalog.count(*) FROM known) AS "roleCount",
  (SELECT pg_catalog.count(*) FROM (SELECT DISTINCT edge.member, edge.roleid FROM pg_catalog.pg_auth_members AS edge
      JOIN pg_catalog.pg_roles AS member ON member.oid = edge.member WHERE NOT (${isBuiltIn('member')})) AS edges) AS "membershipCount",
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', database.datname, 'isDeclared', database.datname = ANY ($2::pg_catalog.text[]),
      'owner', pg_catalog.pg_get_userbyid(database.datdba), 'connectionLimit', database.datconnlimit,
      'connections', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_get_activity(NULL) AS session
                       WHERE session.datid = database.oid AND ${isOther}),
      'entries', ${entriesOf(`coalesce(database.datacl, pg_catalog.acldefault('d', database.datdba))`)},
      'held', ${heldBy("'{CONNECT,CREATE,TEMPORARY}'", 'pg_catalog.has_database_privilege(asked.oid, database.oid, wanted.privilege)')})
      ORDER BY NOT database.datname = ANY ($2::pg_catalog.text[]), database.datname), '[]')
    FROM pg_catalog.pg_database AS database WHERE database.datallowconn) AS databases,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'member', edges.member, 'group', edges.group, 'admin', edges.admin, 'inherit', edges.inherit, 'set', edges.set)), '[]')
    FROM (SELECT member.rolname AS member, target.rolname AS group, pg_catalog.bool_or(edge.admin_option) AS admin,
                 pg_catalog.bool_or(${isNew ? 'edge.inherit_option' : 'member.rolinherit'}) AS inherit,
                 pg_catalog.bool_or(${isNew ? 'edge.set_option' : 'true'}) AS set
            FROM pg_catalog.pg_auth_members AS edge
            JOIN pg_catalog.pg_roles AS member ON member.oid = edge.member
            JOIN pg_catalog.pg_roles AS target ON target.oid = edge.roleid
           WHERE NOT (${isBuiltIn('member')})
           GROUP BY member.rolname, target.rolname ORDER BY target.rolname, member.rolname LIMIT ${mostMemberships}) AS edges) AS memberships`;
}

const privilegesOf = `CASE thing.kind WHEN 'schema' THEN '{USAGE,CREATE}' WHEN 'sequence' THEN '{USAGE,SELECT,UPDATE}'
                   ELSE '{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}' END`;
const mayOn = `CASE thing.kind WHEN 'schema' THEN pg_catalog.has_schema_privilege(asked.oid, thing.oid, wanted.privilege)
                     WHEN 'sequence' THEN pg_catalog.has_sequence_privilege(asked.oid, thing.oid, wanted.privilege)
                     ELSE pg_catalog.has_table_privilege(asked.oid, thing.oid, wanted.privilege) END`;
const mayOnColumns = `NOT pg_catalog.has_table_privilege(asked.oid, thing.oid, wanted.privilege)
                 AND pg_catalog.has_any_column_privilege(asked.oid, thing.oid, wanted.privilege)`;

/** What decides of a role's rights in the database: what it is granted to, owners, and the roles that read or write everything. */
const grantees = `grantees AS MATERIALIZED (
    SELECT schemas.nspowner AS oid FROM schemas
     UNION SELECT entry.grantee FROM schemas CROSS JOIN LATERAL pg_catalog.aclexplode(schemas.nspacl) AS entry
     UNION SELECT alike.owner FROM alike
     UNION SELECT entry.grantee FROM alike CROSS JOIN LATERAL pg_catalog.aclexplode(alike.acl) AS entry
     UNION SELECT entry.grantee FROM alike JOIN pg_catalog.pg_attribute AS part ON part.attrelid = alike.apart
             CROSS JOIN LATERAL pg_catalog.aclexplode(part.attacl) AS entry
     UNION SELECT role.oid FROM pg_catalog.pg_roles AS role
            WHERE role.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_maintain'))`;

/**
 * $1 roles, in the order in which the answer counts them, from 1. Roles with the rights of the same grantees have the same
 * rights on everything: one of each such set is asked about. `sets` are they; the answer counts sets, from 1.
 */
export const reportInsideQuery = `
WITH ${askedRoles('ROWS FROM (pg_catalog.unnest($1::pg_catalog.name[])) WITH ORDINALITY', 'known')},
  schemas AS MATERIALIZED (
    SELECT schema.oid, schema.nspname, schema.nspowner, schema.nspacl FROM pg_catalog.pg_namespace AS schema
     WHERE ${isOwnSchema} ORDER BY schema.nspname LIMIT ${mostSchemas}),
  groups AS MATERIALIZED (
    SELECT schemas.nspname AS schema, relation.relowner AS owner, relation.relacl AS acl, kinds.word AS kind, own.apart,
           pg_catalog.count(*) AS count, pg_catalog.min(relation.oid) AS example
      FROM schemas JOIN pg_catalog.pg_class AS relation ON relation.relnamespace = schemas.oid
      JOIN (VALUES ('r'::"char", 'table'), ('p'::"char", 'table'), ('f'::"char", 'table'), ('v'::"char", 'view'), ('m'::"char", 'view'),
                   ('S'::"char", 'sequence')) AS kinds(code, word) ON kinds.code = relation.relkind
      CROSS JOIN LATERAL (SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute AS part
                                                    WHERE part.attrelid = relation.oid AND part.attacl IS NOT NULL AND NOT part.attisdropped)
                                      THEN relation.oid END AS apart) AS own
     WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS edge
                        WHERE edge.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                          AND edge.objid = relation.oid AND edge.deptype = 'e')
     GROUP BY schemas.nspname, relation.relowner, relation.relacl, kinds.word, own.apart),
  alike AS MATERIALIZED (
    SELECT groups.* FROM groups ORDER BY groups.schema, groups.kind, groups.example LIMIT ${mostObjectGroups}),
  ${grantees},
  asked AS MATERIALIZED (
    SELECT pg_catalog.row_number() OVER (ORDER BY pg_catalog.min(each.at)) AS at, pg_catalog.min(each.oid) AS oid,
           pg_catalog.json_agg(each.at ORDER BY each.at) AS roles
      FROM (SELECT known.oid, known.at,
                   ARRAY(SELECT grantees.oid FROM grantees WHERE pg_catalog.pg_has_role(known.oid, grantees.oid, 'USAGE') ORDER BY 1) AS rights
              FROM known) AS each
     GROUP BY each.rights),
  things AS MATERIALIZED (
    SELECT 'schema' AS kind, schemas.oid, schemas.nspname AS schema, schemas.nspname AS name, schemas.nspowner AS owner,
           coalesce(schemas.nspacl, pg_catalog.acldefault('n', schemas.nspowner)) AS acl, false AS "hasColumns", 1 AS count
      FROM schemas
     UNION ALL
    SELECT alike.kind, alike.example, alike.schema, example.relname, alike.owner,
           coalesce(alike.acl, pg_catalog.acldefault(CASE WHEN alike.kind = 'sequence' THEN 's'::"char" ELSE 'r'::"char" END, alike.owner)),
           alike.apart IS NOT NULL AND alike.kind <> 'sequence', alike.count
      FROM alike JOIN pg_catalog.pg_class AS example ON example.oid = alike.example)
SELECT
  (SELECT coalesce(pg_catalog.json_agg(asked.roles ORDER BY asked.at), '[]') FROM asked) AS sets,
  (SELECT pg_catalog.count(*) FROM pg_catalog.pg_namespace AS schema WHERE ${isOwnSchema}) AS "schemaCount",
  (SELECT pg_catalog.count(*) FROM groups) AS "objectCount",
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'kind', thing.kind, 'schema', thing.schema, 'name', thing.name, 'count', thing.count,
      'owner', pg_catalog.pg_get_userbyid(thing.owner),
      'owners', (SELECT coalesce(pg_catalog.json_agg(asked.at ORDER BY asked.at), '[]') FROM asked
                  WHERE pg_catalog.pg_has_role(asked.oid, thing.owner, 'USAGE')),
      'entries', ${entriesOf('thing.acl')},
      'held', ${heldBy(privilegesOf, mayOn)},
      'columns', CASE WHEN thing."hasColumns" THEN ${heldBy("'{SELECT,INSERT,UPDATE,REFERENCES}'", mayOnColumns)} ELSE '[]' END)
      ORDER BY thing.schema, thing.kind, thing.name), '[]') FROM things AS thing) AS things,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'creator', creator.rolname, 'schema', schemas.nspname,
      'entries', ${entriesOf('later.acl')})
      ORDER BY creator.rolname, schemas.nspname), '[]')
    FROM (SELECT DISTINCT defaults.defaclrole AS creator FROM pg_catalog.pg_default_acl AS defaults WHERE defaults.defaclobjtype = 'r'::"char") AS creators
    JOIN pg_catalog.pg_roles AS creator ON creator.oid = creators.creator
    CROSS JOIN schemas
    CROSS JOIN LATERAL (SELECT pg_catalog.array_agg(defaults.item) AS acl FROM (
        SELECT pg_catalog.unnest(kept.defaclacl) AS item FROM pg_catalog.pg_default_acl AS kept
         WHERE kept.defaclrole = creator.oid AND kept.defaclobjtype = 'r'::"char"
           AND (kept.defaclnamespace = schemas.oid OR kept.defaclnamespace = 0::pg_catalog.oid)) AS defaults) AS later
   WHERE later.acl IS NOT NULL) AS later`;
