// What is in schemas and who may use it, by patterns: things that are made alike have one access control list, so that
// the answer grows with the ways in which they differ and not with their number. Several plain statements of one message,
// each of which a new session plans in little time.
// https://www.postgresql.org/docs/current/ddl-priv.html
import { catalogsOfOthers } from './strays-query.ts';

/** The names of a pattern are told up to this many. */
const mostNames = 50;

export const aclOf = (acl: string, type: string, owner: string) => `
    (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
        CASE WHEN entry.grantee <> 0::pg_catalog.oid THEN pg_catalog.pg_get_userbyid(entry.grantee) END,
        pg_catalog.pg_get_userbyid(entry.grantor), entry.privilege_type, entry.is_grantable)
      ORDER BY entry.grantee, entry.grantor, entry.privilege_type), '[]')
      FROM pg_catalog.aclexplode(coalesce(${acl}, pg_catalog.acldefault(${type}, ${owner}))) AS entry)`;

const ownerOf = (owner: string) => `
    pg_catalog.pg_get_userbyid(${owner}) AS owner, pg_catalog.pg_has_role(${owner}, 'USAGE') AS "adminActsAsOwner"`;

// 1259 is pg_class, 1255 pg_proc, 3079 pg_extension.
const memberOf = (catalog: string, oid: string) => `
    LEFT JOIN pg_catalog.pg_depend AS member
      ON member.refclassid = '3079'::pg_catalog.oid AND member.deptype = 'e'
     AND member.classid = '${catalog}'::pg_catalog.oid AND member.objid = ${oid} AND member.objsubid = 0`;

const tableKinds = "'r', 'p', 'v', 'm', 'f'";

const isMember = (catalog: string, oid: string) => `
    ${oid} IN (SELECT member.objid FROM pg_catalog.pg_depend AS member
                WHERE member.refclassid = '3079'::pg_catalog.oid AND member.deptype = 'e'
                  AND member.classid = '${catalog}'::pg_catalog.oid AND member.objsubid = 0)`;

/** Lists are sent as they are stored: taking them apart takes a new session longer than all else. */
const patternOf = (acl: string, type: string, owner: string) => `${ownerOf(owner)},
    ${acl} IS NULL AS "isDefault", coalesce(${acl}, pg_catalog.acldefault(${type}, ${owner}))::pg_catalog.text AS acl,
    pg_catalog.count(*)::pg_catalog.int4 AS count`;

const isSequence = "relation.relkind = 'S'";

/** Tables, views and sequences of the schemas $1. */
export const relationPatternsQuery = `
  SELECT schema.nspname AS schema, CASE WHEN ${isSequence} THEN 'sequences' ELSE 'tables' END AS class,
    ${patternOf('relation.relacl', `CASE WHEN ${isSequence} THEN 's'::pg_catalog."char" ELSE 'r'::pg_catalog."char" END`, 'relation.relowner')},
    ${isMember('1259', 'relation.oid')} AS "isMember",
    CASE WHEN pg_catalog.count(*) <= ${mostNames} THEN pg_catalog.json_agg(relation.relname) END AS names
    FROM pg_catalog.pg_namespace AS schema
    JOIN pg_catalog.pg_class AS relation ON relation.relnamespace = schema.oid
   WHERE relation.relkind IN (${tableKinds}, 'S') AND schema.nspname = ANY ($1::pg_catalog.text[])
   GROUP BY schema.nspname, ${isSequence}, relation.relowner, relation.relacl, "isMember"`;

/** Functions, procedures and aggregates of the schemas $1. */
export const routinePatternsQuery = `
  SELECT schema.nspname AS schema, 'routines' AS class, ${patternOf('routine.proacl', `'f'`, 'routine.proowner')},
    ${isMember('1255', 'routine.oid')} AS "isMember",
    CASE WHEN pg_catalog.count(*) <= ${mostNames} THEN
      (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(one.proname, pg_catalog.pg_get_function_identity_arguments(one.oid)))
         FROM pg_catalog.pg_proc AS one WHERE one.oid = ANY (pg_catalog.array_agg(routine.oid))) END AS names
    FROM pg_catalog.pg_namespace AS schema
    JOIN pg_catalog.pg_proc AS routine ON routine.pronamespace = schema.oid
   WHERE schema.nspname = ANY ($1::pg_catalog.text[])
   GROUP BY schema.nspname, routine.proowner, routine.proacl, "isMember"`;

