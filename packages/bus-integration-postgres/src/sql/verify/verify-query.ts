// What a service asks and tries after logging in. What may be told by asking is asked; what is tried is tried where it
// should succeed, or inside a block that catches the refusal: neither leaves a line in the server's log. All is rolled back.

import { hasContents } from './contents-query.ts';
import { startedAt } from './declared-query.ts';
import { mayHaveGrants } from './grants-query.ts';
import { isPowerful } from './powerful.ts';
import { type ReachedSchema, reachedSchemas } from './reached-schemas-query.ts';

/** Settings that end or spoil what a service does. */
export const sessionSettings = [
  'statement_timeout',
  'transaction_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'lock_timeout',
  'session_replication_role',
  'temp_file_limit',
  'zero_damaged_pages',
  'ignore_checksum_failure',
  'lo_compat_privileges',
  'restrict_nonsystem_relation_kind',
  'standard_conforming_strings',
  'row_security',
] as const;

/** The session as it stands after the login: run before anything of ours is set in it. */
export const standingQuery = `
SELECT pg_catalog.to_json(pg_catalog.current_schemas(false)) AS path,
  pg_catalog.current_setting('search_path') AS "searchPath",
  pg_catalog.json_build_object(${sessionSettings.map((name) => `'${name}', pg_catalog.current_setting('${name}', true)`).join(', ')}) AS settings`;

/** Whether the server knows the encoding $1. */
export const encodingQuery = `
SELECT pg_catalog.pg_char_to_encoding($1::pg_catalog.name) >= 0 AS "isKnown"`;

export interface SessionAtLogin {
  /** Schemas that exist and may be used; the first is the one that unqualified names are made in. */
  readonly path: readonly string[];
  readonly searchPath: string;
  /** As SHOW has them; null of those that the server does not know. */
  readonly settings: Readonly<Record<(typeof sessionSettings)[number], string | null>>;
}

/** A `membership` as JSON. Names are looked up one by one: the server plans joins for longer than it runs them. */
const membership = `pg_catalog.json_build_object('group', pg_catalog.pg_get_userbyid(membership.roleid),
                 'member', pg_catalog.pg_get_userbyid(membership.member),
                 'grantor', CASE WHEN membership.grantor <> 10::pg_catalog.oid THEN
                   (SELECT grantor.rolname FROM pg_catalog.pg_roles AS grantor WHERE grantor.oid = membership.grantor) END)`;
const membershipOrder = `pg_catalog.pg_get_userbyid(membership.member), pg_catalog.pg_get_userbyid(membership.roleid), membership.grantor`;

/** Other roles that `me` is a member of, and that own a `database` or were granted CONNECT; and the memberships on the way. */
const waysInto = `SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                 'name', way.rolname, 'owns', way.oid = database.datdba,
                 'memberships', (SELECT coalesce(pg_catalog.json_agg(${membership} ORDER BY ${membershipOrder}), '[]')
                     FROM pg_catalog.pg_auth_members AS membership
                    WHERE pg_catalog.pg_has_role(me.oid, membership.member, 'MEMBER')
                      AND pg_catalog.pg_has_role(membership.roleid, way.oid, 'MEMBER'))) ORDER BY way.rolname), '[]')
        FROM (SELECT database.datdba AS oid
               UNION
              SELECT entry.grantee FROM pg_catalog.aclexplode(database.datacl) AS entry
               WHERE entry.privilege_type = 'CONNECT') AS held
        JOIN pg_catalog.pg_roles AS way ON way.oid = held.oid
       WHERE NOT me.rolsuper AND way.oid <> me.oid AND pg_catalog.pg_has_role(me.oid, way.oid, 'MEMBER')`;

