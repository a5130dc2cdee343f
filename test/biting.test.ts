// What PostgreSQL does that bites, where a scenario can't show it: each on a real server.
import { createHash } from 'node:crypto';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { createDeployment, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { explain, stateOf } from './scenarios/stage.ts';

const desired = { databases: ['app'], serviceRole: 'svc' };

test.each([16, 17, 18] as const)(
  "%i: the membership that a role's creator is given stays as PostgreSQL made it",
  async (major) => {
    await using server = await startServer({ major });
    using folder = temporaryFolder();
    const adminDsn = await createPlainAdmin(server);
    const deployment = createDeployment({ adminDsn, desired, folder: folder.path });
    const edges = () =>
      server.query(`SELECT member::regrole::text AS member, grantor::regrole::text AS grantor, admin_option, inherit_option, set_option
                    FROM pg_auth_members WHERE roleid = 'svc'::regrole`);
    const born = {
      member: 'deploy_admin',
      grantor: 'postgres',
      admin_option: true,
      inherit_option: false,
      set_option: false,
    };
    expect((await deployment.apply()).ok).toBe(true);
    expect(await edges()).toEqual([born]);
    expect((await deployment.apply({ rotate: ['svc'] })).ok).toBe(true);
    expect(await edges()).toEqual([born]);
  },
);

test("14: a plain admin may reset anybody's password, so the mark decides", async () => {
  await using server = await startServer({ major: 14 });
  using folder = temporaryFolder();
  const adminDsn = await createPlainAdmin(server);
  await server.query("CREATE ROLE svc LOGIN PASSWORD 'theirs'; COMMENT ON ROLE svc IS 'bus-deployment=other'");
  const deployment = createDeployment({ adminDsn, desired, folder: folder.path });
  const before = await stateOf(server, deployment);
  const answer = await deployment.apply({ adopt: true, rotate: ['svc'] });
  expect(answer.error_class).toBe('not-ours');
  expect(await stateOf(server, deployment)).toEqual(before);
});

describe('what is sent', () => {
  test.each(['superuser', 'plain'] as const)(
    'as %s: no attribute that a managed platform refuses to hear, no session in template1',
    async (admin) => {
      await using server = await startServer({ settings: { log_statement: 'all', log_connections: 'on' } });
      using folder = temporaryFolder();
      const adminDsn = admin === 'superuser' ? server.dsn() : await createPlainAdmin(server);
      const deployment = createDeployment({
        adminDsn,
        desired: { ...desired, databases: ['app', 'logs'] },
        folder: folder.path,
      });
      expect((await deployment.apply()).ok).toBe(true);
      await server.query('ALTER ROLE svc NOLOGIN');
      expect((await deployment.apply({ rotate: ['svc'] })).ok).toBe(true);
      for (const verb of ['status', 'verify', 'doctor'] as const) await deployment[verb]();
      const log = server.log();
      // A superuser may keep statements that carry a verifier out of the log, and does.
      if (admin === 'superuser') expect(log).not.toMatch(/ALTER ROLE "svc"|SCRAM-SHA-256\$/);
      else expect(log).toMatch(/ALTER ROLE "svc" LOGIN/);
      expect(log).not.toMatch(/\bNO(SUPERUSER|CREATEDB|CREATEROLE|REPLICATION|BYPASSRLS|INHERIT)\b/);
      expect(log).toMatch(/database=postgres/);
      expect(log).not.toMatch(/database=template1/);
    },
  );

  test('a plan sends nothing but reads in read-only transactions', async () => {
    await using server = await startServer({ settings: { log_statement: 'all' } });
    using folder = temporaryFolder();
    const adminDsn = await createPlainAdmin(server);
    const deployment = createDeployment({ adminDsn, desired, folder: folder.path });
    expect((await deployment.apply()).ok).toBe(true);
    // Were anything written, a server that refuses writes would say so.
    await server.reload({ settings: { log_statement: 'all', default_transaction_read_only: 'on' } });
    for (const verb of ['plan', 'status', 'doctor'] as const) {
      const answer = await deployment[verb]();
      expect(answer.ok, explain(answer)).toBe(true);
    }
    expect(server.log().match(/read-only transaction/g)).toBeNull();
  });
});

test('advisory locks are per database: runs meet in one, whichever database their DSNs name', async () => {
  await using server = await startServer();
  using folder = temporaryFolder();
  const adminDsn = await createPlainAdmin(server);
  await server.query('CREATE DATABASE side');
  const key = createHash('sha256').update('example-dev').digest().readInt32BE(0);
  const holder = new Client({ connectionString: adminDsn, ssl: false, application_name: 'bus apply elsewhere:1' });
  await holder.connect();
  await holder.query('SELECT pg_advisory_lock($1::int, $2::int)', [0x42755344, key]);
  try {
    const dsn = adminDsn.replace(/\/postgres$/, '/side');
    const waiting = createDeployment({ adminDsn: dsn, desired, folder: folder.path, lockTimeoutMs: 300 });
    const before = await stateOf(server, waiting);
    const answer = await waiting.apply();
    expect(answer.error_class, explain(answer)).toBe('locked');
    expect(answer.diagnostics[0]?.message).toContain('bus apply elsewhere:1');
    expect(await stateOf(server, waiting)).toEqual(before);
  } finally {
    await holder.end();
  }
  const freed = createDeployment({ adminDsn, desired, folder: folder.path, lockTimeoutMs: 5_000 });
  expect((await freed.apply()).ok).toBe(true);
});

test('"tuple concurrently updated" (XX000) is tried again', async () => {
  await using server = await startServer();
  using folder = temporaryFolder();
  const adminDsn = await createPlainAdmin(server);
  const deployment = createDeployment({ adminDsn, desired, folder: folder.path });
  expect((await deployment.apply()).ok).toBe(true);
  await server.query('CREATE ROLE noise; REVOKE TEMPORARY ON DATABASE app FROM svc');
  const other = new Client({ connectionString: server.dsn(), ssl: false });
  await other.connect();
  await other.query('BEGIN; GRANT CONNECT ON DATABASE app TO noise');
  const applying = deployment.apply();
  await untilSomebodyWaits(server);
  await other.query('COMMIT');
  await other.end();
  const answer = await applying;
  expect(answer.ok, explain(answer)).toBe(true);
  expect(/ERROR: {2}tuple concurrently updated/.test(server.log())).toBe(true);
  expect(stepLines((await deployment.plan()).steps)).toEqual([]);
});

test("a service reaches postgres through PUBLIC: told, no failure; another deployment's database is one", async () => {
  await using server = await startServer();
  using folder = temporaryFolder();
  using elsewhere = temporaryFolder();
  const adminDsn = await createPlainAdmin(server);
  const deployment = createDeployment({ adminDsn, desired, folder: folder.path });
  expect((await deployment.apply()).ok).toBe(true);
  const verified = await deployment.verify({ checks: ['connectivity', 'listener-policy'] });
  expect(verified.ok).toBe(true);
  const told = verified.listener_policy?.find(({ id }) => id === 'public-connect');
  expect(told).toMatchObject({ result: 'info', seen: expect.stringContaining('postgres') });

  const theirs = { databases: ['theirs'], serviceRole: 'their_svc' };
  const other = createDeployment({ adminDsn, desired: theirs, folder: elsewhere.path, deploymentId: 'other' });
  expect((await other.apply()).ok).toBe(true);
  expect((await deployment.verify()).ok).toBe(true);
  await server.query('GRANT CONNECT ON DATABASE theirs TO PUBLIC');
  const again = await deployment.verify();
  expect(again.ok).toBe(false);
  expect(again.connectivity?.find(({ result }) => result === 'fail')).toMatchObject({ id: 'foreign-database' });
});

test('a database is open to nobody before it is whole: no service enters one that is half made', async () => {
  await using server = await startServer();
  using folder = temporaryFolder();
  const adminDsn = await createPlainAdmin(server);
  const first = createDeployment({ adminDsn, desired, folder: folder.path });
  expect((await first.apply()).ok).toBe(true);
  await server.query("CREATE ROLE guest LOGIN PASSWORD 'guest'");
  const names = Array.from({ length: 6 }, (_, index) => `new${index}`);
  const logins = [server.dsn('?', 'guest', 'guest'), first.dsn('app.dsn')];
  let isOver = false;
  const early: string[] = [];
  // Whoever tries the doors all the time must find them shut, the service until it can work inside.
  const tryDoor = async (dsn: string, name: string) => {
    const client = new Client({ connectionString: dsn.replace(/\/[^/]*$/, `/${name}`), ssl: false });
    client.on('error', () => {});
    try {
      await client.connect();
      const isGuest = dsn === logins[0];
      const worked = isGuest
        ? false
        : await client.query('CREATE TABLE public.probe (); DROP TABLE public.probe').then(
            () => true,
            () => false,
          );
      if (!worked) early.push(`${isGuest ? 'guest' : 'service'} in ${name}`);
    } catch {
      // Shut, or not there.
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const walk = async (dsn: string) => {
    while (!isOver) for (const name of names) await tryDoor(dsn, name);
  };
  const walking = logins.map(walk);
  const grown = createDeployment({
    adminDsn,
    desired: { ...desired, databases: ['app', ...names] },
    folder: folder.path,
  });
  const answer = await grown.apply();
  isOver = true;
  await Promise.all(walking);
  expect(answer.ok, explain(answer)).toBe(true);
  expect(early).toEqual([]);
});

async function untilSomebodyWaits(server: Server): Promise<void> {
  for (;;) {
    const [row] = await server.query<{ waits: boolean }>(
      "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock') AS waits",
    );
    if (row?.waits) return;
  }
}