/** Privileges of roles on things of this database in one of these catalogs. */
const holds = (catalogs: string) =>
  `EXISTS (SELECT FROM pg_catalog.pg_shdepend AS held WHERE held.dbid = here.oid AND ${catalogs})`;

/**
 * Whether there is more to be asked for: privileges on columns, on types, foreign servers and foreign-data wrappers; in the
 * schemas $1 routines, and things with an owner that are neither relations nor routines: each depends on its schema. 2615
 * is pg_namespace, 1255 pg_proc, 1247 pg_type, 1417 pg_foreign_server, 2328 pg_foreign_data_wrapper.
 */
export const besideQuery = `
  SELECT ${holds("held.classid = '1259'::pg_catalog.oid AND held.objsubid > 0")} AS "hasColumnGrants",
         ${holds(`held.classid IN ('1247'::pg_catalog.oid, '1417'::pg_catalog.oid, '2328'::pg_catalog.oid)
             AND held.deptype = 'a'`)} AS "hasUsedGrants",
         coalesce(things."hasRoutines", false) AS "hasRoutines", coalesce(things."hasOthers", false) AS "hasOthers"
    FROM pg_catalog.pg_database AS here,
         (SELECT pg_catalog.bool_or(thing.classid = '1255'::pg_catalog.oid) AS "hasRoutines",
                 pg_catalog.bool_or(thing.classid IN (${catalogsOfOthers.map((oid) => `'${oid}'::pg_catalog.oid`).join(', ')})) AS "hasOthers"
            FROM pg_catalog.pg_namespace AS schema
            JOIN pg_catalog.pg_depend AS thing
              ON thing.refclassid = '2615'::pg_catalog.oid AND thing.refobjid = schema.oid AND thing.refobjsubid = 0
           WHERE schema.nspname = ANY ($1::pg_catalog.text[])) AS things
   WHERE here.datname = pg_catalog.current_database()`;

/** Columns in the schemas $1 that roles of $2 were granted something on, by what refers to a role: that has an index. */
export const columnGrantsQuery = `
  SELECT schema.nspname AS schema, relation.relname AS "table", attribute.attname AS "column",
    ${ownerOf('relation.relowner')}, ${aclOf('attribute.attacl', `'c'`, 'relation.relowner')} AS acl
    FROM (SELECT DISTINCT held.objid, held.objsubid FROM pg_catalog.pg_shdepend AS held
           WHERE held.dbid = (SELECT database.oid FROM pg_catalog.pg_database AS database
                               WHERE database.datname = pg_catalog.current_database())
             AND held.refclassid = '1260'::pg_catalog.oid AND held.deptype = 'a'
             AND held.classid = '1259'::pg_catalog.oid AND held.objsubid <> 0
             AND held.refobjid IN (SELECT role.oid FROM pg_catalog.pg_roles AS role
                                    WHERE role.rolname = ANY ($2::pg_catalog.text[]))) AS held
    JOIN pg_catalog.pg_class AS relation ON relation.oid = held.objid
    JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
    JOIN pg_catalog.pg_attribute AS attribute
      ON attribute.attrelid = held.objid AND attribute.attnum = held.objsubid AND NOT attribute.attisdropped
    ${memberOf('1259', 'relation.oid')}
   WHERE schema.nspname = ANY ($1::pg_catalog.text[]) AND member.objid IS NULL
   ORDER BY 1, 2, attribute.attnum`;

/** What roles gave away of what they make later, for one schema or in all of the database. */
export const defaultPrivilegesQuery = `
  SELECT pg_catalog.pg_get_userbyid(stored.defaclrole) AS creator, schema.nspname AS schema,
    CASE stored.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' ELSE 'routines' END AS "of",
    stored.defaclacl::pg_catalog.text AS acl
    FROM pg_catalog.pg_default_acl AS stored
    LEFT JOIN pg_catalog.pg_namespace AS schema ON schema.oid = stored.defaclnamespace
   WHERE stored.defaclobjtype IN ('r', 'S', 'f')`;

const wantedNames =
  'ROWS FROM (pg_catalog.unnest($3::pg_catalog.text[]), pg_catalog.unnest($4::pg_catalog.text[])) AS wanted(schema, name)';

