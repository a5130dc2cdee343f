// A server with room for few locks: what one transaction can't do, several do. And a server that falls silent at a check
// of the lock, which waits for nothing.
import { createPlainAdmin, startServer } from 'embedded';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { startFaultyProxy } from './crash/faulty-proxy.ts';
import { createDeployment, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

// The smallest lock table that there is; what is over of its shared memory takes some hundred locks more.
const settings = { max_locks_per_transaction: '10', max_connections: '12', max_wal_senders: '0' };

test('more schemas than a transaction may lock are made in several', async () => {
  await using server = await startServer({ settings });
  const adminDsn = await createPlainAdmin(server);
  using folder = temporaryFolder();
  const schemas = Array.from({ length: 700 }, (_, index) => `part${index}`);
  const desired = { databases: ['app'], serviceRole: 'svc', schemas };
  const deployment = createDeployment({ adminDsn, folder: folder.path, desired });
  const answer = await deployment.apply();
  expect(answer.ok, explain(answer)).toBe(true);
  expect(server.log()).toContain('out of shared memory');
  expect(stepLines((await deployment.plan()).steps)).toEqual([]);
}, 120_000);

test('where others have most of the locks, databases are opened, and roles let in, a few at a time', async () => {
  await using server = await startServer({ settings });
  const adminDsn = await createPlainAdmin(server);
  // Stands for hundreds of databases: takes what there is, and gives so few back that 30 databases are too many.
  const other = new Client({ connectionString: server.dsn(), ssl: false });
  await other.connect();
  const takeAll = 'SELECT pg_catalog.pg_advisory_lock(number) FROM pg_catalog.generate_series(1, 100000) AS number';
  await expect(other.query(takeAll)).rejects.toMatchObject({ code: '53200' });
  await other.query('SELECT pg_catalog.pg_advisory_unlock(number) FROM pg_catalog.generate_series(1, 24) AS number');
  const before = server.log().length;

  using folder = temporaryFolder();
  const desired = { databases: Array.from({ length: 30 }, (_, index) => `app${index}`), serviceRole: 'svc' };
  const deployment = createDeployment({ adminDsn, folder: folder.path, desired });
  const answer = await deployment.apply();
  expect(answer.ok, explain(answer)).toBe(true);
  expect(server.log().slice(before)).toContain('out of shared memory');
  await other.end();
  expect(stepLines((await deployment.plan()).steps)).toEqual([]);
}, 180_000);

test('a server that says nothing at the lock check before CREATE DATABASE ends the run soon', async () => {
  await using server = await startServer();
  const adminDsn = await createPlainAdmin(server);
  using folder = temporaryFolder();
  // The first check is before the files, the second in the roles' transaction.
  const fault = { harm: 'stall', direction: 'to-server', holding: 'lock_is_held', at: 3 } as const;
  await using proxy = await startFaultyProxy(server.port, fault);
  const through = new URL(adminDsn);
  through.port = String(proxy.port);
  const desired = { databases: ['app'], serviceRole: 'svc' };
  const startedAt = performance.now();
  const answer = await createDeployment({ adminDsn: through.href, folder: folder.path, desired }).apply();
  expect(proxy.struckAt()).toBe('Q');
  expect(performance.now() - startedAt).toBeLessThan(60_000);
  expect(answer.ok).toBe(false);
  expect(answer.diagnostics[0]?.message).toMatch(/gave no answer to checking the lock within 15 s/);
}, 90_000);
