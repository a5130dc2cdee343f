// A first apply that is killed when its database was just opened, before anything was done inside: PUBLIC still has there
// what everybody has from the start, and the next apply goes on without being allowed to revoke anything.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlainAdmin, installedMajors, type Major, type Server, startServer } from 'embedded';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { installBinary, type Watched } from './killed-run.ts';

const binary = await installBinary();
afterAll(() => binary[Symbol.dispose]());

type Keys = Readonly<Record<string, string>>;
interface Case {
  readonly major: Major;
  readonly admin: 'superuser' | 'plain admin';
  readonly by: 'keys' | 'manifest';
}

const cases = (
  [
    { major: 14, admin: 'superuser', by: 'keys' },
    { major: 14, admin: 'superuser', by: 'manifest' },
    { major: 18, admin: 'plain admin', by: 'manifest' },
  ] satisfies Case[]
).filter(({ major }) => installedMajors().includes(major));

const closed = (more = '') => `version: 1
deployment: half
roles: {half_owner: {}, half_app: {login: true}${more === '' ? '' : ', half_more: {login: true}'}}
databases:
  half: {owner: half_owner, schemas: [public, app], routines: closed, access: {half_app: write${more}}}
`;

function folderOf(adminDsn: string, by: Case['by']) {
  const home = mkdtempSync(join(tmpdir(), 'bus-opened-'));
  writeFileSync(join(home, 'admin-dsn'), `${adminDsn}\n`, { mode: 0o600 });
  const declared: Keys =
    by === 'manifest'
      ? { BUS_DATABASE_MANIFEST_FILE: './half.yaml' }
      : { BUS_DEPLOYMENT_ID: 'half', BUS_DATABASE_NAMES: 'half', BUS_DATABASE_SERVICE_ROLE: 'half_app' };
  const watched: Watched = {
    home,
    directory: join(home, 'dsn'),
    environment: () => ({
      HOME: home,
      ...declared,
      BUS_POSTGRES_ADMIN_DSN_FILE: './admin-dsn',
      BUS_DATABASE_DSN_OUTPUT_DIR: './dsn',
    }),
  };
  return {
    watched,
    write: (manifest: string) => writeFileSync(join(home, 'half.yaml'), manifest),
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Kills an apply as soon as a query has a row. */
async function killedOnce(server: Server, watched: Watched, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.dsn() });
  await client.connect();
  const started = binary.start(watched, ['apply']);
  const until = Date.now() + 20_000;
  while ((await client.query(sql)).rowCount === 0) if (Date.now() > until) throw new Error('nothing came of it');
  await started.kill();
  await client.end();
}

const isMarked = `SELECT FROM pg_database WHERE datname = 'half' AND datallowconn
                  AND shobj_description(oid, 'pg_database') = 'bus-deployment=half'`;
const letIn = `SELECT FROM pg_database, aclexplode(datacl) AS acl
                WHERE datname = 'half' AND acl.grantee <> datdba`;

test.each(cases)('PostgreSQL $major, $admin, by $by', { timeout: 120_000 }, async ({ major, admin, by }) => {
  await using server = await startServer({ major });
  using folder = folderOf(admin === 'superuser' ? server.dsn() : await createPlainAdmin(server), by);
  folder.write(closed());
  // A busy machine may let it come further than that before it is killed.
  for (let tried = 0; ; tried += 1) {
    await killedOnce(server, folder.watched, isMarked);
    if ((await server.query(letIn)).length === 0) break;
    expect(tried).toBeLessThan(5);
    await server.query('DROP DATABASE half WITH (FORCE)');
  }
  const again = await binary.run(folder.watched, ['apply']);
  expect(again.exit, again.output).toBe(0);
  const left = await binary.run(folder.watched, ['plan', '--check']);
  expect(left.exit, left.output).toBe(0);
});

test('a role that is killed before it was let in', { timeout: 120_000 }, async () => {
  await using server = await startServer({ major: 18 });
  using folder = folderOf(await createPlainAdmin(server), 'manifest');
  folder.write(closed());
  const first = await binary.run(folder.watched, ['apply']);
  expect(first.exit, first.output).toBe(0);

  folder.write(closed(', half_more: create'));
  const isMade = "SELECT FROM pg_roles WHERE rolname = 'half_more'";
  const isIn = "SELECT WHERE has_database_privilege('half_more', 'half', 'CONNECT')";
  for (let tried = 0; ; tried += 1) {
    await killedOnce(server, folder.watched, isMade);
    if ((await server.query(isIn)).length === 0) break;
    expect(tried).toBeLessThan(5);
    await server.query('DROP OWNED BY half_more; DROP ROLE half_more', { database: 'half' });
  }
  const again = await binary.run(folder.watched, ['apply']);
  expect(again.exit, again.output).toBe(0);
  const left = await binary.run(folder.watched, ['plan', '--check']);
  expect(left.exit, left.output).toBe(0);
});
