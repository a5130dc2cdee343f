// What was granted in a database beside its declaration: to declared roles in schemas that are none of it, and to others in
// its schemas and on what declared roles make. Direct grants alone; PUBLIC and members of extensions are left out.
// $1 declared roles, $2 declared schemas, $3 the line of the deployment's mark, $4 the admin.
import { carriesMark } from '../leftovers-query.ts';

export interface UndeclaredGrants {
  readonly schema: string;
  /** It is none of the declaration's. */
  readonly isElsewhere: boolean;
  /** The deployment made it. */
  readonly isMarked: boolean;
  readonly role: string;
  readonly of: 'schema' | 'tables' | 'sequences' | 'routines';
  readonly privileges: readonly string[];
  readonly count: number;
  /** Roles that log in, connect to the database, use the schema and have it; without those that the server lets in anyway. */
  readonly entering: readonly string[];
}

/** What a declared role may pass on, which no declaration gives. */
export type GrantOptions = Pick<UndeclaredGrants, 'schema' | 'role' | 'of' | 'privileges' | 'count'>;

/** A role that is not declared, connects, and reads or writes everything by a role of the server. */
export interface ServerReader {
  readonly role: string;
  readonly group: string;
}

export interface OwnedElsewhere {
  readonly schema: string;
  readonly role: string;
}

export interface UndeclaredDefaults {
  readonly creator: string;
  readonly schema: string | null;
  readonly of: 'tables' | 'sequences' | 'routines';
  readonly role: string;
  readonly privileges: readonly string[];
}

export interface Undeclared {
  readonly grants: readonly UndeclaredGrants[];
  readonly owned: readonly OwnedElsewhere[];
  readonly defaults: readonly UndeclaredDefaults[];
  readonly options: readonly GrantOptions[];
  readonly readers: readonly ServerReader[];
}

/** More rows are not read. */
const mostUndeclared = 500;

const isDeclared = (name: string) => `${name} = ANY ($1::pg_catalog.name[])`;
const isNoMember = (catalog: string, oid: string) => `NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS edge
                        WHERE edge.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass::pg_catalog.oid AND edge.objid = ${oid}
                          AND edge.deptype = 'e')`;

