// What roles may in a database by its catalogs: on it, on schemas, on what is in them and on what comes later, however they
// came to that. Things that have one owner and one list of privileges are one row, so that many tables are few rows.
// All roles are asked about in one statement: the server plans it for longer than it looks for any of them.
// $1 as JSON, of each role: `role`, `schemas`, `creators` whose later things count; `relations` that stand alone, `routines`,
// whose argument types tell one from another of that name, and `types` that are named, each as [schema, name].
import { tablePrivileges } from '../../manifest/shapes/access-words.ts';
import { argumentTypesQuery } from '../objects-query.ts';
import { ofDefaults, ofViews, rowSecurity } from './needs-query.ts';
import { unidentified } from './published-query.ts';

const me = 'asked.role';

const sequencePrivileges = ['USAGE', 'SELECT', 'UPDATE'] as const;

/** How many rows of things that are alike are read: more are not looked at. */
export const mostAlike = 500;
/** How many of the things that are alike are named. */
const mostNamed = 50;

const held = (privileges: readonly string[], asked: string) => `
        (SELECT coalesce(pg_catalog.json_agg(wanted.privilege), '[]')
           FROM pg_catalog.unnest('{${privileges.join(',')}}'::pg_catalog.text[]) AS wanted(privilege) WHERE ${asked})`;

const entryFields = `'privilege', entry.privilege_type,
                  'grantee', CASE WHEN entry.grantee <> 0::pg_catalog.oid THEN pg_catalog.pg_get_userbyid(entry.grantee) END,
                  'grantor', pg_catalog.pg_get_userbyid(entry.grantor)`;
const isMine = `(entry.grantee = 0::pg_catalog.oid OR pg_catalog.pg_has_role(${me}, entry.grantee, 'USAGE'))`;

/** Entries by which the role has something, beside an owner's own. */
const entriesOf = (acl: string, owner: string) => `
        (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(${entryFields})
                  ORDER BY entry.privilege_type, entry.grantee, entry.grantor), '[]')
           FROM pg_catalog.aclexplode(${acl}) AS entry
          WHERE entry.grantee <> ${owner} AND ${isMine})`;

const namesIn = (list: string) =>
  `ARRAY(SELECT one.name::pg_catalog.name FROM pg_catalog.json_array_elements_text(wanted.one -> '${list}'::pg_catalog.text) AS one(name)) AS ${list}`;
const pairedIn = (list: string) =>
  `ARRAY(SELECT pg_catalog.json_build_array(one.pair ->> 0, one.pair ->> 1)::pg_catalog.text
                   FROM pg_catalog.json_array_elements(wanted.one -> '${list}'::pg_catalog.text) AS one(pair)) AS ${list}`;
/** Nothing is put together for each thing where nothing is named. */
const isNamedIn = (list: string, schema: string, name: string) =>
  `CASE WHEN pg_catalog.cardinality(asked.${list}) > 0
                  THEN pg_catalog.json_build_array(${schema}, ${name})::pg_catalog.text = ANY (asked.${list}) ELSE false END`;

const isNoMember = (catalog: string, object: string) => `NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS edge
              WHERE edge.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass::pg_catalog.oid
                AND edge.objid = ${object}.oid AND edge.deptype = 'e')`;

const isMember = `pg_catalog.pg_has_role(${me}, role.oid, 'MEMBER')`;

/** What it may with parameters that somebody was granted something on; the catalog came with 15. */
function parametersOf(versionNum: number): string {
  if (versionNum < 150000) return `(SELECT '[]'::pg_catalog.json)`;
  return `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', parameter.parname,
      'owner', pg_catalog.pg_get_userbyid(10::pg_catalog.oid),
      'privileges', ${held(['SET', 'ALTER SYSTEM'], `pg_catalog.has_parameter_privilege(${me}, parameter.parname, wanted.privilege)`)},
      'entries', ${entriesOf('parameter.paracl', '10::pg_catalog.oid')}) ORDER BY parameter.parname), '[]')
    FROM pg_catalog.pg_parameter_acl AS parameter)`;
}

