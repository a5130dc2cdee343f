// The PostgreSQL that the family's own profile makes, bus_service its bootstrap superuser and everybody trusted, and what the
// page about it says to do.
import { readFileSync } from 'node:fs';
import { type Server, startServer } from 'embedded';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';

const trusting = 'local all all trust\nhost all all 127.0.0.1/32 trust\n';
const page = readFileSync(new URL('../docs/bus-service-superuser.md', import.meta.url), 'utf8');
const statements = (/```sql\n([\s\S]*?)```/.exec(page)?.[1] ?? '').split('\n').filter(Boolean);

async function run(server: Server, user: string, sql: string, database = 'postgres'): Promise<void> {
  const client = new Client({ host: '127.0.0.1', port: server.port, user, password: 'pencil', database });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A server whose bootstrap superuser is bus_service, as `initdb --username=bus_service --auth=trust` makes it. */
async function startProfile(): Promise<Server> {
  const server = await startServer({ hba: trusting });
  await server.query('CREATE ROLE helper SUPERUSER LOGIN');
  await run(server, 'helper', `ALTER ROLE ${server.superuser} RENAME TO bus_service`);
  await run(server, 'bus_service', 'DROP ROLE helper');
  return server;
}

async function answer(deployment: Deployment, ...args: string[]): Promise<string> {
  const { exit, stdout, stderr } = await deployment.run(args);
  return `exit ${exit}\n${stdout}${stderr}`;
}

const adminDsn = (server: Server, user: string) => `postgresql://${user}:pencil@127.0.0.1:${server.port}/postgres`;
const profile = { BUS_POSTGRES_PORT: '5432', BUS_POSTGRES_PGDATA: './pg', BUS_POSTGRES_SOCKET_DIR: './run' };

it('bus_service as superuser is refused; with its name freed and passwords asked for, all is well', async () => {
  await using server = await startProfile();
  await run(server, 'bus_service', 'CREATE DATABASE bus_auth');
  await run(server, 'bus_service', 'CREATE TABLE account ()', 'bus_auth');
  using before = makeDeployment({ adminDsn: adminDsn(server, 'bus_service'), keys: profile });
  const refused = await answer(before, 'plan');
  expect(refused).toMatch(/^exit 4\n/);
  expect(refused).toContain('role bus_service is the admin role of this run; a service must not log in as it');

  expect(statements.map((line) => / as (\w+)|pg_reload_conf/.exec(line)?.[1])).toEqual([
    'bus_service',
    'bus_admin',
    undefined,
  ]);
  const [create = '', rename = ''] = statements;
  await expect(run(server, 'bus_service', rename)).rejects.toThrow('session user cannot be renamed');
  await run(server, 'bus_service', create);
  await run(server, 'bus_service', "ALTER ROLE bus_admin PASSWORD 'pencil'");
  await run(server, 'bus_admin', rename);

  using deployment = makeDeployment({ adminDsn: adminDsn(server, 'bus_admin'), keys: profile });
  expect(await answer(deployment, 'apply', '--adopt', '--allow', 'grant,revoke')).toMatch(/^exit 0\n/);
  const trusted = await answer(deployment, 'verify');
  expect(trusted).toMatch(/^exit 1\n/);
  expect(trusted).toContain('anybody enters over plain TCP as bus_service: no password is asked for (trust)');
  await server.reload({ hba: trusting.replaceAll('trust', 'scram-sha-256') });
  const verified = await answer(deployment, 'verify', '-v');
  expect(verified).toMatch(/^exit 0\n/);
  expect(verified).toContain('unusable-objects');
  expect(await answer(deployment, 'status', '--check')).toMatch(/^exit 0\n/);
});

it('bus_service may stay the admin, where another role is the service', async () => {
  await using server = await startProfile();
  await run(server, 'bus_service', "ALTER ROLE bus_service PASSWORD 'pencil'");
  await server.reload({ hba: trusting.replaceAll('trust', 'scram-sha-256') });
  const keys = { ...profile, BUS_DATABASE_SERVICE_ROLE: 'bus_app' };
  using deployment = makeDeployment({ adminDsn: adminDsn(server, 'bus_service'), keys });
  for (const args of [['doctor'], ['plan'], ['apply'], ['verify'], ['status', '--check']]) {
    const said = await answer(deployment, ...args);
    expect(said, args.join(' ')).toMatch(/^exit 0\n/);
    expect(said, args.join(' ')).not.toContain('is an unknown key');
  }
});
