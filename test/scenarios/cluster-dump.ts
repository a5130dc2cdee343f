// Everything of a cluster that a plan could change, read by its superuser: equal dumps mean that nothing was touched.
// Reads only.
import type { ServerAddress } from 'embedded';

/** An access control list entry: `{ grantee: 'PUBLIC', grantor, privilege, grantable }`. */
export interface DumpedGrant {
  readonly grantee: string;
  readonly grantor: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

/** One role, membership, database, schema or relation. */
export interface DumpedThing {
  readonly kind: 'role' | 'member' | 'database' | 'schema' | 'relation';
  readonly name: string;
  /** The database that it is in. */
  readonly database?: string;
  /** The list as it applies, a NULL one replaced by its default. */
  readonly acl?: readonly DumpedGrant[];
  readonly [attribute: string]: unknown;
}

/** Things by `kind database name`. */
export type Dump = ReadonlyMap<string, DumpedThing>;

/** Roles with verifiers and memberships, databases, and the schemas and relations of each that can be entered. */
export async function dumpCluster(server: ServerAddress): Promise<Dump> {
  const shared = await server.query<{ thing: DumpedThing }>(sharedQuery);
  const things = shared.map(({ thing }) => thing);
  const entered = things.filter((thing) => thing.kind === 'database' && thing.opens === true && thing.limit !== -2);
  const inside = await Promise.all(
    // Nobody's deployment is in a template, and a session in one would be in the way of CREATE DATABASE.
    entered
      .filter(({ name }) => name !== 'template1')
      .map(async ({ name: database }) => {
        const rows = await server.query<{ thing: DumpedThing }>(insideQuery, { database });
        return rows.map(({ thing }) => ({ ...thing, database }));
      }),
  );
  things.push(...inside.flat());
  return new Map(things.map((thing) => [JSON.stringify([thing.kind, thing.database ?? null, thing.name]), thing]));
}

const acl = (list: string, kind: string, owner: string) => `(
  SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
           'grantee', CASE entry.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(entry.grantee) END,
           'grantor', pg_catalog.pg_get_userbyid(entry.grantor), 'privilege', entry.privilege_type,
           'grantable', entry.is_grantable) ORDER BY entry.grantee, entry.grantor, entry.privilege_type)
    FROM pg_catalog.aclexplode(coalesce(${list}, pg_catalog.acldefault('${kind}', ${owner}))) AS entry)`;

const sharedQuery = `
SELECT pg_catalog.jsonb_build_object('kind', 'role', 'name', role.rolname, 'login', role.rolcanlogin,
         'password', role.rolpassword, 'comment', pg_catalog.shobj_description(role.oid, 'pg_authid'),
         'attributes', pg_catalog.to_jsonb(role) - 'rolpassword' - 'rolcanlogin',
         'settings', (SELECT pg_catalog.jsonb_agg(setting.setconfig) FROM pg_catalog.pg_db_role_setting AS setting
                       WHERE setting.setrole = role.oid)) AS thing
  FROM pg_catalog.pg_authid AS role
UNION ALL
SELECT pg_catalog.to_jsonb(edge) - 'oid' || pg_catalog.jsonb_build_object('kind', 'member', 'name',
         pg_catalog.pg_get_userbyid(edge.member) || ' of ' || pg_catalog.pg_get_userbyid(edge.roleid)
           || ' by ' || pg_catalog.pg_get_userbyid(edge.grantor))
  FROM pg_catalog.pg_auth_members AS edge
UNION ALL
SELECT pg_catalog.jsonb_build_object('kind', 'database', 'name', database.datname,
         'owner', pg_catalog.pg_get_userbyid(database.datdba), 'opens', database.datallowconn,
         'limit', database.datconnlimit, 'encoding', database.encoding, 'untouched', database.datacl IS NULL,
         'acl', ${acl('database.datacl', 'd', 'database.datdba')},
         'comment', pg_catalog.shobj_description(database.oid, 'pg_database')) AS thing
  FROM pg_catalog.pg_database AS database`;

const insideQuery = `
SELECT pg_catalog.jsonb_build_object('kind', 'schema', 'name', schema.nspname,
         'owner', pg_catalog.pg_get_userbyid(schema.nspowner), 'untouched', schema.nspacl IS NULL,
         'acl', ${acl('schema.nspacl', 'n', 'schema.nspowner')},
         'comment', pg_catalog.obj_description(schema.oid, 'pg_namespace')) AS thing
  FROM pg_catalog.pg_namespace AS schema
 WHERE schema.nspname !~ '^pg_(toast|temp)'
UNION ALL
SELECT pg_catalog.jsonb_build_object('kind', 'relation', 'name', schema.nspname || '.' || relation.relname,
         'owner', pg_catalog.pg_get_userbyid(relation.relowner), 'acl', relation.relacl::text) AS thing
  FROM pg_catalog.pg_class AS relation
  JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
 WHERE schema.nspname NOT IN ('pg_catalog', 'information_schema') AND schema.nspname !~ '^pg_(toast|temp)'`;
