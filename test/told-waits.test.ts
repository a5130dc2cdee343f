// Whatever an apply waits for is told while it waits: a statement that takes long, a lock that times out, who is ahead.
import { createKeptSessions } from 'bus-integration-postgres';
import { startServer } from 'embedded';
import { Client } from 'pg';
import { expect, test, vi } from 'vitest';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

test('a CREATE DATABASE that waits for a lock, its lock timeout, and an apply behind it', {
  timeout: 120_000,
}, async () => {
  await using server = await startServer();
  using folder = temporaryFolder();
  const kept = createKeptSessions();
  const told: string[] = [];
  const deployment = createDeployment({
    adminDsn: server.dsn(),
    desired: { databases: ['app'], serviceRole: 'svc' },
    folder: folder.path,
    kept,
    onProgress: ({ phase, detail = '' }) => told.push(`${phase}: ${detail}`),
  });
  const holder = new Client({ connectionString: server.dsn() });
  await holder.connect();
  try {
    // CREATE DATABASE writes it; whoever reads it goes on.
    await holder.query('BEGIN; LOCK TABLE pg_catalog.pg_database IN SHARE MODE');
    const first = deployment.apply();
    const second = deployment.apply();
    const expected = [
      /^waiting: creating database app, \d+ s so far, 905 s at most$/,
      /^waiting: creating database app: canceling statement due to lock timeout$/,
      /^waiting: creating database app, \d{2} s so far$/,
      /^waiting: another apply of this deployment is ahead, \d+ s so far$/,
    ];
    for (const one of expected) await vi.waitFor(() => expect(told.join('\n')).toMatch(new RegExp(one, 'm')), 60_000);
    await holder.query('ROLLBACK');
    // A new try is no new wait: what was told after the lock timeout goes on from the first try.
    const creating = told.flatMap((line) => /creating database app, (\d+) s so far/.exec(line)?.[1] ?? []).map(Number);
    expect(creating).toEqual([...new Set(creating)].sort((one, other) => one - other));
    for (const answer of [await first, await second]) expect(answer.ok, explain(answer)).toBe(true);
  } finally {
    await holder.end();
    await kept.close();
  }
});
