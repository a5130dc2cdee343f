import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { handle, type Provider, type Response, readConfiguration, Secret } from 'bus-integration-database';
import { type Server, startServer } from 'embedded';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { connect } from '../../src/connection/connect.ts';
import { createMeter, type Meter } from '../../src/connection/network/meter.ts';
import { postgresKeys } from '../../src/keys.ts';
import { createPostgresProvider } from '../../src/provider.ts';
import { createKeptSessions, type KeptSessions } from '../../src/run/kept-sessions.ts';
import { pooler } from '../pooler.ts';
import { brief, targetOf } from '../target.ts';

const about = { deployment_id: 'kept', provider: 'postgres' };
const desired = { ...about, databases: ['kept_a', 'kept_b'], roles: ['kept_svc'], schemas: ['public'] };
const context = { signal: new AbortController().signal };
let server: Server;
let directory: string;
let kept: KeptSessions;
let meter: Meter;
let provider: Provider;

beforeAll(async () => {
  server = await startServer();
  directory = mkdtempSync(join(tmpdir(), 'kept-'));
  writeFileSync(join(directory, 'admin-dsn'), `${server.dsn()}\n`, { mode: 0o600 });
  use(undefined);
  const applied = await ask('apply', { ...desired, dry_run: false, confirm: true });
  expect(applied.ok).toBe(true);
});
afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  kept = createKeptSessions({ idleMs: 5_000 });
  use(kept);
});
afterEach(() => kept.close());

function use(keeping: KeptSessions | undefined): void {
  const env = {
    BUS_DEPLOYMENT_ID: about.deployment_id,
    BUS_POSTGRES_ADMIN_DSN_FILE: join(directory, 'admin-dsn'),
    BUS_DATABASE_NAMES: desired.databases.join(','),
    BUS_DATABASE_SERVICE_ROLE: 'kept_svc',
    BUS_DATABASE_DSN_OUTPUT_DIR: join(directory, 'dsn'),
  };
  meter = createMeter();
  provider = createPostgresProvider({
    configuration: readConfiguration(env, {}, [postgresKeys]).configuration,
    processContext: { env, cwd: directory, homeDirectory: directory, osUser: 'nobody', uid: process.getuid?.() ?? 0 },
    meter,
    ...(keeping && { kept: keeping }),
  });
}

async function ask(verb: 'plan' | 'apply' | 'status', request: object): Promise<Response> {
  return await handle(verb, request, [provider], context);
}

function timeless({ elapsed_ms: _, ...response }: Response): object {
  return response;
}

async function ourSessions(): Promise<number> {
  const rows = await server.query(
    `SELECT pid FROM pg_catalog.pg_stat_activity WHERE application_name LIKE 'bus operator database%'`,
  );
  return rows.length;
}

test('further plans and looks open no further connection, and answer the same', async () => {
  const first = await ask('plan', desired);
  expect(first.actions).toEqual(['discover-provider', 'compute-database-plan']);
  const opened = meter.connections;
  expect(opened).toBeGreaterThan(1);
  for (let round = 0; round < 3; round += 1) expect(timeless(await ask('plan', desired))).toEqual(timeless(first));
  await ask('status', about);
  expect(meter.connections).toBe(opened);
});

test('a status with kept connections is the status without, their own number included', async () => {
  use(undefined);
  const bare = await ask('status', about);
  use(kept);
  await ask('status', about);
  expect(timeless(await ask('status', about))).toEqual(timeless(bare));
});

test('what changed on the server in between is seen', async () => {
  await ask('plan', desired);
  await server.query('REVOKE CONNECT ON DATABASE kept_a FROM kept_svc');
  expect((await ask('plan', desired)).actions).toContain('grant-privileges');
  await server.query('GRANT CONNECT ON DATABASE kept_a TO kept_svc');
  expect((await ask('plan', desired)).actions).not.toContain('grant-privileges');
});

test('a password that was changed on the server is seen', async () => {
  await ask('plan', desired);
  const [before] = await server.query<{ rolpassword: string }>(
    "SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = 'kept_svc'",
  );
  await server.query("ALTER ROLE kept_svc PASSWORD 'another'");
  expect((await ask('plan', desired)).ok).toBe(false);
  await server.query(`ALTER ROLE kept_svc PASSWORD '${before?.rolpassword}'`);
  expect((await ask('plan', desired)).ok).toBe(true);
});

test('connections that the server ended are replaced', async () => {
  await ask('plan', desired);
  await server.query(`SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity
                       WHERE application_name LIKE 'bus operator database%'`);
  expect((await ask('plan', desired)).ok).toBe(true);
});

test('another server behind the same file is asked, and another password is tried', async () => {
  await ask('plan', desired);
  await using other = await startServer();
  writeFileSync(join(directory, 'admin-dsn'), `${other.dsn()}\n`, { mode: 0o600 });
  expect((await ask('plan', desired)).actions).toContain('create-database');
  writeFileSync(join(directory, 'admin-dsn'), `${server.dsn().replace(/:[^:@]+@/, ':wrong@')}\n`, { mode: 0o600 });
  expect((await ask('plan', desired)).error_class).toBe('authentication-failed');
  writeFileSync(join(directory, 'admin-dsn'), `${server.dsn()}\n`, { mode: 0o600 });
});

