// Faults of a server that doctor must see, each made for real, and gone again where it must not see them.
import { createPlainAdmin, installedMajors, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDeployment, temporaryFolder } from '../scenarios/deployment.ts';
import { explain } from '../scenarios/stage.ts';
import { checkOf, checksOf, desired, examine, faults, holdConnection } from './examined.ts';

/** What every plain admin's doctor can't see. */
const unseen = ['unknown verifier'];

let server: Server;
let plain: string;
beforeAll(async () => {
  server = await startServer({ settings: { max_prepared_transactions: '5' } });
  plain = await createPlainAdmin(server);
});
afterAll(() => server.stop());

describe.each(installedMajors())('PostgreSQL %i', (major) => {
  it('is found healthy, before an apply and after it', async () => {
    await using own = await startServer({ major });
    const old = major < 15 ? ['warn server-version', 'skipped collation'] : [];
    const admin = await createPlainAdmin(own);
    using folder = temporaryFolder();
    expect(faults(await examine(own.dsn()))).toEqual(old);
    expect(faults(await examine(admin))).toEqual([...old, ...unseen]);
    const deployment = createDeployment({ adminDsn: admin, desired, folder: folder.path });
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    const seen = await deployment.doctor();
    // 14 gives PUBLIC rights in schema public that only a superuser could take away.
    const writable = major < 15 ? ['warn public-writable', 'warn public-writable'] : [];
    expect(faults(seen)).toEqual([...old, ...unseen, ...writable]);
    if (major < 15) expect(checksOf(seen, 'public-writable')[0]?.remedy).toContain('REVOKE CREATE ON SCHEMA "public"');
  });
});

describe('transactions in the way', () => {
  it.each([
    ['a role that is not committed', 'CREATE ROLE half_made', 'has changed pg_auth_members, pg_authid'],
    ['a locked catalog', 'LOCK TABLE pg_catalog.pg_shdescription IN EXCLUSIVE MODE', 'locks pg_shdescription'],
  ])('%s is told, and who', async (_, statement, what) => {
    await using client = await holdConnection(server.dsn());
    await client.query(`BEGIN; ${statement}`);
    const asSuperuser = checkOf(await examine(server.dsn()), 'blocking-locks');
    expect(asSuperuser).toMatchObject({ result: 'warn', remedy: expect.stringContaining('pg_terminate_backend(') });
    expect(asSuperuser.seen).toMatch(
      new RegExp(`^server process \\d+ of postgres \\(somebody\\) ${what}.*, for \\d+ s`),
    );
    const asPlain = checkOf(await examine(plain), 'blocking-locks');
    expect(asPlain.seen).toContain(`(somebody) ${what}`);
    expect(asPlain.seen).toContain(`since when can't be seen (GRANT pg_read_all_stats TO "deploy_admin";`);
    await client.query('ROLLBACK');
    expect(checkOf(await examine(plain), 'blocking-locks').result).toBe('ok');
  });

  it('a prepared one is told by its name', async () => {
    await server.query(`BEGIN; CREATE ROLE half_made; PREPARE TRANSACTION 'it''s half'`);
    const { result, seen, remedy } = checkOf(await examine(plain), 'blocking-locks');
    expect([result, seen, remedy]).toEqual([
      'warn',
      expect.stringMatching(/^prepared transaction "it's half" has changed .*pg_authid.*, for \d+ s/),
      `its owner or a superuser runs, in its database: ROLLBACK PREPARED 'it''s half';`,
    ]);
    await server.query(`ROLLBACK PREPARED 'it''s half'`);
    expect(faults(await examine(plain))).toEqual(unseen);
  });

  it('sessions in the templates are told', async () => {
    {
      await using _client = await holdConnection(server.dsn('template1'));
      const found = checkOf(await examine(plain), 'template-sessions');
      expect(found.result).toBe('warn');
      expect(found.seen).toContain('of postgres (somebody) is connected to template1');
    }
    await server.query('ALTER DATABASE template0 ALLOW_CONNECTIONS true');
    {
      await using _client = await holdConnection(server.dsn('template0'));
      const found = checkOf(await examine(plain), 'template-sessions');
      expect(found.result).toBe('fail');
      expect(found.remedy).toContain('ALTER DATABASE template0 ALLOW_CONNECTIONS false;');
    }
    await server.query('ALTER DATABASE template0 ALLOW_CONNECTIONS false');
    const own = plain.replace('/postgres', '/template1');
    expect(checkOf(await examine(own), 'template-sessions').remedy).toBe('name database postgres in the admin DSN');
  });
});

