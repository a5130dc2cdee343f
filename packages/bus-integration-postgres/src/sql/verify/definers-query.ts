// Routines that run with the rights of somebody who may much, and that others may call: what they do in there is done as
// their owner. https://www.postgresql.org/docs/current/sql-createfunction.html
import { mostTold } from '../../text/bounded.ts';

/** Any at all: the server's own, and what it made at its start, have lower numbers. */
export const hasDefiners = `
  SELECT EXISTS (SELECT FROM pg_catalog.pg_proc AS routine
                  WHERE routine.prosecdef AND routine.oid >= '16384'::pg_catalog.oid)`;

/**
 * By schema, owner and who was granted EXECUTE: PUBLIC, or a role that is not declared. Of superusers' and the database owner's
 * those that any login may call; of declared roles' those that a login may which is not declared. Members of extensions are
 * left out. $2 the roles that are declared for the database; $4 all that are declared; $5 the admin role's name.
 */
export const definersQuery = `
  WITH here AS MATERIALIZED (
    SELECT database.oid, database.datdba FROM pg_catalog.pg_database AS database
     WHERE database.datname = pg_catalog.current_database()),
  logins AS MATERIALIZED (
    SELECT role.oid, role.rolname, role.rolname = ANY ($4::pg_catalog.text[]) AS declared
      FROM here CROSS JOIN pg_catalog.pg_roles AS role
     WHERE role.rolcanlogin AND NOT role.rolsuper AND NOT role.rolreplication AND role.rolname <> $5::pg_catalog.name
       AND NOT pg_catalog.pg_has_role(role.oid, here.datdba, 'MEMBER')
       AND pg_catalog.has_database_privilege(role.oid, here.oid, 'CONNECT')),
  routines AS MATERIALIZED (
    SELECT routine.oid, routine.pronamespace, routine.proname, routine.proacl, owner.oid AS owner, owner.rolname,
           owner.rolsuper, owner.rolsuper OR owner.oid = here.datdba AS mighty
      FROM here CROSS JOIN pg_catalog.pg_proc AS routine JOIN pg_catalog.pg_roles AS owner ON owner.oid = routine.proowner
     WHERE routine.prosecdef AND routine.oid >= '16384'::pg_catalog.oid
       -- Only a superuser makes an event trigger of one; any table's owner a trigger.
       AND routine.prorettype <> '3838'::pg_catalog.oid
       AND (owner.rolsuper OR owner.oid = here.datdba OR owner.rolname = ANY ($2::pg_catalog.text[]))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS edge
                        WHERE edge.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AND edge.objid = routine.oid
                          AND edge.deptype = 'e')),
  held AS MATERIALIZED (
    SELECT routines.*, entry.grantee, grantee.rolname AS "to"
      FROM routines
     CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(routines.proacl, pg_catalog.acldefault('f', routines.owner))) AS entry
      LEFT JOIN pg_catalog.pg_roles AS grantee ON grantee.oid = entry.grantee
     WHERE entry.grantee <> routines.owner
       AND (entry.grantee = 0::pg_catalog.oid
            OR (NOT grantee.rolsuper AND grantee.rolname <> $5::pg_catalog.name AND grantee.rolname <> ALL ($4::pg_catalog.text[])))),
  callers AS MATERIALIZED (
    SELECT held.oid, held.grantee, login.rolname, login.declared
      FROM held JOIN logins AS login
        ON NOT pg_catalog.pg_has_role(login.oid, held.owner, 'MEMBER') AND (held.mighty OR NOT login.declared)
       AND pg_catalog.has_schema_privilege(login.oid, held.pronamespace, 'USAGE')
     WHERE CASE WHEN held.grantee = 0::pg_catalog.oid THEN true ELSE pg_catalog.pg_has_role(login.oid, held.grantee, 'USAGE') END),
  found AS (
    SELECT schema.nspname AS schema, schema.nspname = ANY ($1::pg_catalog.text[]) AS "isDeclared", held.rolname AS owner,
           held.rolsuper AS "isSuperuser", held."to", pg_catalog.count(*) AS count,
           pg_catalog.to_json((pg_catalog.array_agg(pg_catalog.format('%I(%s)', held.proname, pg_catalog.pg_get_function_identity_arguments(held.oid))
              ORDER BY held.proname, held.oid))[1:${mostTold}]) AS names,
           (SELECT coalesce(pg_catalog.json_agg(DISTINCT caller.rolname), '[]') FROM callers AS caller
             WHERE caller.oid = ANY (pg_catalog.array_agg(held.oid)) AND NOT caller.declared) AS strangers
      FROM held JOIN pg_catalog.pg_namespace AS schema ON schema.oid = held.pronamespace
     WHERE EXISTS (SELECT FROM callers AS caller WHERE caller.oid = held.oid AND caller.grantee = held.grantee)
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 3, 5 LIMIT ${mostTold})
  SELECT coalesce(pg_catalog.json_agg(found), '[]') FROM found`;

/** Routines of one schema and owner that the same may call. */
export interface Definers {
  readonly schema: string;
  readonly isDeclared: boolean;
  readonly owner: string;
  readonly isSuperuser: boolean;
  /** null for PUBLIC. */
  readonly to: string | null;
  readonly count: number;
  /** The first of them, with the types of their arguments, as SQL. */
  readonly names: readonly string[];
  /** Logins that are not declared and may call one. */
  readonly strangers: readonly string[];
}