test('unused ones go after their time, all at the end', async () => {
  await kept.close();
  kept = createKeptSessions({ idleMs: 50 });
  use(kept);
  await ask('plan', desired);
  await expect.poll(ourSessions).toBe(0);
  kept = createKeptSessions();
  use(kept);
  await ask('plan', desired);
  expect(await ourSessions()).toBeGreaterThan(1);
  await kept.close();
  await expect.poll(ourSessions).toBe(0);
});

test('none is kept in a database that limits its connections', async () => {
  await server.query('ALTER DATABASE kept_a CONNECTION LIMIT 1');
  for (const _ of [1, 2]) await ask('plan', desired);
  const inside = `SELECT datname FROM pg_catalog.pg_stat_activity WHERE application_name LIKE 'bus operator database%'`;
  expect((await server.query(inside)).map(({ datname }) => datname).sort()).toEqual(['kept_b', 'postgres']);
  await server.query('ALTER DATABASE kept_a CONNECTION LIMIT -1');
});

test('what is kept is given up where a role has no connection left', async () => {
  await server.query("CREATE ROLE kept_few LOGIN CREATEDB CREATEROLE CONNECTION LIMIT 2 PASSWORD 'few'");
  const addresses = [{ host: server.host, port: server.port, password: new Secret('few') }];
  const target = targetOf(server, { user: 'kept_few', addresses });
  const open = (database: string) => async () => await connect(target, { ...brief, database });
  for (const database of ['postgres', 'template1', 'postgres']) {
    const purpose = `in ${database}`;
    await using one = await kept.take({ target, purpose, database }, undefined, open(database));
    await using other = await kept.take({ target, purpose: `${purpose} too`, database }, undefined, open(database));
    expect([one.database, other.database]).toEqual([database, database]);
  }
});

test('many at once are served in turn, with few connections', async () => {
  const answers = await Promise.all(Array.from({ length: 32 }, () => ask('plan', desired)));
  expect(answers.every(({ ok }) => ok)).toBe(true);
  expect(meter.openPeak).toBeLessThanOrEqual(16);
  expect(await ourSessions()).toBeLessThanOrEqual(16);
});

test('a name that leads to another server is followed at the next use, though the first one goes on', async () => {
  await using promoted = await startServer();
  let address = '127.0.0.1';
  const resolve = async () => {
    if (address === '') throw new Error('the name service does not answer');
    return [{ host: 'db.example', address, port: server.port }];
  };
  const watching = createKeptSessions({ resolve });
  const addresses = [{ host: 'db.example', port: server.port, password: new Secret(server.password) }];
  const target = targetOf(server, { addresses });
  const there = { host: 'db.example', address: '127.0.0.1', port: server.port };
  const open = async () =>
    address === '127.0.0.9'
      ? await connect(targetOf(promoted), brief)
      : await connect(target, { ...brief, pinned: there });
  const portOf = async (pinned?: typeof there) => {
    await using session = await watching.take({ target, purpose: 'read', database: undefined }, pinned, open);
    const [row] = await session.query<{ port: number }>('SELECT pg_catalog.inet_server_port() AS port');
    return row?.port;
  };
  expect([await portOf(), await portOf()]).toEqual([server.port, server.port]);
  // Nobody's answer is no other answer.
  address = '';
  await sleep(1_100);
  expect(await portOf()).toBe(server.port);
  address = '127.0.0.9';
  await sleep(1_100);
  expect(await portOf(there)).toBe(server.port);
  expect(await portOf()).toBe(promoted.port);
  await watching.close();
});

test('a run that was cut off gives nothing back', async () => {
  const abort = new AbortController();
  const cut = handle('plan', desired, [provider], { signal: abort.signal });
  abort.abort('SIGTERM');
  expect((await cut).error_class).toBe('cancelled');
  expect((await ask('plan', desired)).ok).toBe(true);
});

test.each([
  ['keeps its statements prepared', false],
  ['behind a pooler prepares none, since another backend may run the next', true],
])('a kept connection %s', async (_, isPooled) => {
  await using between = await pooler(server);
  const target = targetOf({ ...server, port: isPooled ? between.port : server.port });
  const open = () => connect(target, brief);
  for (const round of [1, 2]) {
    await using session = await kept.take({ target, purpose: 'read', database: undefined }, undefined, open);
    expect(await session.query('SELECT $1::int AS one', [round])).toEqual([{ one: round }]);
    const [{ rows } = {}] = await session.query<{ rows: string[] }>(
      'SELECT pg_catalog.array_agg(statement) AS rows FROM pg_catalog.pg_prepared_statements',
    );
    expect(rows?.filter((text) => text === 'SELECT $1::int AS one')).toEqual(
      isPooled ? undefined : [expect.anything()],
    );
  }
});
