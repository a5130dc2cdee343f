// Any role that may log in can take an advisory lock of any number: one that could be no apply keeps nobody out from
// another database, and in ours it is named with what ends it.
import { createHash } from 'node:crypto';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Session } from '../packages/bus-integration-postgres/src/connection/connect.ts';
import { resolveDsn } from '../packages/bus-integration-postgres/src/conninfo/conninfo.ts';
import { parseDsn } from '../packages/bus-integration-postgres/src/dsn/dsn.ts';
import { createRun } from '../packages/bus-integration-postgres/src/run/run.ts';
import { type Deployment, makeDeployment } from './deployment.ts';

let server: Server;
let adminDsn: string;
beforeAll(async () => {
  server = await startServer({ settings: { max_prepared_transactions: '5' } });
  adminDsn = await createPlainAdmin(server);
  for (const sql of ["CREATE ROLE mallory LOGIN PASSWORD 'mallory'", 'CREATE DATABASE playground']) {
    await server.query(sql);
  }
});
afterAll(() => server.stop());

const lockClass = 0x42755344;
const key = createHash('sha256').update('example-dev').digest().readInt32BE(0);

/** A session of the stranger's, with the name that an apply's has, that holds the lock. */
async function obstruct(database: string, lock: string): Promise<Session> {
  const processContext = { env: {}, homeDirectory: '/nonexistent', osUser: 'nobody', cwd: '/' };
  const target = await resolveDsn(parseDsn(server.dsn(database, 'mallory', 'mallory')), processContext);
  const session = await createRun({ target, signal: new AbortController().signal }).open('lock', database);
  await session.query(`SELECT pg_catalog.${lock}::text`, [], { doing: 'taking the lock' });
  return session;
}

let count = 0;

async function told(deployment: Deployment, args: readonly string[]) {
  const { exit, stdout, stderr } = await deployment.run(args);
  return { exit, text: stdout + stderr };
}

test.each([
  ['playground', `pg_advisory_lock(${lockClass}, ${key})`],
  ['playground', `pg_advisory_lock(${lockClass + 1}, ${key})`],
  ['postgres', `pg_advisory_lock_shared(${lockClass + 1}, ${key})`],
])('in %s, %s: nobody waits', async (database, lock) => {
  count += 1;
  const keys = { BUS_DATABASE_NAMES: `free_${count}`, BUS_DATABASE_SERVICE_ROLE: `free_${count}_svc` };
  using deployment = makeDeployment({ adminDsn, keys });
  const session = await obstruct(database, lock);
  try {
    const { exit, text } = await told(deployment, ['apply', '--lock-timeout', '300ms']);
    expect(exit, text).toBe(0);
  } finally {
    await session.close();
  }
});

test.each([
  [lockClass, 'pg_advisory_lock'],
  [lockClass, 'pg_advisory_lock_shared'],
  [lockClass + 1, 'pg_advisory_lock'],
])('in the database of the lock, class %d, %s: named, with what ends it', async (number, lock) => {
  using deployment = makeDeployment({ adminDsn });
  const session = await obstruct('postgres', `${lock}(${number}, ${key})`);
  try {
    const { exit, text } = await told(deployment, ['apply', '--lock-timeout', '300ms']);
    expect(exit, text).toBe(1);
    expect(text).toMatch(
      /the lock of deployment example-dev is held by server process \d+ of role mallory in database postgres \(.+\), which is not an apply \(waited 0\.3 s\)/,
    );
    const [, pid] =
      /next: a superuser or a member of pg_signal_backend runs, in any database: SELECT pg_terminate_backend\((\d+)\);/.exec(
        text,
      ) ?? [];
    expect(pid, text).toBeDefined();
    expect(text).not.toMatch(/another apply|cut off/);
    for (const verb of ['plan', 'status', 'doctor']) {
      const { text: said } = await told(deployment, [verb]);
      expect(said).not.toMatch(/an apply is (at work|running)/);
      if (verb === 'doctor' && number === lockClass)
        expect(said).toMatch(
          new RegExp(`lock is held by server process ${pid} of role mallory[^]*backend\\(${pid}\\)`),
        );
    }
    await server.query(`SELECT pg_terminate_backend(${pid})`);
  } finally {
    await session.close();
  }
});

