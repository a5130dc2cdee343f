// What a contender left on the server, as one text: two that did the same job left the same text.
import type { Server } from 'embedded';
import type { Workload } from './workload.ts';

const clusterQuery = `
SELECT pg_catalog.json_build_object(
  'roles', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(rolname, rolcanlogin, rolsuper, rolcreaterole, rolcreatedb,
      pg_catalog.shobj_description(oid, 'pg_authid')) ORDER BY rolname)
    FROM pg_catalog.pg_roles WHERE rolname = $1),
  'databases', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(datname, pg_catalog.pg_get_userbyid(datdba), encoding,
      datallowconn, datconnlimit, pg_catalog.shobj_description(oid, 'pg_database'),
      (SELECT pg_catalog.json_agg(entry::text ORDER BY entry::text)
         FROM pg_catalog.unnest(datacl) AS entry)) ORDER BY datname)
    FROM pg_catalog.pg_database WHERE datname LIKE 'shop%')) AS state`;

const insideQuery = `
SELECT pg_catalog.json_agg(pg_catalog.json_build_array(nspname, pg_catalog.pg_get_userbyid(nspowner),
    CASE WHEN nspname <> 'public' THEN pg_catalog.obj_description(oid, 'pg_namespace') END,
    (SELECT pg_catalog.json_agg(entry::text ORDER BY entry::text) FROM pg_catalog.unnest(nspacl) AS entry))
  ORDER BY nspname) AS state
FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1::text[])`;

/** The whole cluster's part of it, and the inside of the first and the last database. */
export async function stateOf(server: Server, { role, databases, schemas }: Workload): Promise<string> {
  const cluster = await server.query(clusterQuery, { values: [role] });
  const ends = [databases[0] ?? '', databases.at(-1) ?? ''];
  const inside = await Promise.all(ends.map((database) => server.query(insideQuery, { database, values: [schemas] })));
  return JSON.stringify([cluster, inside]);
}