/** What holds for all of the cluster: of a session that acts as another role, for the one that logged in. */
const ofCluster = (isActing: boolean) => `
  (SELECT pg_catalog.json_build_object(
    'isSuperuser', role.rolsuper,
    'createsRoles', role.rolcreaterole,
    'createsDatabases', role.rolcreatedb,
    'replicates', role.rolreplication,
    'bypassesRowSecurity', role.rolbypassrls,
    'powerfulGroups', (SELECT coalesce(pg_catalog.json_agg(other.rolname ORDER BY other.rolname), '[]')
        FROM pg_catalog.pg_roles AS other
       WHERE NOT role.rolsuper AND other.oid <> role.oid AND ${isPowerful}
         AND pg_catalog.pg_has_role(role.oid, other.oid, 'MEMBER')),
    'groups', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', other.rolname,
              'isSuperuser', other.rolsuper, 'createsRoles', other.rolcreaterole, 'createsDatabases', other.rolcreatedb,
              'replicates', other.rolreplication, 'bypassesRowSecurity', other.rolbypassrls) ORDER BY other.rolname), '[]')
        FROM pg_catalog.pg_roles AS other
       WHERE NOT role.rolsuper AND other.oid <> role.oid AND pg_catalog.pg_has_role(role.oid, other.oid, 'MEMBER')
         AND (other.rolsuper OR other.rolcreaterole OR other.rolcreatedb OR other.rolreplication OR other.rolbypassrls)),
    'memberships', (SELECT coalesce(pg_catalog.json_agg(${membership}
              ORDER BY membership.member <> role.oid, ${membershipOrder}), '[]')
        FROM pg_catalog.pg_auth_members AS membership
       WHERE pg_catalog.pg_has_role(role.oid, membership.member, 'MEMBER') AND NOT role.rolsuper
         AND EXISTS (SELECT FROM pg_catalog.pg_roles AS other
                      WHERE ${isPowerful} AND pg_catalog.pg_has_role(membership.roleid, other.oid, 'MEMBER'))))
    FROM pg_catalog.pg_roles AS role WHERE role.rolname = ${isActing ? 'session_user' : 'current_user'}) AS powers,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', database.datname,
      'isByPublic', EXISTS (SELECT FROM pg_catalog.aclexplode(coalesce(database.datacl,
                       pg_catalog.acldefault('d', database.datdba))) AS entry
                     WHERE entry.grantee = 0::pg_catalog.oid AND entry.privilege_type = 'CONNECT'),
      'connects', database.connects,
      'isOwn', database.datdba = me.oid,
      'ways', (${waysInto}),
      'comment', pg_catalog.shobj_description(database.oid, 'pg_database')) ORDER BY database.datname), '[]')
    FROM (SELECT role.oid, role.rolsuper FROM pg_catalog.pg_roles AS role WHERE role.rolname = ${isActing ? 'session_user' : 'current_user'}) AS me
    CROSS JOIN LATERAL (
      SELECT found.oid, found.datname, found.datdba, found.datacl,
             pg_catalog.has_database_privilege(me.oid, found.oid, 'CONNECT') AS connects
        FROM pg_catalog.pg_database AS found
       WHERE found.datallowconn AND found.datname <> pg_catalog.current_database()) AS database
   WHERE database.connects OR pg_catalog.pg_has_role(me.oid, database.datdba, 'MEMBER')) AS reachable`;

const sharers = `
  (SELECT coalesce(pg_catalog.json_agg(other.rolname ORDER BY other.rolname), '[]')
     FROM pg_catalog.pg_roles AS other
    WHERE other.rolname = ANY ($4::pg_catalog.text[])
      AND NOT pg_catalog.pg_has_role(other.oid, 'MEMBER') AND NOT pg_catalog.pg_has_role(other.oid, current_user, 'MEMBER')
      AND EXISTS (SELECT FROM pg_catalog.pg_namespace AS schema
                   WHERE schema.nspname = ANY ($1::pg_catalog.text[])
                     AND pg_catalog.has_schema_privilege(other.oid, schema.oid, 'CREATE')
                     AND pg_catalog.has_schema_privilege(schema.oid, 'CREATE')))`;

/**
 * Who the service is and what it may, in one row. What is not asked for is left out, as the server would parse and plan
 * it all the same. $1 schemas that it should use; $2 the deployment's mark; $3 the admin role's name; $4, only where
 * there are others, the roles that are declared for this database.
 *
 * @param looksAtRole whether to look at what holds for all of the cluster too
 * @param hasOthers whether other roles are declared for the database
 * @param isActing whether the session works as another role than the one that logged in
 */
