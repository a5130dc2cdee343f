// What looks left over and is another's: DSN files in one directory, databases with a mark that their owner gave them,
// schemas of another owner; and what is retired where the admin's own database goes.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Response } from 'bus-integration-database';
import { createPlainAdmin, psqlPath, type Server, startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { skip } from './bad-input/refusal.ts';
import { type Deployment, makeDeployment } from './deployment.ts';
import { someOf } from './variants.ts';

const psql = psqlPath();
if (psql === undefined) console.log('what is printed for psql is not tried: there is no psql');

const verbs = ['plan', 'apply', 'status', 'verify'] as const;

async function asked(deployment: Deployment, ...args: readonly string[]): Promise<Response> {
  return JSON.parse((await deployment.run([...args, '-f', 'json'])).stdout) as Response;
}

const named = ({ leftovers = [] }: Response) => leftovers.map(({ kind, name }) => `${kind} ${name}`);

/** Of the deployment `one`, unless keys say otherwise. */
function deploymentIn(directory: string, adminDsn: string, keys: Record<string, string>): Deployment {
  return makeDeployment({
    adminDsn,
    keys: { BUS_DATABASE_DSN_OUTPUT_DIR: directory, BUS_DATABASE_SERVICE_ROLE: 'svc', ...keys },
  });
}

describe.each(someOf('leftovers of others', ['plain', 'superuser'], 1))('a %s admin', (kind) => {
  const adminOf = (server: Server) => (kind === 'plain' ? createPlainAdmin(server) : server.dsn());

  test('DSN files of other deployments, of this server and of another, are nobody’s to remove', {
    timeout: 300_000,
  }, async () => {
    await using server = await startServer({ major: 18 });
    await using elsewhere = await startServer({ major: 18 });
    using place = makeDeployment();
    const directory = place.path('dsn');
    const [here, there] = [await adminOf(server), await adminOf(elsewhere)];
    using one = deploymentIn(directory, here, { BUS_DEPLOYMENT_ID: 'one', BUS_DATABASE_NAMES: 'app,old' });
    using two = deploymentIn(directory, here, {
      BUS_DEPLOYMENT_ID: 'two',
      BUS_DATABASE_NAMES: 'theirs',
      BUS_DATABASE_SERVICE_ROLE: 'their_svc',
      BUS_DATABASE_ROLE_NAMES: 'their_reader',
    });
    using far = deploymentIn(directory, there, {
      BUS_DEPLOYMENT_ID: 'far',
      BUS_DATABASE_NAMES: 'far_away',
      BUS_DATABASE_SERVICE_ROLE: 'far_svc',
    });
    for (const each of [one, two, far]) expect(await asked(each, 'apply')).toMatchObject({ ok: true });
    writeFileSync(`${directory}/notes.dsn`, 'not ours\n', { mode: 0o600 });
    mkdirSync(`${directory}/directory.dsn`);
    for (const each of [one, two, far]) {
      for (const verb of verbs) expect(named(await asked(each, verb)), verb).toEqual([]);
    }
    one.configure({ BUS_DATABASE_NAMES: 'app' });
    for (const verb of verbs) expect(named(await asked(one, verb)), verb).toEqual(['database old', 'dsn-file old.dsn']);
    for (const each of [two, far]) expect(named(await asked(each, 'status'))).toEqual([]);
    await server.query('DROP DATABASE old');
    expect(named(await asked(one, 'status')), 'its database is gone').toEqual(['dsn-file old.dsn']);
    const [left] = (await asked(one, 'status')).leftovers ?? [];
    execFileSync('sh', ['-ec', left?.command ?? 'false'], { cwd: one.directory });
    expect(existsSync(`${directory}/old.dsn`)).toBe(false);
    for (const each of [one, two, far]) expect(await asked(each, 'verify')).toMatchObject({ ok: true, leftovers: [] });
  });

  test("a stranger's database with this deployment's mark is told as what it is", { timeout: 120_000 }, async () => {
    await using server = await startServer({ major: 18 });
    using one = makeDeployment({
      adminDsn: await adminOf(server),
      keys: { BUS_DEPLOYMENT_ID: 'one', BUS_DATABASE_NAMES: 'app', BUS_DATABASE_SERVICE_ROLE: 'svc' },
    });
    expect(await asked(one, 'apply')).toMatchObject({ ok: true });
    await server.query('CREATE ROLE stranger CREATEDB');
    await server.query('CREATE DATABASE theirs OWNER stranger');
    await server.query("SET ROLE stranger; COMMENT ON DATABASE theirs IS 'bus-deployment=one'; RESET ROLE");
    for (const verb of verbs) {
      const { ok, leftovers, diagnostics } = await asked(one, verb);
      expect({ ok, leftovers }, verb).toEqual({ ok: true, leftovers: [] });
      expect(
        diagnostics.filter(({ code }) => code === 'mark-of-another-owner'),
        verb,
      ).toEqual([
        {
          severity: 'warn',
          code: 'mark-of-another-owner',
          message: "database theirs carries this deployment's mark, but belongs to stranger",
          target: 'theirs',
        },
      ]);
    }
  });
});

test('a symbolic link among the DSN files is told by every verb, and not followed', { timeout: 90_000 }, async () => {
  await using server = await startServer({ major: 18 });
  using one = makeDeployment({
    adminDsn: server.dsn(),
    keys: { BUS_DEPLOYMENT_ID: 'one', BUS_DATABASE_NAMES: 'app,old', BUS_DATABASE_SERVICE_ROLE: 'svc' },
  });
  expect(await asked(one, 'apply')).toMatchObject({ ok: true });
  one.configure({ BUS_DATABASE_NAMES: 'app' });
  renameSync(one.path('local/dsn/old.dsn'), one.path('elsewhere'));
  symlinkSync('../../elsewhere', one.path('local/dsn/old.dsn'));
  // A pipe would keep whoever opens it.
  execFileSync('mkfifo', [one.path('pipe')]);
  symlinkSync(one.path('pipe'), one.path('local/dsn/piped.dsn'));
  for (const verb of verbs) {
    const { leftovers = [], diagnostics } = await asked(one, verb);
    expect(leftovers.filter(({ kind }) => kind === 'dsn-file')).toEqual([]);
    expect(
      diagnostics.filter(({ code }) => code === 'stray-link'),
      verb,
    ).toEqual([
      {
        severity: 'warn',
        code: 'stray-link',
        message:
          './local/dsn/old.dsn (and 1 more) is a symbolic link, which was not followed, so whether a DSN file is left over there is not known',
        target: './local/dsn/old.dsn',
        remedy: 'ls -l -- ./local/dsn/old.dsn',
        advice: [{ kind: 'command', argv: ['ls', '-l', '--', { path: './local/dsn/old.dsn' }] }],
      },
    ]);
  }
});

test('a schema that was given to somebody says who may drop it, and how much is in it', {
  timeout: 120_000,
}, async () => {
  await using server = await startServer({ major: 18 });
  using one = makeDeployment({
    adminDsn: await createPlainAdmin(server),
    keys: {
      BUS_DEPLOYMENT_ID: 'one',
      BUS_DATABASE_NAMES: 'app',
      BUS_DATABASE_SERVICE_ROLE: 'svc',
      BUS_DATABASE_SCHEMAS: 'public,given,kept',
    },
  });
  expect(await asked(one, 'apply')).toMatchObject({ ok: true });
  await server.query('CREATE ROLE dba');
  await server.query('ALTER SCHEMA given OWNER TO dba', { database: 'app' });
  await server.query('CREATE TABLE given.a (); CREATE TABLE given.b (); CREATE VIEW given.c AS SELECT 1', {
    database: 'app',
  });
  one.configure({ BUS_DATABASE_SCHEMAS: 'public' });
  for (const verb of verbs) {
    expect((await asked(one, verb)).leftovers, verb).toMatchObject([
      {
        name: 'given',
        needs: 'dba, which owns it, or a superuser',
        retire: [{ sql: ['DROP SCHEMA "given" CASCADE;  -- with all that is in it'] }],
      },
      { name: 'kept', retire: [{ sql: ['DROP SCHEMA "kept" CASCADE;  -- with all that is in it'] }] },
    ]);
  }
  expect((await asked(one, 'status')).leftovers?.[1]).not.toHaveProperty('needs');
});

test("what is printed drops the admin's own database too, and postgres where it carries the mark", {
  timeout: 120_000,
}, async (context) => {
  if (psql === undefined) skip(context, 'there is no psql on PATH');
  await using server = await startServer({ major: 18 });
  using one = makeDeployment({
    adminDsn: server.dsn(),
    keys: {
      BUS_DEPLOYMENT_ID: 'one',
      BUS_DATABASE_NAMES: 'app,done,dtwo,zed',
      BUS_DATABASE_SERVICE_ROLE: 'svc',
      BUS_DATABASE_ROLE_NAMES: 'reader',
    },
  });
  expect(await asked(one, 'apply')).toMatchObject({ ok: true });
  one.configure({ BUS_DATABASE_NAMES: 'app', BUS_DATABASE_ROLE_NAMES: undefined });
  await server.query("COMMENT ON DATABASE postgres IS 'bus-deployment=one'");
  const dtwo = server.dsn('dtwo');
  one.write('local/postgres-admin-dsn', `${dtwo}\n`);
  const { stdout } = await one.run(['plan', '-v']);
  const sql = [...stdout.matchAll(/^ {6}(\\connect .*|[A-Z].*;.*)$/gm)].map(([, line]) => line).join('\n');
  expect(sql).toContain('DROP DATABASE "postgres";');
  execFileSync(psql, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', '-', dtwo], { input: sql, stdio: 'pipe' });
  expect(await server.query('SELECT datname FROM pg_database ORDER BY 1', { database: 'app' })).toEqual(
    ['app', 'template0', 'template1'].map((datname) => ({ datname })),
  );
  expect(await server.query("SELECT FROM pg_roles WHERE rolname = 'reader'", { database: 'app' })).toEqual([]);
});