/** The relations $4 of the schemas $3, pairwise. */
export const namedRelationsQuery = `
  SELECT wanted.schema, wanted.name, CASE relation.relkind WHEN 'S' THEN 'sequences' ELSE 'tables' END AS class,
    ${ownerOf('relation.relowner')}, member.objid IS NOT NULL AS "isMember",
    (SELECT coalesce(pg_catalog.json_agg(attribute.attname), '[]') FROM pg_catalog.pg_attribute AS attribute
      WHERE attribute.attrelid = relation.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped) AS columns,
    ${aclOf('relation.relacl', `CASE relation.relkind WHEN 'S' THEN 's'::pg_catalog."char" ELSE 'r'::pg_catalog."char" END`, 'relation.relowner')} AS acl
    FROM ${wantedNames}
    JOIN pg_catalog.pg_namespace AS schema ON schema.nspname = wanted.schema
    JOIN pg_catalog.pg_class AS relation ON relation.relnamespace = schema.oid AND relation.relname = wanted.name
    ${memberOf('1259', 'relation.oid')}
   WHERE relation.relkind IN (${tableKinds}, 'S')`;

/** The type of an argument of a routine as it is written, its own name, and whether it is an array. */
export type ArgumentType = readonly [written: string, name: string, isArray: boolean];

/** Of a `routine`. */
export const argumentTypesQuery = `
    SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(pg_catalog.format_type(base.oid, NULL), base.typname, base.oid <> type.oid)
              ORDER BY argument.place), '[]')
      FROM pg_catalog.unnest(routine.proargtypes) WITH ORDINALITY AS argument(type, place)
      JOIN pg_catalog.pg_type AS type ON type.oid = argument.type
      JOIN pg_catalog.pg_type AS base
        ON base.oid = CASE WHEN type.typcategory = 'A' AND type.typelem <> 0::pg_catalog.oid THEN type.typelem ELSE type.oid END`;

/** All routines $4 of the schemas $3, pairwise, with the types of their arguments. */
export const namedRoutinesQuery = `
  SELECT wanted.schema, wanted.name, pg_catalog.pg_get_function_identity_arguments(routine.oid) AS arguments,
    ${ownerOf('routine.proowner')}, member.objid IS NOT NULL AS "isMember",
    (${argumentTypesQuery}) AS types,
    ${aclOf('routine.proacl', `'f'`, 'routine.proowner')} AS acl
    FROM ${wantedNames}
    JOIN pg_catalog.pg_namespace AS schema ON schema.nspname = wanted.schema
    JOIN pg_catalog.pg_proc AS routine ON routine.pronamespace = schema.oid AND routine.proname = wanted.name
    ${memberOf('1255', 'routine.oid')}`;

/**
 * Types of the schemas $1, foreign servers and foreign-data wrappers, as far as roles of $2 were granted something on them or
 * $3, $4 and $5 name them. Arrays and multiranges have the privileges of what they are of; 1247 is pg_type, 1417
 * pg_foreign_server, 2328 pg_foreign_data_wrapper.
 */