export function accessQuery(versionNum: number): string {
  return `
WITH asked AS MATERIALIZED (
    SELECT wanted.at, (wanted.one ->> 'role'::pg_catalog.text)::pg_catalog.name AS role, ${namesIn('schemas')}, ${namesIn('creators')},
           ${pairedIn('relations')}, ${pairedIn('routines')}, ${pairedIn('types')}
      FROM ROWS FROM (pg_catalog.json_array_elements($1::pg_catalog.json)) WITH ORDINALITY AS wanted(one, at)),
  places AS MATERIALIZED (
    SELECT schema.oid, schema.nspname, schema.nspowner, schema.nspacl FROM pg_catalog.pg_namespace AS schema
     WHERE EXISTS (SELECT FROM asked WHERE schema.nspname = ANY (asked.schemas))),
  everything AS MATERIALIZED (
    SELECT relation.oid, places.nspname AS schema, relation.relname AS name, relation.relowner AS owner, relation.relacl AS acl,
           CASE relation.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'view'
                                 WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
           EXISTS (SELECT FROM pg_catalog.pg_attribute AS part
                    WHERE part.attrelid = relation.oid AND part.attacl IS NOT NULL AND NOT part.attisdropped) AS "hasColumns",
           EXISTS (SELECT FROM pg_catalog.pg_depend AS edge
                    WHERE relation.relkind = 'S' AND edge.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                      AND edge.objid = relation.oid AND edge.refobjsubid > 0 AND edge.deptype IN ('a', 'i')) AS linked
      FROM places JOIN pg_catalog.pg_class AS relation ON relation.relnamespace = places.oid
     WHERE relation.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ${isNoMember('pg_class', 'relation')}),
  callable AS MATERIALIZED (
    SELECT places.nspname AS schema, routine.oid, routine.proname AS name, routine.proowner AS owner, routine.proacl AS acl
      FROM places JOIN pg_catalog.pg_proc AS routine ON routine.pronamespace = places.oid
     WHERE ${isNoMember('pg_proc', 'routine')})
SELECT pg_catalog.json_agg(found ORDER BY asked.at) AS found FROM asked CROSS JOIN LATERAL (
WITH schemas AS MATERIALIZED (SELECT places.* FROM places WHERE places.nspname = ANY (asked.schemas)),
  relations AS (
    SELECT everything.*, CASE WHEN everything."hasColumns" OR ${isNamedIn('relations', 'everything.schema', 'everything.name')}
                           THEN everything.name END AS apart
      FROM everything WHERE everything.schema = ANY (asked.schemas)),
  alike AS MATERIALIZED (
    SELECT relations.schema, relations.kind, relations.owner, relations.acl, relations.apart,
           pg_catalog.count(*) AS count, pg_catalog.min(relations.oid) AS example, relations.linked,
           (pg_catalog.array_agg(relations.name))[1:${mostNamed}] AS names
      FROM relations
     GROUP BY relations.schema, relations.kind, relations.owner, relations.acl, relations.apart, relations.linked
     ORDER BY relations.apart IS NULL, relations.schema, relations.kind, pg_catalog.min(relations.oid) LIMIT ${mostAlike + 1}),
  routines AS MATERIALIZED (
    SELECT named.schema, named.owner, named.acl, named.apart,
           pg_catalog.count(*) AS count, pg_catalog.min(named.oid) AS example,
           (pg_catalog.array_agg(named.oid))[1:${mostNamed}] AS oids
      FROM (SELECT callable.*, CASE WHEN ${isNamedIn('routines', 'callable.schema', 'callable.name')} THEN callable.oid END AS apart
              FROM callable WHERE callable.schema = ANY (asked.schemas)) AS named
     GROUP BY named.schema, named.owner, named.acl, named.apart
     ORDER BY named.apart IS NULL, named.schema, pg_catalog.min(named.oid) LIMIT ${mostAlike + 1})
SELECT ${held(['CONNECT', 'CREATE', 'TEMPORARY'], `pg_catalog.has_database_privilege(${me}, pg_catalog.current_database(), wanted.privilege)`)} AS database,
  (SELECT pg_catalog.json_build_object('owner', pg_catalog.pg_get_userbyid(database.datdba),
            'entries', ${entriesOf("coalesce(database.datacl, pg_catalog.acldefault('d', database.datdba))", 'database.datdba')})
     FROM pg_catalog.pg_database AS database WHERE database.datname = pg_catalog.current_database()) AS "onDatabase",
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', schemas.nspname, 'owner', pg_catalog.pg_get_userbyid(schemas.nspowner),
      'isOwn', pg_catalog.pg_has_role(${me}, schemas.nspowner, 'USAGE'),
      'privileges', ${held(['USAGE', 'CREATE'], `pg_catalog.has_schema_privilege(${me}, schemas.oid, wanted.privilege)`)},
      'entries', ${entriesOf('schemas.nspacl', 'schemas.nspowner')}) ORDER BY schemas.nspname), '[]') FROM schemas) AS schemas,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'schema', alike.schema, 'kind', alike.kind, 'owner', pg_catalog.pg_get_userbyid(alike.owner),
      'isOwn', pg_catalog.pg_has_role(${me}, alike.owner, 'USAGE'),
      'count', alike.count, 'name', example.relname, 'names',
      (SELECT pg_catalog.json_agg(one.name ORDER BY one.name) FROM pg_catalog.unnest(alike.names) AS one(name)), 'isApart', alike.apart IS NOT NULL,
      'isOfColumn', alike.linked,
      'privileges', CASE WHEN alike.kind = 'sequence'
        THEN ${held(sequencePrivileges, `pg_catalog.has_sequence_privilege(${me}, alike.example, wanted.privilege)`)}
        ELSE ${held(tablePrivileges(versionNum), `pg_catalog.has_table_privilege(${me}, alike.example, wanted.privilege)`)} END,
      'columns', CASE WHEN alike.apart IS NOT NULL AND alike.kind <> 'sequence' THEN
        (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('privilege', wanted.privilege, 'names',
                  (SELECT coalesce(pg_catalog.json_agg(part.attname ORDER BY part.attname), '[]')
                     FROM pg_catalog.pg_attribute AS part
                    WHERE part.attrelid = alike.example AND part.attnum > 0 AND NOT part.attisdropped
                      AND pg_catalog.has_column_privilege(${me}, alike.example, part.attnum, wanted.privilege)),
                  'entries', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('column', part.attname, ${entryFields})
                                ORDER BY part.attnum, entry.grantee, entry.grantor), '[]')
                     FROM pg_catalog.pg_attribute AS part CROSS JOIN LATERAL pg_catalog.aclexplode(part.attacl) AS entry
                    WHERE part.attrelid = alike.example AND NOT part.attisdropped
                      AND entry.privilege_type = wanted.privilege AND ${isMine})))
           FROM pg_catalog.unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::pg_catalog.text[]) AS wanted(privilege)
          WHERE NOT pg_catalog.has_table_privilege(${me}, alike.example, wanted.privilege)
            AND pg_catalog.has_any_column_privilege(${me}, alike.example, wanted.privilege)) END,
      'entries', ${entriesOf('alike.acl', 'alike.owner')},
      'publicColumns', CASE WHEN alike.apart IS NOT NULL THEN
        (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('column', part.attname, ${entryFields})
                  ORDER BY part.attnum, entry.privilege_type, entry.grantor)
           FROM pg_catalog.pg_attribute AS part CROSS JOIN LATERAL pg_catalog.aclexplode(part.attacl) AS entry
          WHERE part.attrelid = alike.example AND NOT part.attisdropped AND entry.grantee = 0::pg_catalog.oid) END,
      'column', (SELECT part.attname FROM pg_catalog.pg_attribute AS part
                  WHERE part.attrelid = alike.example AND part.attnum > 0 AND NOT part.attisdropped
                    AND part.attgenerated = '' AND part.attidentity <> 'a' ORDER BY part.attnum LIMIT 1))
      ORDER BY alike.schema, alike.kind, example.relname), '[]')
    FROM alike JOIN pg_catalog.pg_class AS example ON example.oid = alike.example) AS relations,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'schema', routines.schema, 'owner', pg_catalog.pg_get_userbyid(routines.owner),
      'isOwn', pg_catalog.pg_has_role(${me}, routines.owner, 'USAGE'), 'count', routines.count,
      'isCalled', pg_catalog.has_function_privilege(${me}, routines.example, 'EXECUTE'),
      'entries', ${entriesOf("coalesce(routines.acl, pg_catalog.acldefault('f', routines.owner))", 'routines.owner')},
      'named', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', routine.proname,
                  'arguments', pg_catalog.pg_get_function_identity_arguments(routine.oid)) ORDER BY routine.oid)
                  FROM pg_catalog.pg_proc AS routine WHERE routine.oid = ANY (routines.oids)),
      'types', (SELECT (${argumentTypesQuery}) FROM pg_catalog.pg_proc AS routine WHERE routine.oid = routines.apart))
      ORDER BY routines.schema, routines.example), '[]') FROM routines) AS routines,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'creator', creator.rolname, 'schema', schemas.nspname, 'of', kinds.word,
      'privileges', (SELECT coalesce(pg_catalog.json_agg(DISTINCT entry.privilege_type), '[]')
          FROM (SELECT base.grantee, base.privilege_type
                  FROM pg_catalog.aclexplode(CASE WHEN pg_catalog.cardinality(everywhere.defaclacl) > 0 THEN everywhere.defaclacl
                                                  ELSE pg_catalog.acldefault(kinds.code, creator.oid) END) AS base
                UNION ALL
                SELECT added.grantee, added.privilege_type FROM pg_catalog.aclexplode(here.defaclacl) AS added) AS entry
         WHERE ${isMine}),
      'entries', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('isEverywhere', layer.everywhere, ${entryFields})
                    ORDER BY layer.everywhere, entry.grantee, entry.privilege_type), '[]')
          FROM (VALUES (true, CASE WHEN pg_catalog.cardinality(everywhere.defaclacl) > 0 THEN everywhere.defaclacl
                                   ELSE pg_catalog.acldefault(kinds.code, creator.oid) END),
                       (false, here.defaclacl)) AS layer(everywhere, acl)
         CROSS JOIN LATERAL pg_catalog.aclexplode(layer.acl) AS entry
         WHERE entry.grantee <> creator.oid AND ${isMine}))
      ORDER BY creator.rolname, schemas.nspname, kinds.word), '[]')
    FROM pg_catalog.pg_roles AS creator
    CROSS JOIN schemas
    CROSS JOIN (VALUES ('r'::"char", 'r'::"char", 'tables'), ('S'::"char", 's'::"char", 'sequences'),
                       ('f'::"char", 'f'::"char", 'routines')) AS kinds(type, code, word)
    LEFT JOIN pg_catalog.pg_default_acl AS everywhere
      ON everywhere.defaclrole = creator.oid AND everywhere.defaclnamespace = 0::pg_catalog.oid AND everywhere.defaclobjtype = kinds.type
    LEFT JOIN pg_catalog.pg_default_acl AS here
      ON here.defaclrole = creator.oid AND here.defaclnamespace = schemas.oid AND here.defaclobjtype = kinds.type
   WHERE creator.rolname = ANY (asked.creators)
     AND NOT pg_catalog.pg_has_role(${me}, creator.oid, 'USAGE')) AS later,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'type', thing.type, 'schema', thing.schema, 'name', thing.name, 'owner', pg_catalog.pg_get_userbyid(thing.owner),
      'isOwn', pg_catalog.pg_has_role(${me}, thing.owner, 'USAGE'), 'isUsed', thing."isUsed",
      'entries', ${entriesOf('coalesce(thing.acl, pg_catalog.acldefault(thing.code, thing.owner))', 'thing.owner')})
      ORDER BY thing.type, thing.schema, thing.name), '[]')
    FROM (SELECT 'type' AS type, schemas.nspname AS schema, type.typname AS name, type.typowner AS owner, type.typacl AS acl,
                 'T'::pg_catalog."char" AS code, pg_catalog.has_type_privilege(${me}, type.oid, 'USAGE') AS "isUsed"
            FROM schemas JOIN pg_catalog.pg_type AS type ON type.typnamespace = schemas.oid
           WHERE (type.typacl IS NOT NULL
                  OR ${isNamedIn('types', 'schemas.nspname', 'type.typname')})
             AND ${isNoMember('pg_type', 'type')}
           UNION ALL
          SELECT 'foreign-server', NULL, server.srvname, server.srvowner, server.srvacl, 'S'::pg_catalog."char",
                 pg_catalog.has_server_privilege(${me}, server.oid, 'USAGE')
            FROM pg_catalog.pg_foreign_server AS server
           UNION ALL
          SELECT 'foreign-data-wrapper', NULL, wrapper.fdwname, wrapper.fdwowner, wrapper.fdwacl, 'F'::pg_catalog."char",
                 pg_catalog.has_foreign_data_wrapper_privilege(${me}, wrapper.oid, 'USAGE')
            FROM pg_catalog.pg_foreign_data_wrapper AS wrapper LIMIT ${mostAlike + 1}) AS thing) AS used,
  ${parametersOf(versionNum)} AS parameters,${rowSecurity.ofAsked},${ofDefaults},${ofViews},${unidentified(versionNum, me)},
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', role.rolname,
      'isInherited', pg_catalog.pg_has_role(${me}, role.oid, 'USAGE'),
      'isSettable', pg_catalog.pg_has_role(${me}, role.oid, '${versionNum >= 160000 ? 'SET' : 'MEMBER'}')) ORDER BY role.rolname), '[]')
    FROM pg_catalog.pg_roles AS role
   WHERE role.rolname <> ${me} AND role.rolname <> 'pg_database_owner' AND ${isMember}
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS own WHERE own.rolname = ${me} AND own.rolsuper)) AS groups,
  (SELECT own.rolsuper FROM pg_catalog.pg_roles AS own WHERE own.rolname = ${me}) AS "isSuperuser",
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'group', pg_catalog.pg_get_userbyid(edge.roleid), 'member', member.rolname,
      'grantor', ${versionNum >= 160000 ? 'pg_catalog.pg_get_userbyid(edge.grantor)' : 'NULL'},
      'inherits', ${versionNum >= 160000 ? 'edge.inherit_option' : 'member.rolinherit'})
      ORDER BY pg_catalog.pg_get_userbyid(edge.roleid), member.rolname, edge.grantor), '[]')
    FROM pg_catalog.pg_auth_members AS edge JOIN pg_catalog.pg_roles AS member ON member.oid = edge.member
   WHERE (member.rolname = ${me} OR pg_catalog.pg_has_role(${me}, member.oid, 'MEMBER'))
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS own WHERE own.rolname = ${me} AND own.rolsuper)) AS edges) AS found`;
}
