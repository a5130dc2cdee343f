// The lock of one deployment, taken in two databases: by an admin who enters `postgres`, and by one who can't and takes it
// in the database of the DSN. Advisory locks are per database, so only pg_locks tells each of the other.
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Session } from '../packages/bus-integration-postgres/src/connection/connect.ts';
import { resolveDsn } from '../packages/bus-integration-postgres/src/conninfo/conninfo.ts';
import { parseDsn } from '../packages/bus-integration-postgres/src/dsn/dsn.ts';
import { acquireLock } from '../packages/bus-integration-postgres/src/run/lock.ts';
import { createRun, openLockSession } from '../packages/bus-integration-postgres/src/run/run.ts';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';

let server: Server;
/** Of the admin who enters `postgres`, and of the one who does not. */
let dsns: readonly [string, string];
beforeAll(async () => {
  server = await startServer();
  const [one, other] = [await createPlainAdmin(server, 'first_admin'), await createPlainAdmin(server, 'other_admin')];
  for (const sql of [
    'CREATE DATABASE tools',
    'REVOKE CONNECT ON DATABASE postgres FROM PUBLIC',
    'GRANT CONNECT ON DATABASE postgres TO first_admin',
  ])
    await server.query(sql);
  dsns = [one, other.replace(/\/postgres$/, '/tools')];
  expect(dsns[1]).not.toBe(other);
});
afterAll(() => server.stop());

const signal = new AbortController().signal;

async function openSession(dsn: string): Promise<Session> {
  const env = {};
  const processContext = { env, homeDirectory: '/nonexistent', osUser: 'nobody', cwd: '/' };
  const session = await openLockSession(createRun({ target: await resolveDsn(parseDsn(dsn), processContext), signal }));
  expect(await session.isPooled()).toBe(false);
  return session;
}

test.each([
  { holder: 0, waiter: 1 },
  { holder: 1, waiter: 0 },
] as const)(
  'a lock held by admin $holder keeps admin $waiter out, who names its holder',
  async (who) => {
    const deploymentId = `held-by-${who.holder}`;
    const holding = await openSession(dsns[who.holder]);
    const waiting = await openSession(dsns[who.waiter]);
    expect([holding.database, waiting.database].sort()).toEqual(['postgres', 'tools']);
    const lock = await acquireLock(holding, { deploymentId, timeoutMs: 1_000, signal });
    const waited: string[] = [];
    const asked = { deploymentId, timeoutMs: 400, signal, onWait: (holder: string) => waited.push(holder) };
    await expect(acquireLock(waiting, asked)).rejects.toThrow(/another apply .* holds its lock: bus apply /);
    expect(waited[0]).toContain('bus apply ');

    // By the whole product too.
    using folder = temporaryFolder();
    const desired = { databases: [`kept_out_${who.holder}`], serviceRole: `kept_out_${who.holder}_svc` };
    const at = { folder: folder.path, deploymentId, desired, lockTimeoutMs: 400 };
    await expect(createDeployment({ ...at, adminDsn: dsns[who.waiter] }).apply()).resolves.toMatchObject({
      ok: false,
      error_class: 'locked',
    });

    await lock.release();
    const next = await acquireLock(waiting, { deploymentId, timeoutMs: 5_000, signal });
    await next.release();
  },
  30_000,
);

test('of many who take it at once, in both databases, never two work', async () => {
  let working = 0;
  let most = 0;
  let turns = 0;
  const worker = async (dsn: string) => {
    for (let turn = 0; turn < 5; turn += 1) {
      const lock = await acquireLock(await openSession(dsn), { deploymentId: 'crowded', timeoutMs: 60_000, signal });
      working += 1;
      most = Math.max(most, working);
      await new Promise((resolve) => setTimeout(resolve, 5));
      working -= 1;
      turns += 1;
      await lock.release();
    }
  };
  await Promise.all([dsns[0], dsns[1], dsns[0], dsns[1]].map(worker));
  expect([most, turns]).toEqual([1, 20]);
}, 90_000);

test('a clock that is set back does not lengthen the wait', async () => {
  const holding = await openSession(dsns[0]);
  const waiting = await openSession(dsns[0]);
  const lock = await acquireLock(holding, { deploymentId: 'clock', timeoutMs: 1_000, signal });
  const now = Date.now;
  const startedAt = performance.now();
  // As if every look at the clock came an hour earlier than the one before.
  let looks = 0;
  Date.now = () => {
    looks += 1;
    return now() - looks * 3_600_000;
  };
  try {
    await expect(acquireLock(waiting, { deploymentId: 'clock', timeoutMs: 300, signal })).rejects.toThrow(
      /holds its lock/,
    );
  } finally {
    Date.now = now;
  }
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  await lock.release();
  await waiting.close();
}, 30_000);