export const usedQuery = `
  WITH found AS MATERIALIZED (
    SELECT held.classid AS class, held.objid AS oid FROM pg_catalog.pg_shdepend AS held
     WHERE held.dbid = (SELECT database.oid FROM pg_catalog.pg_database AS database
                         WHERE database.datname = pg_catalog.current_database())
       AND held.refclassid = '1260'::pg_catalog.oid AND held.deptype = 'a'
       AND held.classid IN ('1247'::pg_catalog.oid, '1417'::pg_catalog.oid, '2328'::pg_catalog.oid)
       AND held.refobjid IN (SELECT role.oid FROM pg_catalog.pg_roles AS role
                              WHERE role.rolname = ANY ($2::pg_catalog.text[]))
     UNION
    SELECT '1247'::pg_catalog.oid, type.oid
      FROM ROWS FROM (pg_catalog.unnest($3::pg_catalog.text[]), pg_catalog.unnest($4::pg_catalog.text[]), pg_catalog.unnest($5::pg_catalog.text[]))
           AS wanted(type, schema, name)
      JOIN pg_catalog.pg_namespace AS schema ON schema.nspname = wanted.schema
      JOIN pg_catalog.pg_type AS type ON type.typnamespace = schema.oid AND type.typname = wanted.name
     WHERE wanted.type = 'type'
     UNION
    SELECT '1417'::pg_catalog.oid, server.oid
      FROM ROWS FROM (pg_catalog.unnest($3::pg_catalog.text[]), pg_catalog.unnest($5::pg_catalog.text[])) AS wanted(type, name)
      JOIN pg_catalog.pg_foreign_server AS server ON server.srvname = wanted.name
     WHERE wanted.type = 'foreign-server'
     UNION
    SELECT '2328'::pg_catalog.oid, wrapper.oid
      FROM ROWS FROM (pg_catalog.unnest($3::pg_catalog.text[]), pg_catalog.unnest($5::pg_catalog.text[])) AS wanted(type, name)
      JOIN pg_catalog.pg_foreign_data_wrapper AS wrapper ON wrapper.fdwname = wanted.name
     WHERE wanted.type = 'foreign-data-wrapper')
  SELECT thing.type, thing.schema, thing.name, ${ownerOf('thing.owner')},
    ${aclOf('thing.acl', 'thing.code', 'thing.owner')} AS acl
    FROM (SELECT 'type' AS type, schema.nspname AS schema, type.typname AS name, type.typowner AS owner,
                 type.typacl AS acl, 'T'::pg_catalog."char" AS code
            FROM found
            JOIN pg_catalog.pg_type AS type ON found.class = '1247'::pg_catalog.oid AND type.oid = found.oid
            JOIN pg_catalog.pg_namespace AS schema ON schema.oid = type.typnamespace ${memberOf('1247', 'type.oid')}
           WHERE schema.nspname = ANY ($1::pg_catalog.text[]) AND member.objid IS NULL AND type.typtype <> 'm'
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_type AS element WHERE element.oid = type.typelem AND element.typarray = type.oid)
           UNION ALL
          SELECT 'foreign-server', NULL, server.srvname, server.srvowner, server.srvacl, 'S'::pg_catalog."char"
            FROM found JOIN pg_catalog.pg_foreign_server AS server
              ON found.class = '1417'::pg_catalog.oid AND server.oid = found.oid
           UNION ALL
          SELECT 'foreign-data-wrapper', NULL, wrapper.fdwname, wrapper.fdwowner, wrapper.fdwacl, 'F'::pg_catalog."char"
            FROM found JOIN pg_catalog.pg_foreign_data_wrapper AS wrapper
              ON found.class = '2328'::pg_catalog.oid AND wrapper.oid = found.oid) AS thing`;

/** All names of one pattern of relations: in the schema $1, of the class $2, owner $3, list $4 (an empty text is NULL). */
export const relationNamesQuery = `
  SELECT pg_catalog.json_build_array(relation.relname, NULL) AS name
    FROM pg_catalog.pg_class AS relation ${memberOf('1259', 'relation.oid')}
   WHERE relation.relkind IN (${tableKinds}, 'S') AND member.objid IS NULL
     AND CASE relation.relkind WHEN 'S' THEN 'sequences' ELSE 'tables' END = $2::pg_catalog.text
     AND relation.relnamespace IN (SELECT schema.oid FROM pg_catalog.pg_namespace AS schema WHERE schema.nspname = $1::pg_catalog.text)
     AND pg_catalog.pg_get_userbyid(relation.relowner) = $3::pg_catalog.text
     AND coalesce(relation.relacl::pg_catalog.text, '') = $4::pg_catalog.text`;

/** The same of routines. */
export const routineNamesQuery = `
  SELECT pg_catalog.json_build_array(routine.proname, pg_catalog.pg_get_function_identity_arguments(routine.oid)) AS name
    FROM pg_catalog.pg_proc AS routine ${memberOf('1255', 'routine.oid')}
   WHERE member.objid IS NULL AND 'routines'::pg_catalog.text = $2::pg_catalog.text
     AND routine.pronamespace IN (SELECT schema.oid FROM pg_catalog.pg_namespace AS schema WHERE schema.nspname = $1::pg_catalog.text)
     AND pg_catalog.pg_get_userbyid(routine.proowner) = $3::pg_catalog.text
     AND coalesce(routine.proacl::pg_catalog.text, '') = $4::pg_catalog.text`;
