// What is in declared schemas, who may use it and what it could do to them. Asked by a service after its login, and only
// where there is something: planning it takes the server longer than all else that a login asks.
import { mostTold } from '../../text/bounded.ts';
import { type Definers, definersQuery, hasDefiners } from './definers-query.ts';
import { rowSecurity } from './needs-query.ts';
import { unidentified } from './published-query.ts';
import type { TableNeeds } from './seen-access.ts';

/**
 * Functions and operators of others under names of pg_catalog's, in those of the schemas $1 where others may create;
 * null where none is shared, which costs no look at them. Those of a superuser, of the database's owner, and of roles
 * that this one may act as are no danger that their owner isn't.
 */
const shadowsQuery = `
  WITH shared AS MATERIALIZED (
    SELECT schema.oid, schema.nspname FROM pg_catalog.pg_namespace AS schema
     WHERE schema.nspname = ANY ($1::pg_catalog.text[])
       AND EXISTS (SELECT FROM pg_catalog.aclexplode(coalesce(schema.nspacl, pg_catalog.acldefault('n', schema.nspowner))) AS entry
                    WHERE entry.privilege_type = 'CREATE' AND entry.grantee <> schema.nspowner
                      AND CASE WHEN entry.grantee = 0::pg_catalog.oid THEN true
                               ELSE NOT pg_catalog.pg_has_role(entry.grantee, 'MEMBER') END)),
  named AS (
    SELECT shared.nspname AS schema, function.proowner AS owner,
           pg_catalog.format('%s(%s)', function.proname, pg_catalog.pg_get_function_identity_arguments(function.oid)) AS name
      FROM shared JOIN pg_catalog.pg_proc AS function ON function.pronamespace = shared.oid
     WHERE EXISTS (SELECT FROM pg_catalog.pg_proc AS own
                    WHERE own.proname = function.proname
                      AND own.pronamespace = 'pg_catalog'::pg_catalog.regnamespace::pg_catalog.oid)
     UNION ALL
    SELECT shared.nspname, operator.oprowner,
           pg_catalog.format('%s (%s, %s)', operator.oprname, pg_catalog.format_type(operator.oprleft, NULL),
                             pg_catalog.format_type(operator.oprright, NULL))
      FROM shared JOIN pg_catalog.pg_operator AS operator ON operator.oprnamespace = shared.oid
     WHERE EXISTS (SELECT FROM pg_catalog.pg_operator AS own
                    WHERE own.oprname = operator.oprname
                      AND own.oprnamespace = 'pg_catalog'::pg_catalog.regnamespace::pg_catalog.oid)),
  shadows AS (
    SELECT named.schema, named.name, owner.rolname AS owner
      FROM named JOIN pg_catalog.pg_roles AS owner ON owner.oid = named.owner
     WHERE NOT owner.rolsuper AND NOT pg_catalog.pg_has_role(owner.oid, 'MEMBER')
       AND owner.oid <> (SELECT database.datdba FROM pg_catalog.pg_database AS database
                          WHERE database.datname = pg_catalog.current_database()))
  SELECT CASE WHEN EXISTS (SELECT FROM shared) THEN pg_catalog.json_build_object(
    'count', (SELECT pg_catalog.count(*) FROM shadows),
    'first', (SELECT coalesce(pg_catalog.json_agg(few), '[]') FROM (
      SELECT shadows.schema, shadows.name, shadows.owner FROM shadows
       ORDER BY shadows.schema, shadows.name, shadows.owner LIMIT ${mostTold}) AS few)) END`;

