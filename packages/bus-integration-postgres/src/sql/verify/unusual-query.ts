// What most databases do not have: rules that discard writes, rights on the server's own objects revoked from PUBLIC, foreign
// servers and subscriptions. Asked once for each database.

/** More of each are not read. */
const most = 50;

/** Those of the roles $2 that meet a condition on `role.oid`; null if none does. */
const rolesWith = (condition: string) =>
  `(SELECT pg_catalog.json_agg(role.rolname ORDER BY role.rolname) FROM roles AS role WHERE ${condition})`;

/** The privileges that initdb granted: https://www.postgresql.org/docs/current/catalog-pg-init-privs.html */
const given = (catalog: string, oid: string) => `pg_catalog.pg_init_privs AS given
            WHERE given.classoid = 'pg_catalog.${catalog}'::pg_catalog.regclass::pg_catalog.oid AND given.objoid = ${oid}
              AND given.objsubid = 0`;

/** An object without an entry there has no access control list, until a GRANT or REVOKE makes one. */
const isChanged = (catalog: string, row: string, acl: string) =>
  `${row}.oid < '16384'::pg_catalog.oid AND ${row}.${acl} IS NOT NULL AND NOT EXISTS (SELECT FROM ${given(catalog, `${row}.oid`)})`;

const placeOf = (oid: string) =>
  `(SELECT place.nspname FROM pg_catalog.pg_namespace AS place WHERE place.oid = ${oid})`;

const revoked = `
    SELECT pg_catalog.format('EXECUTE ON ROUTINE %I.%I(%s)', ${placeOf('routine.pronamespace')}, routine.proname,
                             pg_catalog.pg_get_function_identity_arguments(routine.oid)) AS what,
           ${rolesWith("NOT pg_catalog.has_function_privilege(role.oid, routine.oid, 'EXECUTE')")} AS roles
      FROM pg_catalog.pg_proc AS routine WHERE ${isChanged('pg_proc', 'routine', 'proacl')}
     UNION ALL
    SELECT pg_catalog.format('USAGE ON TYPE %I.%I', ${placeOf('type.typnamespace')}, type.typname),
           ${rolesWith("NOT pg_catalog.has_type_privilege(role.oid, type.oid, 'USAGE')")}
      FROM pg_catalog.pg_type AS type WHERE ${isChanged('pg_type', 'type', 'typacl')}
     UNION ALL
    SELECT pg_catalog.format('USAGE ON LANGUAGE %I', language.lanname),
           ${rolesWith("NOT pg_catalog.has_language_privilege(role.oid, language.oid, 'USAGE')")}
      FROM pg_catalog.pg_language AS language
     WHERE language.lanpltrusted AND ${isChanged('pg_language', 'language', 'lanacl')}
     UNION ALL
    SELECT pg_catalog.format('USAGE ON SCHEMA %I', schema.nspname),
           ${rolesWith("NOT pg_catalog.has_schema_privilege(role.oid, schema.oid, 'USAGE')")}
      FROM pg_catalog.pg_namespace AS schema WHERE schema.nspname IN ('pg_catalog', 'information_schema')
     UNION ALL
    SELECT pg_catalog.format('SELECT ON %I.%I', ${placeOf('relation.relnamespace')}, relation.relname),
           ${rolesWith("NOT pg_catalog.has_table_privilege(role.oid, relation.oid, 'SELECT')")}
      FROM pg_catalog.pg_class AS relation
     WHERE relation.oid < '16384'::pg_catalog.oid AND relation.relacl IS NOT NULL
       AND EXISTS (SELECT FROM pg_catalog.aclexplode((SELECT given.initprivs FROM ${given('pg_class', 'relation.oid')})) AS entry
                    WHERE entry.grantee = 0::pg_catalog.oid AND entry.privilege_type = 'SELECT')`;

const writes = [
  ['3', 'INSERT', "pg_catalog.has_any_column_privilege(role.oid, relation.oid, 'INSERT')"],
  ['2', 'UPDATE', "pg_catalog.has_any_column_privilege(role.oid, relation.oid, 'UPDATE')"],
  ['4', 'DELETE', "pg_catalog.has_table_privilege(role.oid, relation.oid, 'DELETE')"],
] as const;

/** Rules without a condition that say DO INSTEAD NOTHING: https://www.postgresql.org/docs/current/sql-createrule.html */
const rules = writes
  .map(
    ([type, command, has]) => `
    SELECT schema.nspname AS schema, relation.relname AS name, rule.rulename AS rule, '${command}' AS command, ${rolesWith(has)} AS roles
      FROM pg_catalog.pg_rewrite AS rule
      JOIN pg_catalog.pg_class AS relation ON relation.oid = rule.ev_class AND relation.relkind IN ('r', 'p')
      JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace AND schema.nspname = ANY ($1::pg_catalog.text[])
     WHERE rule.ev_type = '${type}' AND rule.is_instead AND rule.ev_enabled IN ('O', 'A')
       AND rule.ev_qual::pg_catalog.text = '<>'
       AND pg_catalog.pg_get_ruledef(rule.oid) LIKE '%DO INSTEAD NOTHING;'::pg_catalog.text`,
  )
  .join('\n     UNION ALL');