describe('what the admin may not', () => {
  it('is told as SQL for a DBA, which is all that it takes', async () => {
    await using own = await startServer();
    await own.query(`CREATE ROLE weak LOGIN PASSWORD 'weak'`);
    using folder = temporaryFolder();
    const deployment = createDeployment({
      adminDsn: own.dsn('postgres', 'weak', 'weak'),
      desired,
      folder: folder.path,
    });
    const before = await deployment.doctor();
    expect(faults(before)).toEqual([...unseen, 'fail lacks-createrole', 'fail lacks-createdb']);
    expect(checksOf(before, 'admin-rights')).toEqual([]);
    for (const id of ['lacks-createrole', 'lacks-createdb'])
      await own.query((checkOf(before, id).remedy ?? '').replace('a superuser runs, in any database: ', ''));
    expect(checkOf(await deployment.doctor(), 'admin-rights').result).toBe('ok');
    const applied = await deployment.apply();
    expect(applied.ok, explain(applied)).toBe(true);
  });
});

describe('what the server is', () => {
  it('a standby', async () => {
    await using standby = await startServer({ isStandby: true });
    const seen = await examine(standby.dsn());
    expect(seen.ok).toBe(false);
    expect(checkOf(seen, 'standby')).toMatchObject({
      result: 'fail',
      remedy: expect.stringContaining('target_session_attrs=read-write'),
    });
  });

  it('nearly out of connections, or the admin out of its own', async () => {
    await using small = await startServer({
      settings: { max_connections: '8', superuser_reserved_connections: '2', max_wal_senders: '0' },
    });
    const admin = await createPlainAdmin(small);
    expect(checkOf(await examine(admin), 'connections').result).toBe('ok');
    {
      await small.query(`CREATE ROLE guest LOGIN PASSWORD 'guest'`);
      await using _one = await holdConnection(small.dsn('postgres', 'guest', 'guest'));
      await using _two = await holdConnection(small.dsn('postgres', 'guest', 'guest'));
      expect(checkOf(await examine(admin), 'connections')).toMatchObject({
        result: 'warn',
        seen: expect.stringMatching(/^only [23] of 8 connections are free for deploy_admin/),
      });
    }
    {
      const guests = await Promise.all(
        [1, 2, 3, 4, 5].map(() => holdConnection(small.dsn('postgres', 'guest', 'guest'))),
      );
      const full = await examine(admin);
      expect(checkOf(full, 'connections').seen).toMatch(/^only 0 of 8/);
      expect(checkOf(full, 'several-servers')).toMatchObject({
        result: 'unknown',
        seen: expect.stringContaining('a second connection could not be had'),
      });
      await Promise.all(guests.map((guest) => guest.end()));
    }
    await small.query('ALTER ROLE deploy_admin CONNECTION LIMIT 3');
    const [, own] = checksOf(await examine(admin), 'connections');
    expect(own?.seen).toContain('role deploy_admin may have 3 connections and has');
    expect(own?.remedy).toBe('a superuser runs, in any database: ALTER ROLE "deploy_admin" CONNECTION LIMIT -1;');
  });

  it('what was changed and needs a restart, on the oldest and the newest version', { timeout: 60_000 }, async () => {
    for (const major of [14, 18] as const) {
      await using own = await startServer({ major });
      expect(checksOf(await examine(own.dsn()), 'pending-restart')).toEqual([]);
      await own.query("ALTER SYSTEM SET listen_addresses = '*'");
      await own.query('ALTER SYSTEM SET max_connections = 77');
      await own.reload();
      await expect
        .poll(async () => checksOf(await examine(own.dsn()), 'pending-restart'), { timeout: 10_000 })
        .toMatchObject([
          {
            result: 'warn',
            seen: 'changed, and not in force before a restart: listen_addresses, max_connections',
          },
        ]);
    }
  });

  it('a clock that differs from ours', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 90_000 });
    try {
      expect(checkOf(await examine(plain), 'clock')).toMatchObject({
        result: 'warn',
        seen: expect.stringMatching(/^the server's clock is \d\d s behind this machine's/),
      });
    } finally {
      vi.useRealTimers();
    }
    expect(checkOf(await examine(plain), 'clock').result).toBe('ok');
  });

  it('collation versions that changed, which keep template0 from being copied', async () => {
    await using drifting = await startServer();
    const record = (name: string, version: string) =>
      drifting.query(`UPDATE pg_catalog.pg_database SET datcollversion = ${version} WHERE datname = '${name}'`);
    await drifting.query(`CREATE DATABASE app TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'`);
    expect(checkOf(await examine(drifting.dsn()), 'collation').result).toBe('ok');
    await record('app', "'1.0'");
    expect(checkOf(await examine(drifting.dsn()), 'collation')).toMatchObject({
      result: 'warn',
      seen: expect.stringMatching(/^database app was made with collation version 1\.0, the server has \d/),
      remedy: expect.stringMatching(
        /superuser runs, in database app: REINDEX DATABASE "app"; ALTER DATABASE "app" REFRESH COLLATION VERSION;$/,
      ),
    });
    await record('app', 'NULL');
    await record('template0', "'1.0'");
    expect(checkOf(await examine(drifting.dsn()), 'collation')).toMatchObject({
      result: 'fail',
      remedy: 'a superuser runs, in any database: ALTER DATABASE "template0" REFRESH COLLATION VERSION;',
    });
    await expect(drifting.query('CREATE DATABASE other TEMPLATE template0')).rejects.toThrow('collation');
  });
});

