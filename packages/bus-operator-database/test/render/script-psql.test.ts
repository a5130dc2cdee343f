// The script of `plan --sql`, read by a real psql on a real server: what it leaves is what apply would have made.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPlainAdmin, installedMajors, psqlPath, startServer } from 'embedded';
import { expect, it } from 'vitest';
import { main } from '../../src/index.ts';
import { captured } from '../fake-provider.ts';

const psql = psqlPath();
const supported = installedMajors().filter((major) => major >= 15);
const databases = ['plain', 'with.dot', 'a=b', `it's"quoted"`, 'back\\slash', ':name', 'postgresql://x', "d'\\"];

it.skipIf(psql === undefined)('runs in psql for every name, and apply --rotate finishes it', async () => {
  await using server = await startServer();
  const directory = mkdtempSync(join(tmpdir(), 'operator-script-'));
  try {
    const dsn = await createPlainAdmin(server);
    mkdirSync(join(directory, 'local'), { mode: 0o700 });
    writeFileSync(join(directory, 'local', 'admin'), dsn, { mode: 0o600 });
    const env = {
      PATH: process.env.PATH,
      HOME: directory,
      BUS_DEPLOYMENT_ID: 'script-dev',
      BUS_POSTGRES_ADMIN_DSN_FILE: './local/admin',
      BUS_DATABASE_NAMES: databases.join(','),
      BUS_DATABASE_SERVICE_ROLE: 'service "role"',
      BUS_DATABASE_SCHEMAS: 'public,audit',
      BUS_DATABASE_DSN_OUTPUT_DIR: './local/dsn',
    };
    const go = async (...argv: string[]) => {
      const { processContext, out, err } = captured(directory, env);
      const status = await main(argv, processContext);
      return { status, out: out(), err: err() };
    };
    expect(await go('plan', '--sql', '-o', 'plan.sql')).toEqual({ status: 0, out: '', err: '' });
    await promisify(execFile)(psql ?? 'psql', ['-X', '-q', '-d', dsn, '-f', join(directory, 'plan.sql')]);

    const refused = await go('apply');
    expect(refused.status).toBe(4);
    expect(refused.out).toContain('no file holds its password');
    expect(await go('apply', '--rotate', env.BUS_DATABASE_SERVICE_ROLE)).toMatchObject({
      status: 0,
      err: '',
      out: expect.stringMatching(/^ok: true\n/),
    });
    expect((await go('plan')).out).toContain('nothing to do: 1 role, 8 databases, 8 files are as declared');
    expect(await go('verify')).toMatchObject({ status: 0, out: expect.stringMatching(/^ok: true\n/) });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it.skipIf(psql === undefined).each(supported)(
  'run by a superuser, it leaves all to the plain admin: PostgreSQL %i',
  async (major) => {
    await using server = await startServer({ major });
    const directory = mkdtempSync(join(tmpdir(), 'operator-script-'));
    using place = { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
    const dsn = await createPlainAdmin(server, 'Deploy "admin"');
    mkdirSync(join(place.directory, 'local'), { mode: 0o700 });
    writeFileSync(join(place.directory, 'local', 'admin'), dsn, { mode: 0o600 });
    const env = {
      PATH: process.env.PATH,
      HOME: place.directory,
      BUS_DEPLOYMENT_ID: 'script-dev',
      BUS_POSTGRES_ADMIN_DSN_FILE: './local/admin',
      BUS_DATABASE_NAMES: 'shop,logs',
      BUS_DATABASE_SERVICE_ROLE: 'service',
      BUS_DATABASE_SCHEMAS: 'public,audit',
      BUS_DATABASE_DSN_OUTPUT_DIR: './local/dsn',
    };
    const go = async (argv: readonly string[], more: Readonly<Record<string, string>> = {}) => {
      const { processContext, out, err } = captured(place.directory, { ...env, ...more });
      const status = await main([...argv], processContext);
      return { status, out: out(), err: err() };
    };
    const bySuperuser = async (more: Readonly<Record<string, string>> = {}) => {
      expect((await go(['plan', '--sql', '-o', 'plan.sql'], more)).status).toBe(0);
      const script = join(place.directory, 'plan.sql');
      await promisify(execFile)(psql ?? 'psql', ['-X', '-q', '-d', server.dsn(), '-f', script]);
      return readFileSync(script, 'utf8');
    };
    const script = await bySuperuser();
    const [, next = ''] = /^-- {3}bus operator database (apply .*)$/m.exec(script) ?? [];
    expect(next).toBe('apply --rotate service');
    expect(await go(next.split(' '))).toMatchObject({ status: 0, out: expect.stringMatching(/^ok: true\n/) });
    expect((await go(['plan', '--check'])).status).toBe(0);
    expect(await go(['verify'])).toMatchObject({ status: 0, out: expect.stringMatching(/^ok: true\n/) });
    // What the admin declares more later it can make in what the superuser made.
    const more = { BUS_DATABASE_SCHEMAS: 'public,audit,more' };
    expect((await go(['apply'], more)).status).toBe(0);
    // And once more by the superuser, in what the admin has.
    await bySuperuser({ BUS_DATABASE_SCHEMAS: 'public,audit,more,last' });
    expect((await go(['plan', '--check'], { BUS_DATABASE_SCHEMAS: 'public,audit,more,last' })).status).toBe(0);
  },
  60_000,
);

it.skipIf(psql === undefined).each(supported)(
  "a manifest's script gives the admin an owner's rights only while it needs them: PostgreSQL %i",
  async (major) => {
    await using server = await startServer({ major });
    const directory = mkdtempSync(join(tmpdir(), 'operator-script-'));
    using place = { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
    mkdirSync(join(place.directory, 'local'), { mode: 0o700 });
    const dsn = await createPlainAdmin(server);
    writeFileSync(join(place.directory, 'local', 'admin'), dsn, { mode: 0o600 });
    writeFileSync(join(place.directory, 'shop.yaml'), manifest);
    const env = {
      PATH: process.env.PATH,
      HOME: place.directory,
      BUS_DATABASE_MANIFEST_FILE: './shop.yaml',
      BUS_POSTGRES_ADMIN_DSN_FILE: './local/admin',
      BUS_DATABASE_DSN_OUTPUT_DIR: './local/dsn',
    };
    const go = async (...argv: string[]) => {
      const { processContext, out, err } = captured(place.directory, env);
      const status = await main(argv, processContext);
      return { status, out: out(), err: err() };
    };
    expect(await go('plan', '--sql', '-o', 'plan.sql')).toEqual({ status: 0, out: '', err: '' });
    const script = join(place.directory, 'plan.sql');
    expect(readFileSync(script, 'utf8')).toContain('GRANT "owner" TO CURRENT_USER');
    await promisify(execFile)(psql ?? 'psql', ['-X', '-q', '-d', dsn, '-f', script]);
    const left = await server.query(
      `SELECT FROM pg_auth_members WHERE member = 'deploy_admin'::regrole AND grantor = 'deploy_admin'::regrole`,
    );
    expect(left).toEqual([]);
    expect(await go('apply', '--rotate', 'svc', '--rotate', 'migrator')).toMatchObject({ status: 0, err: '' });
    expect((await go('plan', '--check')).status).toBe(0);
  },
  60_000,
);

const manifest = `version: 1
deployment: script-dev
roles:
  owner: {}
  migrator: {login: true, acts_as: owner}
  team: {}
  svc: {login: true, connections: 5, settings: {search_path: [app, public]}, member_of: [team]}
databases:
  shop: {owner: owner, schemas: [app], settings: {work_mem: 8MB}, access: {migrator: connect, svc: write, team: read}}
`;

if (psql === undefined) console.log('skipped: no psql on PATH, so the script of plan --sql was not run by one');
