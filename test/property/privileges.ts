// What the services may do after an apply, asked of the server itself: all that was wanted, and nothing beyond it that
// the admin of the run could take back. Every trial is rolled back.
import { parseDsn } from 'bus-integration-postgres';
import type { Server } from 'embedded';
import { Client } from 'pg';
import type { Dump, DumpedThing } from '../scenarios/cluster-dump.ts';
import type { Managed } from './unmanaged.ts';

/** A sentence for each privilege that is missing, or too many and within reach. */
export async function privilegeFaults(
  server: Server,
  adminDsn: string,
  dump: Dump,
  managed: Managed,
): Promise<string[]> {
  return [...(await missing(server, managed)), ...(await unwanted(adminDsn, dump, managed))];
}

async function missing(server: Server, { logins, schemas }: Managed): Promise<string[]> {
  const faults: string[] = [];
  for (const { database, role } of logins) {
    const [row] = await server.query<{ faults: string[] }>(
      `SELECT ARRAY(
         SELECT pg_catalog.format('%s lacks %s on database %s', $1::text, privilege, $2::text)
           FROM pg_catalog.unnest(ARRAY['CONNECT', 'TEMPORARY']) AS privilege
          WHERE NOT pg_catalog.has_database_privilege($1::text, $2::text, privilege)
         UNION ALL
         SELECT pg_catalog.format('%s lacks %s on schema %s of %s', $1::text, privilege, schema, $2::text)
           FROM pg_catalog.unnest(ARRAY['USAGE', 'CREATE']) AS privilege, pg_catalog.unnest($3::text[]) AS schema
          WHERE NOT pg_catalog.has_schema_privilege($1::text, schema, privilege)) AS faults`,
      { database, values: [role, database, schemas] },
    );
    faults.push(...(row?.faults ?? []));
  }
  return faults;
}

async function unwanted(adminDsn: string, dump: Dump, managed: Managed): Promise<string[]> {
  const faults: string[] = [];
  for (const thing of dump.values()) {
    const database = thing.kind === 'database' ? thing.name : (thing.database ?? '');
    if (!managed.databases.includes(database)) continue;
    if (thing.kind === 'schema' ? !managed.schemas.includes(thing.name) : thing.kind !== 'database') continue;
    for (const { grantee, privilege, grantable } of thing.acl ?? []) {
      if (grantee === thing.owner || !isTooMuch(thing, grantee, privilege, grantable, managed, database)) continue;
      const left = `${privilege}${grantable ? ' with grant option' : ''} on ${thing.kind} ${thing.name} for ${grantee}`;
      if (await canRevoke(adminDsn, database, thing, privilege, grantee))
        faults.push(`left, though within reach: ${left}`);
    }
  }
  return faults;
}

function isTooMuch(
  { kind }: DumpedThing,
  grantee: string,
  privilege: string,
  grantable: boolean,
  { logins }: Managed,
  database: string,
): boolean {
  if (grantee === 'PUBLIC') return kind === 'database' || privilege === 'CREATE';
  if (!logins.some((login) => login.database === database && login.role === grantee)) return false;
  return grantable || (kind === 'database' && privilege === 'CREATE');
}

/** Whether the admin's REVOKE would change anything: the server decides, in a transaction that is rolled back. */
async function canRevoke(
  adminDsn: string,
  database: string,
  { kind, name }: DumpedThing,
  privilege: string,
  grantee: string,
): Promise<boolean> {
  const { host = '', port, user = '', password = '' } = parseDsn(adminDsn);
  const client = new Client({ host, port: Number(port), user, password, database, ssl: false });
  const [catalog, column, list] =
    kind === 'database' ? ['pg_database', 'datname', 'datacl'] : ['pg_namespace', 'nspname', 'nspacl'];
  const read = async () => {
    const { rows } = await client.query(`SELECT ${list}::text AS acl FROM pg_catalog.${catalog} WHERE ${column} = $1`, [
      name,
    ]);
    return rows[0].acl;
  };
  await client.connect();
  try {
    await client.query('BEGIN');
    const before = await read();
    const from = grantee === 'PUBLIC' ? 'PUBLIC' : client.escapeIdentifier(grantee);
    await client.query(`REVOKE ${privilege} ON ${kind.toUpperCase()} ${client.escapeIdentifier(name)} FROM ${from}`);
    return (await read()) !== before;
  } catch (error) {
    // Refused outright: no grantor, or others hold the privilege through this one.
    if (['42501', '2BP01'].includes((error as { code?: string }).code ?? '')) return false;
    throw error;
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
}