describe('what else is loaded', () => {
  it('passwordcheck takes verifiers, and is seen only where settings are', async () => {
    await using strict = await startServer();
    const admin = await createPlainAdmin(strict);
    // A restart is a crash, and nothing here waits for its log to be written.
    await strict.query('CHECKPOINT');
    await strict.restart({ settings: { shared_preload_libraries: 'passwordcheck' } });
    await expect(strict.query(`CREATE ROLE careless PASSWORD 'lettersonly'`)).rejects.toThrow('letters and nonletters');
    expect(checkOf(await examine(strict.dsn()), 'verifier')).toMatchObject({
      result: 'ok',
      seen: 'passwordcheck is loaded; verifiers pass it',
    });
    using folder = temporaryFolder();
    const applied = await createDeployment({ adminDsn: admin, desired, folder: folder.path }).apply();
    expect(applied.ok, explain(applied)).toBe(true);
    await strict.query('GRANT pg_read_all_settings TO deploy_admin');
    expect(checkOf(await examine(admin), 'verifier').result).toBe('ok');
  });

  it.each([
    ['credcheck.encrypted_password_allowed', 'off', /^credcheck refuses password verifiers/, /PASSWORD_SEND=plaintext/],
    ['rds.restrict_password_commands', '1', /rds_password/, /GRANT rds_password TO "deploy_admin";/],
  ])('%s = %s would refuse what apply sends', async (name, value, says, fixes) => {
    await server.query(`ALTER ROLE deploy_admin SET ${name} = '${value}'`);
    const found = checkOf(await examine(plain), 'verifier');
    await server.query(`ALTER ROLE deploy_admin RESET ${name}`);
    expect([found.result, found.seen, found.remedy]).toEqual([
      'fail',
      expect.stringMatching(says),
      expect.stringMatching(fixes),
    ]);
  });

  it('roles that a platform reserves can not be declared', async () => {
    await server.query(`ALTER ROLE deploy_admin SET supautils.reserved_roles = 'authenticator*, svc'`);
    expect(checkOf(await examine(plain), 'reserved-roles')).toMatchObject({
      result: 'fail',
      seen: expect.stringContaining('role svc is reserved'),
    });
    expect(
      checkOf(await examine(plain, { desired: { ...desired, serviceRole: 'other' } }), 'reserved-roles').result,
    ).toBe('ok');
    await server.query('ALTER ROLE deploy_admin RESET supautils.reserved_roles');
    expect(checksOf(await examine(plain), 'reserved-roles')).toEqual([]);
  });

  it('event triggers in our databases are named', async () => {
    await using own = await startServer();
    using folder = temporaryFolder();
    const deployment = createDeployment({ adminDsn: own.dsn(), desired, folder: folder.path });
    await deployment.apply();
    expect(checksOf(await deployment.doctor(), 'event-trigger')).toEqual([]);
    await own.query(
      `CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
       CREATE EVENT TRIGGER on_schemas ON ddl_command_end WHEN TAG IN ('CREATE SCHEMA') EXECUTE FUNCTION public.watch();
       CREATE EVENT TRIGGER on_tables ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.watch();
       CREATE EVENT TRIGGER on_entry ON login EXECUTE FUNCTION public.watch();`,
      { database: 'app' },
    );
    expect(checksOf(await deployment.doctor(), 'event-trigger').map(({ result, seen }) => [result, seen])).toEqual([
      ['info', 'event trigger on_entry of app runs watch at every login, which it may refuse'],
      ['info', 'event trigger on_schemas of app runs watch at the end of CREATE SCHEMA, which it may refuse'],
    ]);
  });
});