export const undeclaredQuery = `
WITH schemas AS MATERIALIZED (
    SELECT schema.oid, schema.nspname, schema.nspowner, schema.nspacl,
           schema.nspname <> ALL ($2::pg_catalog.name[]) AS elsewhere,
           ${carriesMark("coalesce(pg_catalog.obj_description(schema.oid, 'pg_namespace'), '')", '$3')} AS marked
      FROM pg_catalog.pg_namespace AS schema
     WHERE NOT pg_catalog.starts_with(schema.nspname::pg_catalog.text, 'pg_') AND schema.nspname <> 'information_schema'),
  things AS (
    SELECT schema.oid AS schema, 'schema' AS of, schema.oid AS thing, schema.nspowner AS owner, schema.nspacl AS acl FROM schemas AS schema
    UNION ALL
    SELECT relation.relnamespace, CASE relation.relkind WHEN 'S' THEN 'sequences' ELSE 'tables' END, relation.oid, relation.relowner, relation.relacl
      FROM pg_catalog.pg_class AS relation
     WHERE relation.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relation.relacl IS NOT NULL AND ${isNoMember('pg_class', 'relation.oid')}
    UNION ALL
    SELECT relation.relnamespace, 'tables', relation.oid, relation.relowner, field.attacl
      FROM pg_catalog.pg_attribute AS field JOIN pg_catalog.pg_class AS relation ON relation.oid = field.attrelid
     WHERE field.attacl IS NOT NULL AND ${isNoMember('pg_class', 'relation.oid')}
    UNION ALL
    SELECT routine.pronamespace, 'routines', routine.oid, routine.proowner, routine.proacl
      FROM pg_catalog.pg_proc AS routine
     WHERE routine.proacl IS NOT NULL AND ${isNoMember('pg_proc', 'routine.oid')}),
  -- Superusers, the admin, the database's owner and who copies the cluster are let in by the server, whatever is granted.
  strangers AS MATERIALIZED (
    SELECT role.oid, role.rolname FROM pg_catalog.pg_roles AS role
     WHERE role.rolcanlogin AND NOT role.rolsuper AND NOT role.rolreplication AND NOT (${isDeclared('role.rolname')})
       AND role.rolname <> $4::pg_catalog.name
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_database AS database
                        WHERE database.datname = pg_catalog.current_database() AND pg_catalog.pg_has_role(role.oid, database.datdba, 'MEMBER'))
       AND pg_catalog.has_database_privilege(role.oid, pg_catalog.current_database(), 'CONNECT')),
  grants AS (
    SELECT schema.nspname, schema.elsewhere, schema.marked, role.rolname, thing.of,
           pg_catalog.json_agg(DISTINCT entry.privilege_type) AS privileges, pg_catalog.count(DISTINCT thing.thing) AS count,
           (SELECT coalesce(pg_catalog.json_agg(stranger.rolname ORDER BY stranger.rolname), '[]')
              FROM (SELECT stranger.rolname FROM strangers AS stranger
                     WHERE NOT schema.elsewhere AND pg_catalog.pg_has_role(stranger.oid, role.oid, 'MEMBER')
                       AND (thing.of = 'schema' OR pg_catalog.has_schema_privilege(stranger.oid, schema.oid, 'USAGE')
                            OR pg_catalog.has_schema_privilege(role.oid, schema.oid, 'USAGE'))
                     ORDER BY stranger.rolname LIMIT 5) AS stranger) AS entering
      FROM things AS thing
      JOIN schemas AS schema ON schema.oid = thing.schema
     CROSS JOIN LATERAL pg_catalog.aclexplode(thing.acl) AS entry
      JOIN pg_catalog.pg_roles AS role ON role.oid = entry.grantee
     WHERE entry.grantee <> thing.owner AND schema.elsewhere = (${isDeclared('role.rolname')})
       AND (schema.elsewhere
            OR (NOT role.rolsuper AND NOT pg_catalog.starts_with(role.rolname::pg_catalog.text, 'pg_')
                AND role.oid <> (SELECT database.datdba FROM pg_catalog.pg_database AS database
                                  WHERE database.datname = pg_catalog.current_database())))
     GROUP BY 1, 2, 3, 4, 5, role.oid, schema.oid ORDER BY 1, 4, 5 LIMIT ${mostUndeclared}),
  options AS (
    SELECT schema.nspname, role.rolname, thing.of,
           pg_catalog.json_agg(DISTINCT entry.privilege_type) AS privileges, pg_catalog.count(DISTINCT thing.thing) AS count
      FROM things AS thing
      JOIN schemas AS schema ON schema.oid = thing.schema
     CROSS JOIN LATERAL pg_catalog.aclexplode(thing.acl) AS entry
      JOIN pg_catalog.pg_roles AS role ON role.oid = entry.grantee
     WHERE entry.grantee <> thing.owner AND entry.is_grantable AND NOT schema.elsewhere AND ${isDeclared('role.rolname')}
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT ${mostUndeclared}),
  readers AS (
    SELECT stranger.rolname, pg_catalog.min(predefined.rolname::pg_catalog.text) AS by
      FROM strangers AS stranger
      JOIN pg_catalog.pg_roles AS predefined ON predefined.rolname IN ('pg_read_all_data', 'pg_write_all_data')
       AND pg_catalog.pg_has_role(stranger.oid, predefined.oid, 'MEMBER')
     GROUP BY 1 ORDER BY 1 LIMIT ${mostUndeclared}),
  defaults AS (
    SELECT creator.rolname AS creator, schema.nspname, CASE list.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' ELSE 'routines' END AS of,
           role.rolname, pg_catalog.json_agg(DISTINCT entry.privilege_type) AS privileges
      FROM pg_catalog.pg_default_acl AS list
      JOIN pg_catalog.pg_roles AS creator ON creator.oid = list.defaclrole
      LEFT JOIN pg_catalog.pg_namespace AS schema ON schema.oid = list.defaclnamespace
     CROSS JOIN LATERAL pg_catalog.aclexplode(list.defaclacl) AS entry
      JOIN pg_catalog.pg_roles AS role ON role.oid = entry.grantee
     WHERE list.defaclobjtype IN ('r', 'S', 'f') AND ${isDeclared('creator.rolname')} AND NOT (${isDeclared('role.rolname')})
       AND NOT role.rolsuper
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4 LIMIT ${mostUndeclared})
SELECT
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('schema', grants.nspname, 'isElsewhere', grants.elsewhere,
      'isMarked', grants.marked, 'role', grants.rolname, 'of', grants.of, 'privileges', grants.privileges, 'count', grants.count,
      'entering', grants.entering)), '[]')
     FROM grants) AS grants,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('schema', schema.nspname, 'role', role.rolname)
      ORDER BY schema.nspname), '[]')
     FROM schemas AS schema JOIN pg_catalog.pg_roles AS role ON role.oid = schema.nspowner
    WHERE schema.elsewhere AND NOT schema.marked AND ${isDeclared('role.rolname')}) AS owned,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('creator', defaults.creator, 'schema', defaults.nspname,
      'of', defaults.of, 'role', defaults.rolname, 'privileges', defaults.privileges)), '[]')
     FROM defaults) AS defaults,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('schema', options.nspname, 'role', options.rolname, 'of', options.of,
      'privileges', options.privileges, 'count', options.count)), '[]') FROM options) AS options,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('role', readers.rolname, 'group', readers.by)), '[]')
     FROM readers) AS readers`;
