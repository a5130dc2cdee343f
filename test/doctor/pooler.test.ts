// All five commands by way of a real PgBouncer: reading works and leaves nothing behind, apply is refused with the reason.
import { createPlainAdmin, pgBouncerPath, startPgBouncer, startServer } from 'embedded';
import { describe, expect, it } from 'vitest';
import { createDeployment, temporaryFolder } from '../scenarios/deployment.ts';
import { explain } from '../scenarios/stage.ts';
import { checkOf, desired, holdConnection } from './examined.ts';

const isThere = pgBouncerPath() !== undefined;
if (!isThere)
  console.warn('skipped: everything by way of PgBouncer: there is no pgbouncer on PATH (apt-get install pgbouncer)');

const unknowing = {
  ignore_startup_parameters:
    'search_path,lock_timeout,statement_timeout,idle_in_transaction_session_timeout,idle_session_timeout,client_connection_check_interval,tcp_keepalives_idle,tcp_keepalives_interval,tcp_keepalives_count,tcp_user_timeout,client_min_messages,default_transaction_read_only',
};
const cases = [
  {
    mode: 'transaction',
    settings: {},
    says: /in transaction \(or statement\) mode: two connections of ours shared server process \d+/,
  },
  { mode: 'transaction', settings: unknowing, says: /in transaction \(or statement\) mode/ },
  { mode: 'session', settings: {}, says: /as it seems in session mode/ },
  { mode: 'session', settings: unknowing, says: /as it seems in session mode/ },
] as const;

describe.skipIf(!isThere).each(cases)('by way of PgBouncer in $mode mode, $settings', ({ mode, settings, says }) => {
  it('doctor tells it, plan, status and verify read, apply refuses', async () => {
    await using server = await startServer();
    const admin = await createPlainAdmin(server);
    const password = decodeURIComponent(new URL(admin).password);
    await using pooler = await startPgBouncer(server, { mode, settings });
    using folder = temporaryFolder();
    const keys = { BUS_DATABASE_SERVICE_HOST: '127.0.0.1', BUS_DATABASE_SERVICE_PORT: String(pooler.port) };
    const layout = { ...desired, keys };
    const direct = createDeployment({ adminDsn: admin, desired: layout, folder: folder.path });
    const pooled = createDeployment({
      adminDsn: pooler.dsn('postgres', 'deploy_admin', password),
      desired: layout,
      folder: folder.path,
    });

    const early = await pooled.plan();
    expect(early.ok, explain(early)).toBe(true);
    expect(early.diagnostics.map(({ code }) => code)).toContain('pooler');
    await expect(pooled.apply()).resolves.toMatchObject({ ok: false, error_class: 'unsafe' });
    expect(await server.query(`SELECT FROM pg_roles WHERE rolname = 'svc'`)).toEqual([]);

    const applied = await direct.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    const found = await pooled.doctor();
    expect(checkOf(found, 'pooler')).toMatchObject({ result: 'fail', seen: expect.stringMatching(says) });
    expect(checkOf(found, 'several-servers').result).toBe('ok');
    for (const verb of ['plan', 'status'] as const) {
      const seen = await pooled[verb]();
      expect(seen.ok, explain(seen)).toBe(true);
      expect(seen.steps.filter(({ sql }) => (sql ?? []).length > 0)).toEqual([]);
    }
    // As the services are laid out: they dial the pooler, the admin the server.
    const verified = await direct.verify();
    expect(verified.connectivity?.filter(({ id, result }) => id === 'service-login' && result === 'ok')).toHaveLength(
      2,
    );
    await expectNothingLeft(pooler.dsn('app', 'deploy_admin', password));
    await expectNothingLeft(pooler.dsn('postgres', 'deploy_admin', password));
    await expectNothingLeft(direct.dsn('app.dsn'));
  });
});

/** The next client of the pool has the server's defaults. */
async function expectNothingLeft(dsn: string): Promise<void> {
  await using client = await holdConnection(dsn);
  const { rows } = await client.query(
    `SELECT name, setting FROM pg_settings
      WHERE name IN ('search_path', 'statement_timeout', 'lock_timeout', 'default_transaction_read_only') ORDER BY name`,
  );
  expect(rows.map(({ setting }) => setting)).toEqual(['off', '0', '"$user", public', '0']);
}

describe.skipIf(!isThere)('by way of PgBouncer in statement mode', () => {
  it('nothing can be read in a transaction, and doctor says what is in the way', async () => {
    await using server = await startServer();
    await using pooler = await startPgBouncer(server, { mode: 'statement' });
    using folder = temporaryFolder();
    const deployment = createDeployment({ adminDsn: pooler.dsn(), desired, folder: folder.path });
    expect(checkOf(await deployment.doctor(), 'pooler').result).toBe('fail');
    const planned = await deployment.plan();
    expect([planned.ok, planned.diagnostics[0]?.message]).toEqual([
      false,
      expect.stringContaining('transaction blocks not allowed in statement pooling mode'),
    ]);
  });
});

describe.skipIf(!isThere)('a pooler that has no second connection to give', () => {
  it('is told as far as it can be', async () => {
    await using server = await startServer();
    await using pooler = await startPgBouncer(server, { mode: 'session', settings: { default_pool_size: '1' } });
    using folder = temporaryFolder();
    const found = await createDeployment({ adminDsn: pooler.dsn(), desired, folder: folder.path }).doctor();
    expect(checkOf(found, 'pooler').seen).toContain('gives no second connection');
    expect(checkOf(found, 'several-servers').result).toBe('unknown');
  });
});