/** What is in the schemas $1 and none of the roles $2 may use; what belongs to an extension is its own affair. */
const unusableQuery = `
  WITH schemas AS MATERIALIZED (
    SELECT schema.oid, schema.nspname FROM pg_catalog.pg_namespace AS schema
     WHERE schema.nspname = ANY ($1::pg_catalog.text[])),
  roles AS MATERIALIZED (
    SELECT role.oid FROM pg_catalog.pg_roles AS role WHERE role.rolname = ANY ($2::pg_catalog.text[])),
  -- What is in other schemas, thousands of functions, is asked for no privilege.
  objects AS MATERIALIZED (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS catalog, relation.oid, relation.relnamespace AS schema,
           relation.relowner AS owner, CASE WHEN relation.relkind = 'S' THEN 'sequences' ELSE 'tables' END AS kind
      FROM pg_catalog.pg_class AS relation
     WHERE relation.relnamespace IN (SELECT schemas.oid FROM schemas)
       AND relation.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
     UNION ALL
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid, function.oid, function.pronamespace, function.proowner, 'routines'
      FROM pg_catalog.pg_proc AS function
     WHERE function.pronamespace IN (SELECT schemas.oid FROM schemas)),
  closed AS MATERIALIZED (
    SELECT objects.* FROM objects
     WHERE NOT EXISTS (SELECT FROM roles WHERE CASE objects.kind
                         WHEN 'routines' THEN pg_catalog.has_function_privilege(roles.oid, objects.oid, 'EXECUTE')
                         WHEN 'sequences' THEN pg_catalog.has_sequence_privilege(roles.oid, objects.oid, 'USAGE, SELECT')
                         ELSE pg_catalog.has_any_column_privilege(roles.oid, objects.oid, 'SELECT, INSERT, UPDATE') END)),
  counted AS (
    SELECT schemas.nspname AS schema, closed.kind, pg_catalog.pg_get_userbyid(closed.owner) AS owner, pg_catalog.count(*) AS count
      FROM closed JOIN schemas ON schemas.oid = closed.schema
     WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS edge
                        WHERE edge.classid = closed.catalog AND edge.objid = closed.oid AND edge.deptype = 'e')
     GROUP BY schemas.nspname, closed.kind, closed.owner
     ORDER BY schemas.nspname, closed.kind, closed.owner LIMIT ${mostTold})
  SELECT coalesce(pg_catalog.json_agg(counted), '[]') FROM counted`;

/** Default privileges of tables, sequences and schemas for PUBLIC, and of routines beside the EXECUTE that it has anyway. */
const publicDefaultsQuery = `
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

/** What statements of this role on tables of the schemas $1 need beside a privilege: a manifest's login is asked with its access. */
const tableNeedsQuery = (versionNum: number) => `
  SELECT pg_catalog.row_to_json(needs) FROM (
    WITH schemas AS MATERIALIZED (
      SELECT schema.oid, schema.nspname FROM pg_catalog.pg_namespace AS schema WHERE schema.nspname = ANY ($1::pg_catalog.text[]))
    SELECT ${rowSecurity.ofSession},${unidentified(versionNum, 'current_user')}) AS needs`;

/**
 * Whether the schemas $1, or the database's default privileges, hold anything: what is in a schema depends on it, and
 * that has an index. 1259 pg_class, 1255 pg_proc, 2617 pg_operator, 2615 pg_namespace, all fixed.
 */
export const hasContents = `
  SELECT EXISTS (SELECT FROM pg_catalog.pg_default_acl)
  OR EXISTS (SELECT FROM pg_catalog.pg_depend AS held
              WHERE held.refclassid = '2615'::pg_catalog.oid
                AND held.refobjid IN (SELECT schema.oid FROM pg_catalog.pg_namespace AS schema
                                       WHERE schema.nspname = ANY ($1::pg_catalog.text[]))
                AND held.classid IN ('1259'::pg_catalog.oid, '1255'::pg_catalog.oid, '2617'::pg_catalog.oid))
  OR (${hasDefiners})`;

/**
 * In one row. $1 declared schemas; $2 the roles that are declared for this database; $3 whether to look at more than shadows;
 * $4 all roles that are declared; $5 the admin role's name.
 */
export const contentsQuery = (versionNum: number, isOfLists: boolean): string => `
SELECT (${shadowsQuery}) AS shadows,
  ${isOfLists ? `(${tableNeedsQuery(versionNum)})` : 'NULL'} AS needs,
  CASE WHEN $3 THEN (${unusableQuery}) END AS unusable,
  CASE WHEN $3 THEN (${publicDefaultsQuery}) END AS "publicDefaults",
  CASE WHEN $3 THEN (${definersQuery}) END AS definers`;

export interface Contents {
  /** Others' functions and operators with names of pg_catalog's in shared schemas; null where no schema is shared. */
  readonly shadows: {
    readonly count: number;
    readonly first: readonly { readonly schema: string; readonly name: string; readonly owner: string }[];
  } | null;
  /** What no declared role may use, by schema, kind and owner; null where it was not asked for. */
  readonly unusable:
    | readonly { readonly schema: string; readonly kind: string; readonly owner: string; readonly count: number }[]
    | null;
  /** Of which roles' future objects PUBLIC is given rights, for a schema or everywhere; null where it was not asked for. */
  readonly publicDefaults:
    | readonly {
        readonly role: string;
        readonly schema: string | null;
        readonly kind: string;
        readonly privileges: readonly string[];
      }[]
    | null;
  /** Null of a manifest's login. */
  readonly needs: TableNeeds | null;
  /** Null where it was not asked for. */
  readonly definers: readonly Definers[] | null;
}
