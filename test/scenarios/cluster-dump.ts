// Everything of a cluster that a plan could change, read by its superuser as lines of text: equal dumps mean that
// nothing was touched. Reads only.
import type { ServerAddress } from 'embedded';

/** A thing's line by its name: `database app` → owner, limits, comment, access control list. */
export type Dump = Readonly<Record<string, string>>;

/** Roles with verifiers and memberships, databases, and the schemas and tables of each database that can be entered. */
export async function dumpCluster(server: ServerAddress): Promise<Dump> {
  const shared = await server.query<{ name: string; line: string; enter: string | null }>(sharedQuery);
  const inside = await Promise.all(
    shared.map(async ({ enter }) => {
      if (enter === null) return [];
      const rows = await server.query<{ name: string; line: string }>(insideQuery, { database: enter });
      return rows.map(({ name, line }) => [`${name} in ${enter}`, line] as const);
    }),
  );
  return Object.fromEntries([...shared.map(({ name, line }) => [name, line] as const), ...inside.flat()]);
}

const acl = (list: string) => `(SELECT pg_catalog.array_agg(item ORDER BY item)::text
   FROM (SELECT entry::text AS item FROM pg_catalog.unnest(${list}) AS entry) AS entries)`;

const sharedQuery = `
SELECT 'role ' || role.rolname AS name, NULL AS enter,
       pg_catalog.concat_ws(' | ', role.rolsuper, role.rolinherit, role.rolcreaterole, role.rolcreatedb, role.rolcanlogin,
         role.rolreplication, role.rolbypassrls, role.rolconnlimit, role.rolpassword, role.rolvaliduntil,
         (SELECT pg_catalog.string_agg(setting.setconfig::text, ',') FROM pg_catalog.pg_db_role_setting AS setting
           WHERE setting.setrole = role.oid),
         pg_catalog.shobj_description(role.oid, 'pg_authid')) AS line
  FROM pg_catalog.pg_authid AS role
UNION ALL
SELECT 'member ' || edge.member::pg_catalog.regrole || ' of ' || edge.roleid::pg_catalog.regrole || ' by '
         || edge.grantor::pg_catalog.regrole,
       NULL, (pg_catalog.to_jsonb(edge) - 'oid' - 'roleid' - 'member' - 'grantor')::text
  FROM pg_catalog.pg_auth_members AS edge
UNION ALL
SELECT 'database ' || database.datname,
       CASE WHEN database.datallowconn AND database.datconnlimit <> -2 THEN database.datname END,
       pg_catalog.concat_ws(' | ', pg_catalog.pg_get_userbyid(database.datdba), database.datallowconn,
         database.datconnlimit, database.encoding, ${acl('database.datacl')},
         pg_catalog.shobj_description(database.oid, 'pg_database'))
  FROM pg_catalog.pg_database AS database
 ORDER BY 1`;

const insideQuery = `
SELECT 'schema ' || schema.nspname AS name,
       pg_catalog.concat_ws(' | ', pg_catalog.pg_get_userbyid(schema.nspowner), ${acl('schema.nspacl')},
         pg_catalog.obj_description(schema.oid, 'pg_namespace')) AS line
  FROM pg_catalog.pg_namespace AS schema
 WHERE schema.nspname !~ '^pg_(toast|temp)'
UNION ALL
SELECT 'relation ' || relation.oid::pg_catalog.regclass::text,
       pg_catalog.concat_ws(' | ', pg_catalog.pg_get_userbyid(relation.relowner), ${acl('relation.relacl')})
  FROM pg_catalog.pg_class AS relation
  JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
 WHERE schema.nspname NOT IN ('pg_catalog', 'information_schema') AND schema.nspname !~ '^pg_(toast|temp)'
 ORDER BY 1`;
