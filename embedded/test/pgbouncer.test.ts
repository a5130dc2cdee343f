import { Client } from 'pg';
import { expect, it } from 'vitest';
import { createPlainAdmin, pgBouncerPath, startPgBouncer, startServer } from '../src/index.ts';

const isThere = pgBouncerPath() !== undefined;
if (!isThere) console.warn('skipped: PgBouncer: there is no pgbouncer on PATH (apt-get install pgbouncer)');

it('is found where it is, and nowhere else', () => {
  expect(pgBouncerPath('/nonexistent')).toBeUndefined();
});

it.skipIf(!isThere)('passes logins on, and is gone when it was stopped', async () => {
  await using server = await startServer();
  const admin = new URL(await createPlainAdmin(server, 'some_admin'));
  const pooler = await startPgBouncer(server, { mode: 'session' });
  const client = new Client({
    connectionString: pooler.dsn('postgres', 'some_admin', decodeURIComponent(admin.password)),
    ssl: false,
  });
  await client.connect();
  expect((await client.query('SELECT current_user AS who, inet_server_port() AS port')).rows).toEqual([
    { who: 'some_admin', port: server.port },
  ]);
  await client.end();
  expect(pooler.log()).toContain('login attempt: db=postgres user=some_admin');
  await pooler.stop();
  await expect(new Client({ connectionString: pooler.dsn(), ssl: false }).connect()).rejects.toThrow('ECONNREFUSED');
  expect(pooler.log()).toBe('');
});