export function factsQuery({
  looksAtRole,
  hasOthers,
  isActing = false,
}: Readonly<Record<'looksAtRole' | 'hasOthers', boolean> & { isActing?: boolean }>): string {
  return `
SELECT current_user AS "user", session_user AS session, pg_catalog.current_database() AS database,
  ${startedAt} AS "startedAt",
  pg_catalog.pg_is_in_recovery() AS "isStandby",
  pg_catalog.current_setting('default_transaction_read_only')::boolean AS "readsOnly",
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY') AS "makesTemporaryTables",
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS "createsSchemas",
  (SELECT pg_catalog.pg_has_role(database.datdba, 'USAGE')
     FROM pg_catalog.pg_database AS database WHERE database.datname = pg_catalog.current_database()) AS "actsAsOwner",
  EXISTS (SELECT FROM pg_catalog.pg_language AS language
           WHERE language.lanname = 'plpgsql' AND pg_catalog.has_language_privilege(language.oid, 'USAGE')) AS "catchesErrors",
  (${reachedSchemas}) AS schemas,
  ${hasOthers ? sharers : "'[]'::pg_catalog.json"} AS sharers,
  -- Catalogs of the whole cluster have their privileges in each database.
  pg_catalog.has_column_privilege('pg_catalog.pg_authid', 'rolpassword', 'SELECT') AS "readsVerifiers",
  (${mayHaveGrants('current_user', 'pg_catalog.pg_get_userbyid(edge.roleid) <> current_user')}) AS "mayHaveGrants",
  (${hasContents}) AS "hasContents",
  ${looksAtRole ? ofCluster(isActing) : 'NULL AS powers, NULL AS reachable'}`;
}

export interface FactsRow {
  readonly user: string;
  readonly session: string;
  readonly database: string;
  /** Of the server, which no other server shares. */
  readonly startedAt: string;
  readonly isStandby: boolean;
  readonly readsOnly: boolean;
  readonly makesTemporaryTables: boolean;
  readonly createsSchemas: boolean;
  /** A database's owner has all privileges on it: https://www.postgresql.org/docs/current/ddl-priv.html */
  readonly actsAsOwner: boolean;
  /** PL/pgSQL is there, so that refusals can be provoked and caught. */
  readonly catchesErrors: boolean;
  readonly schemas: readonly ReachedSchema[];
  /** Declared roles that may create where this one may, and of which none is the other's member. */
  readonly sharers: readonly string[];
  /** In this database: https://www.postgresql.org/docs/current/catalog-pg-authid.html */
  readonly readsVerifiers: boolean;
  /** False where it has none of what `ownGrantsQuery` looks for. */
  readonly mayHaveGrants: boolean;
  /** Whether there is anything that `contentsQuery` looks at. */
  readonly hasContents: boolean;
  /** What holds for the whole cluster; null where it was not asked for. */
  readonly powers: Powers | null;
  readonly reachable: readonly ReachableDatabase[] | null;
}

/** A database that it may enter, or whose owner it may act as. */
export interface ReachableDatabase {
  readonly name: string;
  readonly isByPublic: boolean;
  readonly connects: boolean;
  /** It owns the database itself. */
  readonly isOwn: boolean;
  /** Roles that it is a member of, and has that by. */
  readonly ways: readonly {
    readonly name: string;
    readonly owns: boolean;
    readonly memberships: Powers['memberships'];
  }[];
  readonly comment: string | null;
}

/** Attributes that no service needs. */
export interface PowerfulAttributes {
  readonly isSuperuser: boolean;
  readonly createsRoles: boolean;
  readonly createsDatabases: boolean;
  readonly replicates: boolean;
  readonly bypassesRowSecurity: boolean;
}

export interface Powers extends PowerfulAttributes {
  /** Roles that it could act as, and that can do what a service must not. */
  readonly powerfulGroups: readonly string[];
  /** Of those the ones with attributes of their own. */
  readonly groups: readonly (PowerfulAttributes & { readonly name: string })[];
  /** Memberships by which it could, its own and those of its groups; the grantor where it is not the server's first superuser. */
  readonly memberships: readonly { readonly group: string; readonly member: string; readonly grantor: string | null }[];
}
