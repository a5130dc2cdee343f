// `report` on a real server: what it says of access is what the server lets roles do, wherever the right comes from; its page,
// and what is made of saved answers, hold no password.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import type { ReportContent, Response } from 'bus-integration-database';
import { parseDsn } from 'bus-integration-postgres';
import { createPlainAdmin, installedMajors, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';
import { someOf } from './variants.ts';

const manifest = `
version: 1
deployment: example-dev
roles:
  shop_owner: {}
  shop_migrator: {login: true, acts_as: shop_owner}
  shop_app: {login: true, connections: 40}
  shop_reader: {login: true, valid_until: "2031-01-31T00:00:00Z"}
  team_ops: {}
  alice: {login: true, member_of: [team_ops]}
every_database:
  owner: shop_owner
  schemas: [app]
  access: {shop_migrator: connect, shop_app: write, shop_reader: read, team_ops: write}
databases: {orders: {}, billing: {access: {shop_reader: none}}}
`;

const manifestKeys = {
  BUS_DATABASE_NAMES: undefined,
  BUS_DATABASE_SERVICE_ROLE: undefined,
  BUS_DATABASE_MANIFEST_FILE: './bus.yaml',
};

let server: Server;
let deployment: Deployment;

beforeAll(async () => {
  server = await startServer();
  deployment = makeDeployment({
    adminDsn: await createPlainAdmin(server),
    keys: manifestKeys,
  });
  deployment.write('bus.yaml', manifest);
  await ran(['apply']);
  await server.query(
    'SET ROLE shop_owner; CREATE TABLE app.sales (id int, note text); CREATE TABLE app.items (id int)',
    { database: 'orders' },
  );
}, 60_000);

afterAll(async () => {
  deployment?.[Symbol.dispose]();
  await server?.[Symbol.asyncDispose]();
});

async function ran(args: readonly string[], exit = 0): Promise<string> {
  const answer = await deployment.run(args, { timeoutMs: 60_000 });
  expect(answer.exit, answer.stdout + answer.stderr).toBe(exit);
  return answer.stdout;
}

async function reported(): Promise<Response & { readonly report: ReportContent }> {
  return JSON.parse(await ran(['report', '-f', 'json']));
}

function wordOf({ access }: ReportContent, role: string, database = 'orders') {
  const found = access.find((one) => one.role === role && one.database === database);
  return found && [found.word, found.declared];
}

function groundsOf({ access, grounds }: ReportContent, role: string, database = 'orders') {
  return grounds[access.find((one) => one.role === role && one.database === database)?.ground ?? -1] ?? [];
}

describe('who can do what', () => {
  test('all is as declared: each role has its word, and nothing is marked', async () => {
    const { ok, report, diagnostics } = await reported();
    expect([ok, diagnostics.filter(({ severity }) => severity === 'fail')]).toEqual([true, []]);
    const words = ['shop_owner', 'shop_migrator', 'shop_app', 'shop_reader', 'team_ops', 'alice'].map(
      (role) => wordOf(report, role)?.[0],
    );
    expect(words).toEqual(['owner', 'connect', 'write', 'read', 'write', 'write']);
    expect(wordOf(report, 'shop_reader', 'billing')).toBeUndefined();
    expect(report.access.filter(({ declared }) => declared !== undefined)).toEqual([]);
    expect(groundsOf(report, 'alice')).toContainEqual({
      on: '2 tables of schema app',
      privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
      via: ['member of team_ops'],
    });
    expect(report.roles.find(({ name }) => name === 'shop_reader')?.valid_until).toBe('2031-01-31T00:00:00Z');
  });

  test.each([
    [
      'a privilege of its own',
      'GRANT INSERT ON app.items TO shop_reader',
      'shop_reader',
      'read, write in part',
      'granted to it',
    ],
    [
      'a column',
      'GRANT UPDATE (note) ON app.sales TO shop_reader',
      'shop_reader',
      'read, write in part',
      'a grant on columns',
    ],
    ['PUBLIC', 'GRANT DELETE ON app.items TO PUBLIC', 'shop_reader', 'read, write in part', 'PUBLIC'],
    ['a membership', 'GRANT team_ops TO shop_reader', 'shop_reader', 'write', 'member of team_ops'],
    [
      'a chain of memberships',
      'CREATE ROLE middle IN ROLE team_ops; GRANT middle TO shop_reader',
      'shop_reader',
      'write',
      'member of middle → team_ops',
    ],
    [
      'a predefined role',
      'GRANT pg_write_all_data TO shop_reader',
      'shop_reader',
      'write',
      'member of pg_write_all_data',
    ],
    ['an owner', 'GRANT shop_owner TO shop_reader', 'shop_reader', 'owner', "the owner's rights, member of shop_owner"],
    ['CREATE on a schema', 'GRANT CREATE ON SCHEMA app TO shop_reader', 'shop_reader', 'read, create', 'granted to it'],
    ['what is missing', 'REVOKE SELECT ON app.sales FROM shop_reader', 'shop_reader', 'read in part', 'granted to it'],
    [
      'a schema that is closed',
      'REVOKE USAGE ON SCHEMA app FROM shop_reader',
      'shop_reader',
      'connect',
      'granted to it',
    ],
    [
      'a database that is closed',
      'REVOKE CONNECT ON DATABASE orders FROM shop_reader',
      'shop_reader',
      'none',
      'granted to it',
    ],
  ])('%s shows as the word in effect, marked, with the way it comes', async (_, sql, role, word, via) => {
    await using _undo = await changed(sql);
    const { ok, report } = await reported();
    expect([ok, wordOf(report, role)]).toEqual([false, [word, 'read']]);
    const [{ id = '' } = {}] = await server.query<{ id: string }>(
      `SELECT pg_catalog.string_agg(name || pg_catalog.has_table_privilege('${role}', 'app.' || name, 'SELECT')::text, ' ') AS id FROM (VALUES ('items'), ('sales')) AS tables(name)`,
      { database: 'orders' },
    );
    // What is read of tables is what the server says of each.
    const isReadable = (on: string) =>
      groundsOf(report, role).some((one) => one.on.includes(on) && one.privileges.includes('SELECT'));
    const isAll = isReadable('2 tables');
    for (const table of ['items', 'sales'])
      expect([table, isAll || isReadable(`app.${table}`)]).toEqual([table, id.includes(`${table}true`)]);
    expect(groundsOf(report, role).flatMap((one) => one.via)).toContain(via);
  });

  test('a membership without INHERIT gives nothing at once, and is drawn so', async () => {
    await using _undo = await changed(
      'ALTER ROLE shop_reader NOINHERIT; GRANT team_ops TO shop_reader WITH INHERIT FALSE',
    );
    const { report } = await reported();
    expect(wordOf(report, 'shop_reader')).toEqual(['read', undefined]);
    expect(report.memberships).toContainEqual({
      member: 'shop_reader',
      group: 'team_ops',
      admin: false,
      inherit: false,
      set: true,
    });
    expect(await ran(['report'])).toContain('class="edge broken"');
  });

  test('strangers stand in rows of their own, those with nothing in one line', async () => {
    await using _undo = await changed(
      'CREATE ROLE bob LOGIN; GRANT CONNECT ON DATABASE orders TO bob; GRANT USAGE ON SCHEMA app TO bob; GRANT SELECT ON app.items TO bob; CREATE ROLE carol LOGIN',
    );
    const { report } = await reported();
    expect(wordOf(report, 'bob')).toEqual(['read in part', undefined]);
    expect(wordOf(report, 'carol')).toBeUndefined();
    const page = await ran(['report']);
    expect(page).toMatch(/<tr class="stranger"><th scope="row">bob/);
    expect(page).toMatch(/No access to these databases: .*carol/);
    expect(page).not.toMatch(/<tr class="stranger"><th scope="row">carol/);
  });
});

/** Undoes by a copy of what was there: each change begins at what apply made. */
async function changed(sql: string): Promise<AsyncDisposable> {
  for (const one of sql.split('; ')) await server.query(one, { database: 'orders' });
  return {
    [Symbol.asyncDispose]: async () => {
      const made = [...sql.matchAll(/CREATE ROLE (\w+)/g)].map(([, name = '']) => name);
      for (const name of made) await server.query(`DROP OWNED BY ${name}`, { database: 'orders' });
      for (const name of [...made].reverse()) await server.query(`DROP ROLE ${name}`);
      await server.query('REVOKE DELETE ON app.items FROM PUBLIC; REVOKE UPDATE (note) ON app.sales FROM shop_reader', {
        database: 'orders',
      });
      for (const group of ['team_ops', 'shop_owner', 'pg_write_all_data'])
        await server.query(`REVOKE ${group} FROM shop_reader`);
      await server.query('ALTER ROLE shop_reader INHERIT');
      await server.query(
        'REVOKE ALL ON app.items, app.sales FROM shop_reader; REVOKE ALL ON SCHEMA app FROM shop_reader',
        { database: 'orders' },
      );
      await ran(['apply', '--allow', 'revoke']);
    },
  };
}

describe('who can come from where', () => {
  test('is unknown, and never ok, where the admin may not read the rules', async () => {
    const { ok, complete, report } = await reported();
    expect([ok, complete, report.entrances]).toEqual([true, false, []]);
    expect(report.unseen.map(({ what, remedy = '' }) => [what, remedy.includes('GRANT SELECT')])).toEqual([
      ['who can come from where', true],
    ]);
    expect(await ran(['report'])).toContain('<strong>unknown: not everything was seen</strong>');
  });

  test('quotes the line that decides, and says what should stand in its place', async () => {
    const plain = readFileSync(deployment.path('local/postgres-admin-dsn'), 'utf8');
    const before = readFileSync(server.hbaFile, 'utf8');
    deployment.write('local/postgres-admin-dsn', `${server.dsn()}\n`);
    const trusting = 'host orders shop_app 127.0.0.1/32 trust';
    writeFileSync(server.hbaFile, `${trusting}\n${before}`);
    await server.query('SELECT pg_catalog.pg_reload_conf()');
    try {
      const { ok, report } = await reported();
      expect(ok).toBe(false);
      const at = (text: string) => report.entrances.filter(({ rule }) => rule?.text === text);
      expect(at(trusting).map(({ from, roles, databases, method }) => ({ from, roles, databases, method }))).toEqual([
        { from: 'its own host: 127.0.0.1/32', roles: ['shop_app'], databases: ['orders'], method: 'trust' },
      ]);
      const [next] = at('host all all 127.0.0.1/32 scram-sha-256');
      expect(next?.roles).toEqual(expect.arrayContaining(['alice', 'shop_reader', 'shop_app']));
      const page = await ran(['report']);
      expect(page).toContain(`<code>${trusting}</code>`);
      expect(page).toContain('replace it with<pre>host orders shop_app 127.0.0.1/32 scram-sha-256</pre>');
    } finally {
      writeFileSync(server.hbaFile, before);
      await server.query('SELECT pg_catalog.pg_reload_conf()');
      deployment.write('local/postgres-admin-dsn', plain);
    }
  });
});

describe('files', () => {
  test('the page is private, needs nothing else, and an answer that failed leaves it as it was', async () => {
    await ran(['report', '-o', 'report.html']);
    const page = readFileSync(deployment.path('report.html'), 'utf8');
    expect(statSync(deployment.path('report.html')).mode & 0o777).toBe(0o600);
    expect(page).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
    expect(page.match(/\b(?:src|href)="(?!#)|<script|url\(|@import/g)).toBeNull();
    const { exit, stderr } = await deployment.run(['report', '-o', 'report.html', '--timeout', '1ms']);
    expect([exit, stderr]).toEqual([1, expect.stringContaining('timeout')]);
    expect(readFileSync(deployment.path('report.html'), 'utf8')).toBe(page);
  });

  test('--from draws saved answers without a server; --diff tells what became different', async () => {
    await ran(['report', '-f', 'json', '-o', 'old.json']);
    await using _undo = await changed('GRANT INSERT ON app.items TO shop_reader');
    for (const verb of ['plan', 'status', 'verify']) await deployment.run([verb, '-f', 'json', '-o', `${verb}.json`]);
    await ran(['report', '-f', 'json', '-o', 'new.json']);
    const nowhere = { cwd: '/', timeoutMs: 30_000 };
    const from = (...names: readonly string[]) => names.flatMap((name) => ['--from', deployment.path(name)]);
    const { stdout: whole, exit } = await deployment.run(
      ['report', ...from('new.json'), '--diff', deployment.path('old.json'), '--check'],
      nowhere,
    );
    expect(exit).toBe(3);
    expect(whole).toMatch(/shop_reader in orders<\/th>\s*<td>read<\/td>\s*<td>read, write in part/);
    const parts = await deployment.run(['report', ...from('plan.json', 'status.json', 'verify.json')], nowhere);
    expect([parts.exit, parts.stderr]).toEqual([0, '']);
    expect(parts.stdout).toContain('No answer of report was given.');
    const missing = await deployment.run(['report', ...from('none.json')], nowhere);
    expect([missing.exit, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toContain('none.json does not exist');
  });

  test('no password of a file is in a page or an answer, nor a verifier', async () => {
    const secrets = readFileSync(deployment.path('local/dsn/orders.shop_app.dsn'), 'utf8');
    const { password = '' } = parseDsn(secrets.trim());
    const admin = parseDsn(readFileSync(deployment.path('local/postgres-admin-dsn'), 'utf8').trim()).password ?? '';
    expect([password.length, admin.length].every((length) => length > 8)).toBe(true);
    const shown = [await ran(['report']), await ran(['report', '-f', 'json']), await ran(['report', '-vv'])];
    for (const text of shown)
      for (const secret of [password, admin, 'SCRAM-SHA-256$']) expect(text).not.toContain(secret);
  });
});

const older = installedMajors().filter((major) => major !== 18);

describe.each(someOf('reports of older versions', older, 2))('PostgreSQL %i', (major) => {
  test('a report says what the server lets roles do', { timeout: 90_000 }, async () => {
    await using older = await startServer({ major });
    using own = makeDeployment({ adminDsn: older.dsn(), keys: manifestKeys });
    own.write('bus.yaml', manifest);
    expect((await own.run(['apply'], { timeoutMs: 60_000 })).exit).toBe(0);
    await older.query('SET ROLE shop_owner; CREATE TABLE app.sales (id int)', { database: 'orders' });
    await older.query('GRANT INSERT ON app.sales TO shop_reader', { database: 'orders' });
    const { stdout, stderr, exit } = await own.run(['report', '-f', 'json'], { timeoutMs: 60_000 });
    expect(exit, stderr).toBe(0);
    const { report, complete } = JSON.parse(stdout) as Awaited<ReturnType<typeof reported>>;
    const words = ['shop_owner', 'shop_migrator', 'shop_app', 'shop_reader', 'alice'].map((role) =>
      wordOf(report, role),
    );
    expect(words).toEqual([
      ['owner', undefined],
      ['connect', undefined],
      ['write', undefined],
      ['read, write in part', 'read'],
      ['write', undefined],
    ]);
    expect(report.memberships).toContainEqual({
      member: 'shop_migrator',
      group: 'shop_owner',
      admin: false,
      inherit: false,
      set: true,
    });
    expect([complete, report.unseen, report.entrances.length > 0]).toEqual([true, [], true]);
  });
});
