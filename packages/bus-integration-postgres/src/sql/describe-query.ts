// What a server holds, whatever is declared: all that a manifest can say, and what it can't. For any admin.
// https://www.postgresql.org/docs/current/catalogs.html
import { mayAlter } from './cluster-query.ts';
import { aclOf } from './objects-query.ts';
import { parameterGrantsQuery } from './role-details-query.ts';

/** The server's own, and what another statement makes for its time only. */
const isOwn = (name: string) => `${name} !~ '^pg_'::pg_catalog.text AND ${name} <> 'information_schema'`;
const commentOn = (catalog: string, oid: string) => `
    (SELECT note.description FROM pg_catalog.pg_shdescription AS note
      WHERE note.objoid = ${oid} AND note.classoid = 'pg_catalog.${catalog}'::pg_catalog.regclass::pg_catalog.oid)`;

/** Roles, memberships, settings and databases, in one row. */
export function describedClusterQuery(versionNum: number): string {
  const isNew = versionNum >= 160000;
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
SELECT current_user::pg_catalog.text AS admin,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', role.rolname,
      'canLogin', role.rolcanlogin,
      'isSuperuser', role.rolsuper,
      'createsRoles', role.rolcreaterole,
      'createsDatabases', role.rolcreatedb,
      'replicates', role.rolreplication,
      'bypassesRowSecurity', role.rolbypassrls,
      'inherits', role.rolinherit,
      'adminMayAlter', ${mayAlter(versionNum)},
      'isSuperusersAlone', NOT admin.rolsuper AND ${isNew ? 'false' : 'role.rolreplication'},
      'connectionLimit', role.rolconnlimit,
      'validUntil', CASE WHEN pg_catalog.isfinite(role.rolvaliduntil) THEN
          pg_catalog.to_char(pg_catalog.timezone('UTC', role.rolvaliduntil), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        ELSE role.rolvaliduntil::pg_catalog.text END,
      'comment', ${commentOn('pg_authid', 'role.oid')},
      'databases', (SELECT coalesce(pg_catalog.json_agg(DISTINCT place.datname), '[]')
                      FROM pg_catalog.pg_shdepend AS held
                      JOIN pg_catalog.pg_database AS place
                        ON place.oid = held.dbid OR (held.dbid = 0::pg_catalog.oid AND place.oid = held.objid
                             AND held.classid = 'pg_catalog.pg_database'::pg_catalog.regclass::pg_catalog.oid)
                     WHERE held.refobjid = role.oid
                       AND held.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass::pg_catalog.oid)
    ) ORDER BY role.rolname), '[]')
    FROM pg_catalog.pg_roles AS role
    JOIN pg_catalog.pg_roles AS admin ON admin.rolname = current_user) AS roles,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'group', pg_catalog.pg_get_userbyid(edge.roleid),
      'member', member.rolname,
      'admin', edge.admin_option,
      'inherit', ${isNew ? 'edge.inherit_option' : 'member.rolinherit'},
      'set', ${isNew ? 'edge.set_option' : 'true'}
    ) ORDER BY pg_catalog.pg_get_userbyid(edge.roleid), member.rolname, edge.grantor), '[]')
    FROM pg_catalog.pg_auth_members AS edge
    JOIN pg_catalog.pg_roles AS member ON member.oid = edge.member) AS edges,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'role', role.rolname, 'database', place.datname, 'items', stored.setconfig
    ) ORDER BY role.rolname, place.datname), '[]')
    FROM pg_catalog.pg_db_role_setting AS stored
    LEFT JOIN pg_catalog.pg_roles AS role ON role.oid = stored.setrole
    LEFT JOIN pg_catalog.pg_database AS place ON place.oid = stored.setdatabase) AS settings,
  ${parameterGrantsQuery(versionNum)} AS parameters,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', database.datname,
      'owner', pg_catalog.pg_get_userbyid(database.datdba),
      'isTemplate', database.datistemplate,
      'isOpen', database.datallowconn AND database.datconnlimit <> -2,
      'adminMayConnect', pg_catalog.has_database_privilege(database.oid, 'CONNECT'),
      'connectionLimit', database.datconnlimit,
      'comment', ${commentOn('pg_database', 'database.oid')},
      'encoding', pg_catalog.pg_encoding_to_char(database.encoding),
      'provider', ${provider},
      'locale', ${locale},
      'collate', database.datcollate,
      'characterType', database.datctype,
      'tablespace', space.spcname,
      'acl', ${aclOf('database.datacl', `'d'`, 'database.datdba')}
    ) ORDER BY database.datname), '[]')
    FROM pg_catalog.pg_database AS database
    JOIN pg_catalog.pg_tablespace AS space ON space.oid = database.dattablespace) AS databases`;
}

// 1259 is pg_class, 1255 pg_proc, 1247 pg_type, 2615 pg_namespace.
const isMember = (catalog: string, oid: string) => `EXISTS (SELECT FROM pg_catalog.pg_depend AS edge
       WHERE edge.classid = '${catalog}'::pg_catalog.oid AND edge.objid = ${oid} AND edge.objsubid = 0 AND edge.deptype = 'e')`;
const listOf = (object: string, order: string) =>
  `SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(${object}) ORDER BY ${order}), '[]')`;

/** What is in the database that the session is in, in one row; what belongs to an extension is left out. */
export const describedInsideQuery = `
SELECT
  (${listOf(
    `
      'name', schema.nspname,
      'owner', pg_catalog.pg_get_userbyid(schema.nspowner),
      'isMember', ${isMember('2615', 'schema.oid')},
      'acl', ${aclOf('schema.nspacl', `'n'`, 'schema.nspowner')}`,
    'schema.nspname',
  )}
    FROM pg_catalog.pg_namespace AS schema WHERE ${isOwn('schema.nspname')}) AS schemas,
  (${listOf(
    `
      'name', extension.extname, 'schema', schema.nspname`,
    'extension.extname',
  )}
    FROM pg_catalog.pg_extension AS extension
    JOIN pg_catalog.pg_namespace AS schema ON schema.oid = extension.extnamespace) AS extensions,
  (${listOf(
    `
      'schema', schema.nspname,
      'name', relation.relname,
      'class', CASE relation.relkind WHEN 'S' THEN 'sequences' ELSE 'tables' END,
      'owner', pg_catalog.pg_get_userbyid(relation.relowner),
      'acl', ${aclOf('relation.relacl', `CASE relation.relkind WHEN 'S' THEN 's'::pg_catalog."char" ELSE 'r'::pg_catalog."char" END`, 'relation.relowner')},
      'columns', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                      'name', attribute.attname, 'acl', ${aclOf('attribute.attacl', `'c'`, 'relation.relowner')})
                    ORDER BY attribute.attnum), '[]')
                    FROM pg_catalog.pg_attribute AS attribute
                   WHERE attribute.attrelid = relation.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
                     AND attribute.attacl IS NOT NULL)`,
    'schema.nspname, relation.relname',
  )}
    FROM pg_catalog.pg_class AS relation
    JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
   WHERE relation.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ${isOwn('schema.nspname')}
     AND NOT ${isMember('1259', 'relation.oid')}) AS relations,
  (${listOf(
    `
      'schema', schema.nspname,
      'name', routine.proname,
      'types', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.format_type(argument.type, NULL) ORDER BY argument.place), '[]')
                  FROM pg_catalog.unnest(routine.proargtypes) WITH ORDINALITY AS argument(type, place)),
      'owner', pg_catalog.pg_get_userbyid(routine.proowner),
      'acl', ${aclOf('routine.proacl', `'f'`, 'routine.proowner')}`,
    'schema.nspname, routine.proname, routine.oid',
  )}
    FROM pg_catalog.pg_proc AS routine
    JOIN pg_catalog.pg_namespace AS schema ON schema.oid = routine.pronamespace
   WHERE ${isOwn('schema.nspname')} AND NOT ${isMember('1255', 'routine.oid')}) AS routines,
  (${listOf(
    `
      'type', thing.type, 'schema', thing.schema, 'name', thing.name,
      'owner', pg_catalog.pg_get_userbyid(thing.owner), 'acl', ${aclOf('thing.acl', 'thing.code', 'thing.owner')}`,
    'thing.type, thing.schema, thing.name',
  )}
    FROM (SELECT 'type' AS type, schema.nspname AS schema, type.typname AS name, type.typowner AS owner,
                 type.typacl AS acl, 'T'::pg_catalog."char" AS code
            FROM pg_catalog.pg_type AS type
            JOIN pg_catalog.pg_namespace AS schema ON schema.oid = type.typnamespace
           WHERE type.typacl IS NOT NULL AND ${isOwn('schema.nspname')} AND NOT ${isMember('1247', 'type.oid')}
           UNION ALL
          SELECT 'foreign-server', NULL, server.srvname, server.srvowner, server.srvacl, 'S'::pg_catalog."char"
            FROM pg_catalog.pg_foreign_server AS server
           UNION ALL
          SELECT 'foreign-data-wrapper', NULL, wrapper.fdwname, wrapper.fdwowner, wrapper.fdwacl, 'F'::pg_catalog."char"
            FROM pg_catalog.pg_foreign_data_wrapper AS wrapper WHERE wrapper.fdwacl IS NOT NULL) AS thing) AS used,
  (${listOf(
    `
      'name', language.lanname, 'acl', ${aclOf('language.lanacl', `'l'`, 'language.lanowner')}`,
    'language.lanname',
  )}
    FROM pg_catalog.pg_language AS language WHERE language.lanacl IS NOT NULL) AS languages,
  (${listOf(
    `
      'creator', pg_catalog.pg_get_userbyid(stored.defaclrole),
      'schema', schema.nspname,
      'of', CASE stored.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'routines'
                                      WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END,
      'acl', ${aclOf('stored.defaclacl', `'r'`, 'stored.defaclrole')}`,
    'pg_catalog.pg_get_userbyid(stored.defaclrole), schema.nspname, stored.oid',
  )}
    FROM pg_catalog.pg_default_acl AS stored
    LEFT JOIN pg_catalog.pg_namespace AS schema ON schema.oid = stored.defaclnamespace) AS defaults`;