/** Of a manifest's roles, access says which foreign servers they may use. */
const servers = `
    SELECT server.srvname AS name, ${rolesWith("pg_catalog.has_server_privilege(role.oid, server.oid, 'USAGE')")} AS roles,
           EXISTS (SELECT FROM pg_catalog.pg_user_mappings AS mapping
                    WHERE mapping.srvid = server.oid AND mapping.umuser = 0::pg_catalog.oid) AS "isForAll"
      FROM pg_catalog.pg_foreign_server AS server`;

const subscriptions = `
    SELECT subscription.subname AS name, role.rolname AS role
      FROM pg_catalog.pg_subscription AS subscription JOIN roles AS role ON role.oid = subscription.subowner
     WHERE subscription.subdbid = (SELECT here.oid FROM pg_catalog.pg_database AS here
                                    WHERE here.datname = pg_catalog.current_database())`;

const rowsOf = (query: string, order: string, where = 'found.roles IS NOT NULL') =>
  `(SELECT coalesce(pg_catalog.json_agg(one), '[]')
     FROM (SELECT * FROM (${query}) AS found WHERE ${where} ORDER BY ${order} LIMIT ${most}) AS one)`;

/** Whether an access control list differs from the one that initdb made. 2200 is the schema public, which apply changes. */
const differs = (catalog: string, acl: string) => `EXISTS (SELECT FROM pg_catalog.pg_init_privs AS given
             JOIN pg_catalog.${catalog} AS own ON own.oid = given.objoid
            WHERE given.classoid = 'pg_catalog.${catalog}'::pg_catalog.regclass::pg_catalog.oid AND given.objsubid = 0
              AND own.oid < '16384'::pg_catalog.oid AND own.oid <> '2200'::pg_catalog.oid
              AND pg_catalog.array_to_string(own.${acl}, ',') IS DISTINCT FROM pg_catalog.array_to_string(given.initprivs, ','))`;

/** Whether `unusualQuery` may find anything. Planning that one takes the server four times as long. */
export const hasUnusual = `
SELECT EXISTS (SELECT FROM pg_catalog.pg_rewrite AS rule WHERE rule.oid >= '16384'::pg_catalog.oid AND rule.ev_type <> '1')
    OR EXISTS (SELECT FROM pg_catalog.pg_foreign_server)
    OR EXISTS (SELECT FROM pg_catalog.pg_subscription)
    OR ${differs('pg_class', 'relacl')}
    OR ${differs('pg_namespace', 'nspacl')}
    OR EXISTS (SELECT FROM pg_catalog.pg_language AS language WHERE ${isChanged('pg_language', 'language', 'lanacl')})
    OR EXISTS (SELECT FROM pg_catalog.pg_type AS type WHERE ${isChanged('pg_type', 'type', 'typacl')})
    OR EXISTS (SELECT FROM pg_catalog.pg_proc AS routine WHERE ${isChanged('pg_proc', 'routine', 'proacl')}) AS "hasAny"`;

/** $1 declared schemas, $2 the roles that are declared for the database. */
export const unusualQuery = (isOfLists: boolean): string => `
WITH roles AS MATERIALIZED (
    SELECT role.oid, role.rolname FROM pg_catalog.pg_roles AS role
     WHERE role.rolname = ANY ($2::pg_catalog.text[]) AND NOT role.rolsuper)
SELECT ${rowsOf(revoked, 'found.what')} AS revoked,
  ${rowsOf(rules, 'found.schema, found.name, found.rule')} AS rules,
  ${isOfLists ? rowsOf(servers, 'found.name') : "'[]'::pg_catalog.json"} AS servers,
  ${rowsOf(subscriptions, 'found.name', 'true')} AS subscriptions`;

export interface Unusual {
  /** Privileges that every role has by default, as SQL, and the declared roles that lack them. */
  readonly revoked: readonly { readonly what: string; readonly roles: readonly string[] }[];
  /** Rules that discard a command which the roles were granted. */
  readonly rules: readonly {
    readonly schema: string;
    readonly name: string;
    readonly rule: string;
    readonly command: string;
    readonly roles: readonly string[];
  }[];
  /** Foreign servers that the roles may use; `isForAll` where one user mapping stands for every role. */
  readonly servers: readonly { readonly name: string; readonly roles: readonly string[]; readonly isForAll: boolean }[];
  /** Those that a declared role owns. */
  readonly subscriptions: readonly { readonly name: string; readonly role: string }[];
}
