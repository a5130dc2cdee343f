// What a manifest retires while it is still in use: sessions are ended, databases only go with a dump and nobody in them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKeptSessions } from 'bus-integration-postgres';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment, fromManifest, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';
import { someOf } from './variants.ts';

const before = `
roles: {o: {}, svc: {login: true}, other: {login: true}, old: {login: true}}
databases: {app: {access: {svc: create, old: create}}, legacy: {access: {svc: create, old: create}}}
`;
const kept = `
roles: {o: {}, svc: {login: true}, other: {login: true}}
databases:
  app: {access: {svc: create}}
`;
const dumpOf = (database: string) =>
  `--\n-- PostgreSQL database dump\n--\n\n\\connect ${database}\n\n--\n-- PostgreSQL database dump complete\n--\n`;

describe.each(someOf('retirement', [14, 18] as const, 1))('PostgreSQL %i', (major) => {
  let server: Server;
  let adminDsn: string;
  beforeEach(async () => {
    server = await startServer({ major });
    adminDsn = await createPlainAdmin(server);
  });
  afterEach(() => server.stop());

  async function begun(folder: string): Promise<Deployment> {
    const deployment = createDeployment({ adminDsn, desired: fromManifest(before), folder });
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    return deployment;
  }

  const desired = (folder: string, text: string, declared = kept) =>
    createDeployment({ adminDsn, desired: fromManifest(`${declared}${text}`), folder });

  async function loggedIn(dsn: string): Promise<Client & AsyncDisposable & { ended: Promise<void> }> {
    const { username, password, pathname } = new URL(dsn);
    const place = { host: '127.0.0.1', port: server.port, ssl: false as const };
    const client = new Client({ ...place, user: username, password, database: pathname.slice(1) });
    await client.connect();
    // A session that is ended tells it twice: by the server's message, and by the connection that closes.
    const ended = new Promise<void>((resolve) => client.on('error', () => resolve()));
    return Object.assign(client, { ended, [Symbol.asyncDispose]: () => client.end().catch(() => undefined) });
  }

  test('sessions of a retired role are told and ended, in whatever database, and it logs in no more', async () => {
    using folder = temporaryFolder();
    const first = await begun(folder.path);
    await using session = await loggedIn(first.dsn('app.old.dsn'));
    await session.query('BEGIN; CREATE TABLE public.unfinished (id int)');
    const deployment = desired(
      folder.path,
      'retire: {roles: {old: {reassign_to: o}}}',
      `${kept}  legacy: {access: {svc: create}}\n`,
    );
    const plan = await deployment.plan({ allow: ['destructive'] });
    expect(plan.diagnostics.map(({ message }) => message)).toContain(
      'role old is to be retired, and 1 session of it is open, which apply ends',
    );
    expect(plan.steps.find(({ action }) => action === 'end-login')?.sql).toEqual(
      expect.arrayContaining(['ALTER ROLE "old" NOLOGIN', expect.stringContaining('pg_terminate_backend')]),
    );
    const applied = await deployment.apply({ allow: ['destructive'] });
    expect(applied.ok, explain(applied)).toBe(true);
    await session.ended;
    expect(await server.query("SELECT FROM pg_roles WHERE rolname = 'old'")).toEqual([]);
    const status = await deployment.status();
    // Its files are told, and stay until somebody removes them.
    expect(status.leftovers?.map(({ name, command }) => [name, command])).toEqual(
      ['app.old.dsn', 'legacy.old.dsn'].map((name) => [name, `rm -- ./local/dsn/${name}`]),
    );
  });

  test('what a retired role has in another deployment’s database, and in nobody’s, is told before anything is done', async () => {
    using folder = temporaryFolder();
    await begun(folder.path);
    for (const sql of [
      'CREATE DATABASE theirs',
      "COMMENT ON DATABASE theirs IS 'bus-deployment=another'",
      'CREATE DATABASE free',
    ])
      await server.query(sql);
    await server.query('CREATE TABLE public.of_old (); ALTER TABLE public.of_old OWNER TO old', { database: 'theirs' });
    await server.query('CREATE TABLE public.seen (); GRANT SELECT ON public.seen TO old', { database: 'free' });
    const deployment = desired(
      folder.path,
      'retire: {roles: {old: {reassign_to: o}}}',
      `${kept}  legacy: {access: {svc: create}}\n`,
    );
    for (const verb of ['plan', 'status'] as const) {
      const { diagnostics } = await deployment[verb]();
      const told = diagnostics.filter(({ code }) => code === 'retired-role-elsewhere');
      expect(told.map(({ severity, message }) => [severity, message])).toEqual([
        [
          'info',
          "role old is to be retired, and has rights in database free, which is not a deployment's: apply changes that database too",
        ],
        [
          'warn',
          "role old is to be retired, and owns 1 table in database theirs, which is deployment another's: apply changes that database too",
        ],
      ]);
    }
  });

  test('a dump without a table of the database is none', async () => {
    using folder = temporaryFolder();
    await begun(folder.path);
    await server.query('CREATE TABLE public.later (id int)', { database: 'legacy' });
    const path = join(folder.path, 'legacy.dump');
    const retire = 'retire: {databases: {legacy: {drop: legacy, dump: ./legacy.dump}}}';
    const faultOf = async (text: string) => {
      writeFileSync(path, text);
      const answer = await desired(folder.path, retire, before.replace(/, legacy.*}}}/, '}')).plan({
        allow: ['destructive'],
      });
      return answer.diagnostics.find(({ code }) => code === 'retired-database-dump')?.message;
    };
    const refused = "database legacy can't be retired: its dump ./legacy.dump";
    expect(await faultOf(dumpOf('legacy'))).toBe(`${refused} holds no definition of table public.later`);
    expect(await faultOf(dumpOf('postgres'))).toBe(`${refused} is of database postgres`);
    const made = dumpOf('legacy').replace('legacy\n', 'legacy\nCREATE TABLE public.later (\n    id integer\n);\n');
    expect(await faultOf(made)).toMatch(`${refused} holds no rows`);
    expect(await faultOf(made.replace(');\n', ');\nCOPY public.later (id) FROM stdin;\n\\.\n'))).toBeUndefined();
  });

  test('a database goes with its dump and with nobody in it, the sessions of roles that go with it excepted', async () => {
    using folder = temporaryFolder();
    const first = await begun(folder.path);
    const path = join(folder.path, 'dumps', 'legacy.dump');
    const retire = 'retire: {roles: {old: {}}, databases: {legacy: {drop: legacy, dump: ./dumps/legacy.dump}}}';
    const flags = { allow: ['destructive'] };
    const withoutDump = desired(folder.path, 'retire: {databases: {legacy: {drop: legacy}}}');
    const unnamed = await withoutDump.plan(flags);
    expect(unnamed).toMatchObject({ ok: false, error_class: 'unsafe' });
    expect(unnamed.diagnostics[0]?.message).toBe("database legacy can't be retired: the manifest names no dump of it");
    const deployment = desired(folder.path, retire);
    const missing = await deployment.apply(flags);
    expect(missing.diagnostics[0]).toMatchObject({
      code: 'retired-database-dump',
      message: "database legacy can't be retired: its dump ./dumps/legacy.dump is not there",
      remedy: 'as the admin pg_dump --format=custom --dbname=legacy --file ./dumps/legacy.dump',
    });
    mkdirSync(join(folder.path, 'dumps'));
    writeFileSync(path, dumpOf('legacy'));
    expect((await deployment.plan()).diagnostics[0]).toMatchObject({ code: 'hazard' });

    await using stays = await loggedIn(first.dsn('legacy.svc.dsn'));
    await using goes = await loggedIn(first.dsn('legacy.old.dsn'));
    const used = await deployment.apply(flags);
    expect(used).toMatchObject({ ok: false, error_class: 'unsafe' });
    expect(used.diagnostics[0]?.message).toBe("database legacy can't be retired: in it are 1 session of svc");
    await stays.end();
    await expect.poll(async () => (await deployment.plan(flags)).ok).toBe(true);
    const plan = await deployment.plan(flags);
    expect(stepLines(plan.steps)).toEqual(['end-login old', 'drop-database legacy', 'clear-role old', 'drop-role old']);
    const applied = await deployment.apply(flags);
    expect(applied.ok, explain(applied)).toBe(true);
    await goes.ended;
    expect(await server.query("SELECT FROM pg_database WHERE datname = 'legacy'")).toEqual([]);
    const again = await deployment.plan();
    expect([again.ok, stepLines(again.steps)]).toEqual([true, []]);
  });

  test('a database that gets the name of the one that goes stays', async () => {
    using folder = temporaryFolder();
    await begun(folder.path);
    mkdirSync(join(folder.path, 'dumps'));
    writeFileSync(join(folder.path, 'dumps', 'legacy.dump'), dumpOf('legacy'));
    await server.query('CREATE DATABASE spare');
    // As the admin's own, it could be dropped.
    await server.query('ALTER DATABASE spare OWNER TO deploy_admin');
    const stranger = new Client({ connectionString: server.dsn() });
    await stranger.connect();
    await stranger.query('BEGIN; ALTER ROLE old CONNECTION LIMIT 7');
    const retire = 'retire: {roles: {old: {}}, databases: {legacy: {drop: legacy, dump: ./dumps/legacy.dump}}}';
    const retirement = desired(folder.path, retire).apply({ allow: ['destructive'] });
    const waiting =
      "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND position('ALTER ROLE \"old\"' IN query) > 0";
    await expect.poll(async () => (await server.query(waiting)).length, { timeout: 20_000 }).toBe(1);
    await stranger.query(
      'ALTER DATABASE legacy RENAME TO legacy_before; ALTER DATABASE spare RENAME TO legacy; COMMIT',
    );
    await stranger.end();
    const answer = await retirement;
    expect(answer.error_class, explain(answer)).toBe('unsafe');
    expect(answer.diagnostics[0]?.code).toBe('retired-database-other');
    const both = "SELECT datname FROM pg_database WHERE datname LIKE 'legacy%' ORDER BY 1";
    expect(await server.query(both)).toEqual([{ datname: 'legacy' }, { datname: 'legacy_before' }]);
  });

  test('connections that serving surfaces keep in a database that goes are ended first', async () => {
    using folder = temporaryFolder();
    await begun(folder.path);
    mkdirSync(join(folder.path, 'dumps'));
    writeFileSync(join(folder.path, 'dumps', 'legacy.dump'), dumpOf('legacy'));
    // One of this process, one of another.
    const [own, others] = [createKeptSessions({ idleMs: 60_000 }), createKeptSessions({ idleMs: 60_000 })];
    try {
      for (const kept of [own, others]) {
        const reading = createDeployment({ adminDsn, desired: fromManifest(before), folder: folder.path, kept });
        expect((await reading.plan()).ok).toBe(true);
      }
      const inside = "SELECT count(*)::int FROM pg_stat_activity WHERE datname = 'legacy'";
      expect(await server.query(inside)).toEqual([{ count: 2 }]);
      const retire = 'retire: {roles: {old: {}}, databases: {legacy: {drop: legacy, dump: ./dumps/legacy.dump}}}';
      const deployment = createDeployment({
        ...{ adminDsn, desired: fromManifest(`${kept}${retire}`), folder: folder.path, kept: own },
      });
      const applied = await deployment.apply({ allow: ['destructive'] });
      expect(applied.ok, explain(applied)).toBe(true);
      expect(await server.query("SELECT FROM pg_database WHERE datname = 'legacy'")).toEqual([]);
      // The server waits for five seconds before it refuses.
      expect(server.log()).not.toMatch(/database "legacy" is being accessed by other users/);
    } finally {
      await own.close();
      await others.close();
    }
  });

  test('no database goes that carries another mark, or none, whatever is allowed', async () => {
    using folder = temporaryFolder();
    await server.query('CREATE DATABASE theirs');
    const deployment = desired(folder.path, 'retire: {databases: {theirs: {drop: theirs, dump: ./d.dump}}}');
    writeFileSync(join(folder.path, 'd.dump'), dumpOf('theirs'));
    for (const comment of ['NULL', "'bus-deployment=another'"]) {
      await server.query(`COMMENT ON DATABASE theirs IS ${comment}`);
      const plan = await deployment.apply({ allow: ['destructive'], adopt: true, adopt_from: 'another' });
      expect(plan).toMatchObject({ ok: false, error_class: 'not-ours' });
    }
  });

  test('one whose DROP DATABASE was cut off is dropped, and one of another owner', async () => {
    using folder = temporaryFolder();
    await begun(folder.path);
    const deployment = desired(folder.path, 'retire: {databases: {legacy: {drop: legacy, dump: ./none}}}');
    await server.query("UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'legacy'");
    await server.query('ALTER DATABASE legacy OWNER TO o');
    const applied = await deployment.apply({ allow: ['destructive', 'revoke'] });
    expect(applied.ok, explain(applied)).toBe(true);
    expect(await server.query("SELECT FROM pg_database WHERE datname = 'legacy'")).toEqual([]);
  });
});