test('plan and status go on where a password is in doubt and a stranger holds the lock', async () => {
  using deployment = makeDeployment({
    adminDsn,
    keys: { BUS_DATABASE_NAMES: 'doubt', BUS_DATABASE_SERVICE_ROLE: 'doubt_svc' },
  });
  expect((await told(deployment, ['apply'])).exit).toBe(0);
  await server.query("ALTER ROLE doubt_svc PASSWORD 'another'");
  const session = await obstruct('postgres', `pg_advisory_lock(${lockClass}, ${key})`);
  try {
    for (const verb of ['plan', 'status']) {
      const { text } = await told(deployment, [verb]);
      expect(text).not.toContain('an apply is at work');
      expect(text).toContain('doubt_svc');
    }
  } finally {
    await session.close();
  }
});

test('a stranger in a declared database is named, with what ends it', { timeout: 60_000 }, async () => {
  const keys = { BUS_DATABASE_NAMES: 'within', BUS_DATABASE_SERVICE_ROLE: 'within_svc' };
  using deployment = makeDeployment({ adminDsn, keys });
  expect((await told(deployment, ['apply'])).exit).toBe(0);
  deployment.configure({ BUS_DATABASE_SCHEMAS: 'public,more' });
  await server.query('GRANT CONNECT ON DATABASE within TO mallory');
  const session = await obstruct('within', `pg_advisory_lock(${lockClass + 1}, ${key})`);
  try {
    const { exit, text } = await told(deployment, ['apply']);
    expect(exit, text).toBe(1);
    expect(text).toMatch(
      /the lock of deployment example-dev is held by server process \d+ of role mallory in database within \(.+\), which is not an apply/,
    );
    expect(text).toMatch(/next: a superuser or .* runs, in any database: SELECT pg_terminate_backend\(\d+\);/);
  } finally {
    await session.close();
  }
  expect((await told(deployment, ['apply'])).exit).toBe(0);
});

test.each([
  ['held_lock', lockClass, 'postgres'],
  ['held_work', lockClass + 1, 'postgres'],
  ['held_within', lockClass + 1, 'held_within'],
])(
  '%s: a prepared transaction with class %d in %s is named, with what ends it',
  { timeout: 60_000 },
  async (name, number, place) => {
    const keys = { BUS_DATABASE_NAMES: name, BUS_DATABASE_SERVICE_ROLE: `${name}_svc` };
    using deployment = makeDeployment({ adminDsn, keys });
    expect((await told(deployment, ['apply'])).exit).toBe(0);
    deployment.configure({ BUS_DATABASE_SCHEMAS: 'public,more' });
    const holding = `BEGIN; SELECT pg_advisory_xact_lock(${number}, ${key}); PREPARE TRANSACTION 'left-over'`;
    await server.query(holding, { database: place });
    const startedAt = performance.now();
    const { exit, text } = await told(deployment, ['apply', '--lock-timeout', '300ms']);
    expect(performance.now() - startedAt).toBeLessThan(9_500);
    await server.query("ROLLBACK PREPARED 'left-over'", { database: place });
    expect(exit, text).toBe(1);
    expect(text).toContain(
      `is held by prepared transaction left-over of role postgres in database ${place}, which is no`,
    );
    expect(text).toContain(`next: postgres or a superuser runs, in database ${place}: ROLLBACK PREPARED 'left-over';`);
    expect((await told(deployment, ['apply'])).exit).toBe(0);
  },
);

test('--lock-timeout ends every wait for a lock, of what is read and of what is changed', {
  timeout: 60_000,
}, async () => {
  const keys = { BUS_DATABASE_NAMES: 'locked', BUS_DATABASE_SERVICE_ROLE: 'locked_svc' };
  using deployment = makeDeployment({ adminDsn, keys });
  expect((await told(deployment, ['apply'])).exit).toBe(0);
  deployment.configure({ BUS_DATABASE_SCHEMAS: 'public,more' });
  const whileLocked = async (table: string, mode: string, args: readonly string[]) => {
    const holding = `BEGIN; LOCK TABLE pg_catalog.${table} IN ${mode} MODE; PREPARE TRANSACTION 'held'`;
    await server.query(holding, { database: 'locked' });
    const startedAt = performance.now();
    const { exit, text } = await told(deployment, [...args, '--lock-timeout', '300ms']);
    const tookMs = performance.now() - startedAt;
    await server.query("ROLLBACK PREPARED 'held'", { database: 'locked' });
    expect(exit, text).toBe(1);
    expect(text).toContain('lock timeout');
    expect(tookMs, args.join(' ')).toBeLessThan(9_500);
  };
  for (const verb of ['plan', 'status', 'apply']) await whileLocked('pg_description', 'ACCESS EXCLUSIVE', [verb]);
  await whileLocked('pg_namespace', 'SHARE', ['apply']);
  expect((await told(deployment, ['apply', '--lock-timeout', '0s'])).exit).toBe(0);
});
