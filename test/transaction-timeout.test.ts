// The admin's role, or the whole server, ends transactions early (transaction_timeout, PostgreSQL 17): what an apply waits
// for takes longer than that.
import { createPlainAdmin, startServer } from 'embedded';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const ends = "= '800ms'";

test.each([
  { whose: "the admin's", major: 17, set: `ALTER ROLE deploy_admin SET transaction_timeout ${ends}` },
  { whose: "the server's", major: 18, set: `ALTER SYSTEM SET transaction_timeout ${ends}` },
] as const)(
  'PostgreSQL $major, $whose: apply waits longer, and ends well',
  async ({ major, set }) => {
    await using server = await startServer({ major });
    const adminDsn = await createPlainAdmin(server);
    using folder = temporaryFolder();
    const at = { adminDsn, folder: folder.path };
    const first = await createDeployment({ ...at, desired: { databases: ['app'], serviceRole: 'svc' } }).apply();
    expect(first.ok, explain(first)).toBe(true);
    await server.query(set);
    await server.query('SELECT pg_catalog.pg_reload_conf()');

    // Holds up CREATE DATABASE, and then the change of the role.
    const blocker = new Client({ connectionString: server.dsn(), ssl: false });
    await blocker.connect();
    await blocker.query('SET transaction_timeout = 0');
    const hold = async (sql: string) => {
      await blocker.query(`BEGIN; ${sql}`);
      for (let tries = 0; ; tries += 1) {
        const { rowCount } = await blocker.query('SELECT FROM pg_catalog.pg_locks WHERE NOT granted');
        if (rowCount !== null && rowCount > 0) break;
        if (tries > 600) throw new Error(`nobody waits for ${sql}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await blocker.query('SELECT pg_catalog.pg_sleep(1.5)');
      await blocker.query('ROLLBACK');
    };
    const desired = { databases: ['app', 'logs'], serviceRole: 'svc' };
    const holding = hold('LOCK TABLE pg_catalog.pg_database IN SHARE MODE').then(() =>
      hold('ALTER ROLE svc CONNECTION LIMIT 7'),
    );
    const answer = await createDeployment({ ...at, desired }).apply({ rotate: ['svc'] });
    expect(answer.ok, explain(answer)).toBe(true);
    await holding;
    await blocker.end();
    const verified = await createDeployment({ ...at, desired }).verify();
    expect(verified.ok, explain(verified)).toBe(true);
  },
  120_000,
);
