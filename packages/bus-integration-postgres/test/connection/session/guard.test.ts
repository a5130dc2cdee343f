import { Secret } from 'bus-integration-database';
import { createPlainAdmin, type Major, pgBouncerPath, startPgBouncer, startServer } from 'embedded';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { connect, createConnectCache, createMeter } from '../../../src/connection/connect.ts';
import { guardedScript, guardStatement } from '../../../src/connection/session/guard.ts';
import { pooler } from '../../pooler.ts';
import { brief, targetOf } from '../../target.ts';

const searchPath = 'SELECT pg_catalog.current_setting($1::pg_catalog.text) AS path';
const readOnly = `SELECT pg_catalog.current_setting('transaction_read_only') AS value`;

test('a guard names functions only, with exactly their types, and stands behind BEGIN', () => {
  const guard = guardStatement({ lock_timeout: '7s' }, true);
  expect(guard).toBe(
    "SELECT pg_catalog.current_setting('search_path') AS search_path, pg_catalog.pg_backend_pid() AS pid, " +
      "pg_catalog.set_config('lock_timeout', '7s', true), pg_catalog.set_config('search_path', '', true), " +
      "pg_catalog.set_config('transaction_read_only', 'on', true)",
  );
  expect(guardedScript('BEGIN READ ONLY;\nSELECT 1', 'G')).toEqual({ text: 'BEGIN READ ONLY;\nG;\nSELECT 1', at: 1 });
  expect(guardedScript('begin', 'G')).toEqual({ text: 'begin;\nG', at: 1 });
  expect(guardedScript('SELECT 1; BEGIN', 'G')).toEqual({ text: 'G;\nSELECT 1; BEGIN', at: 0 });
});

test('where the login named no server process, none is taken for its own, and NULL is compared with nothing', () => {
  const settings = { transaction_timeout: '0' };
  const columns = (pid: number | undefined) => guardStatement({}, true, { settings, pid });
  expect(columns(7)).toContain("'0', pg_catalog.int4ne(pg_catalog.pg_backend_pid(), 7))");
  expect(columns(undefined)).toContain("set_config('transaction_timeout', '0', true)");
});

describe.each([14, 18] as const)('PostgreSQL %i', (major: Major) => {
  test('a search_path of the role or the database never holds, and each session is judged in its first round trip', async () => {
    await using server = await startServer({ major });
    await server.query('CREATE DATABASE app');
    await server.query(
      'ALTER DATABASE app SET search_path = public, pg_catalog; ALTER ROLE ALL SET search_path = public',
    );
    const meter = createMeter();
    await using session = await connect(targetOf(server, { options: '-c search_path=public' }), {
      ...brief,
      meter,
      database: 'app',
    });
    expect(await session.query(searchPath, ['search_path'])).toEqual([{ path: '' }]);
    expect(await session.isPooled()).toBe(false);
    // What was proven needs no guard; the guard of the first statement has left nothing behind.
    expect(await session.query(readOnly)).toEqual([{ value: 'off' }]);
    expect(await session.query(searchPath, ['search_path'])).toEqual([{ path: '' }]);
    expect(await session.query('CREATE DATABASE made', [], { isAlone: true })).toEqual([]);
    expect(meter.roundTrips).toBe(4);
  });

  test("once a session was the server's own, the next ones there empty search_path with a plain SET", async () => {
    await using server = await startServer({ major, settings: { log_statement: 'all' } });
    const cache = createConnectCache();
    const target = targetOf(server);
    await using service = await connect(target, { ...brief, cache, settings: {} });
    expect(await service.query(searchPath, ['search_path'])).toEqual([{ path: '' }]);
    expect(cache.direct.size, 'what was found of a session of its own path says nothing of others').toBe(0);
    await using first = await connect(target, { ...brief, cache });
    expect(await first.query(searchPath, ['search_path'])).toEqual([{ path: '' }]);
    expect([...cache.direct]).toEqual([first.where]);
    expect(server.log()).not.toContain("SET search_path = ''");
    if (major >= 17) {
      await server.query(`CREATE FUNCTION public.misled() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_catalog.set_config('search_path', 'public', false); END $$;
        CREATE EVENT TRIGGER misled ON login EXECUTE FUNCTION public.misled()`);
    }
    await using second = await connect(target, { ...brief, cache });
    expect(await second.query('SHOW search_path')).toEqual([{ search_path: '""' }]);
    expect(server.log()).toContain("SET search_path = ''");
    expect(await second.query('CREATE DATABASE made', [], { isAlone: true })).toEqual([]);
    // So does a transaction that is one message, if it is committed.
    const whole = (statement: string) => `BEGIN READ ONLY;\n${statement};\nCOMMIT`;
    await using third = await connect(target, { ...brief, cache });
    await expect(third.script(whole('SELECT 1/0'))).rejects.toMatchObject({ code: '22012' });
    await third.script('ROLLBACK');
    expect(await third.query(searchPath, ['search_path'])).toEqual([{ path: '""' }]);
    await using fourth = await connect(target, { ...brief, cache });
    const before = server.log().length;
    expect(await fourth.script(whole('SHOW search_path'))).toEqual([[], [{ search_path: '""' }], []]);
    expect(server.log().slice(before)).not.toContain('set_config');
    expect(await fourth.query('SHOW search_path')).toEqual([{ search_path: '""' }]);
    // A service's session keeps its own.
    await using other = await connect(target, { ...brief, cache, settings: {} });
    expect(await other.query(searchPath, ['search_path'])).toEqual([{ path: '' }]);
    const standing = await other.query<{ search_path: string }>('SHOW search_path', [], { isAsLoggedIn: true });
    expect(standing[0]?.search_path).toContain('public');
  });

  test('a session that asked for nothing is guarded in each statement, and makes no database', async () => {
    await using server = await startServer({ major });
    const meter = createMeter();
    await using session = await connect(targetOf(server), { ...brief, settings: {}, meter });
    for (const _ of [1, 2]) {
      expect(await session.query(searchPath, ['search_path'])).toEqual([{ path: '' }]);
      expect(await session.query(readOnly)).toEqual([{ value: 'on' }]);
    }
    await expect(session.query('CREATE ROLE nobody')).rejects.toMatchObject({ code: '25006' });
    expect(await session.script(`BEGIN; ${readOnly}; SHOW search_path; COMMIT`)).toEqual([
      [],
      [{ value: 'off' }],
      [{ search_path: '' }],
      [],
    ]);
    await expect(session.query('CREATE DATABASE made', [], { isAlone: true })).rejects.toMatchObject({
      errorClass: 'unsafe',
      message: expect.stringContaining('search_path is "$user", public'),
    });
    expect(meter.roundTrips).toBe(5);
  });

  test('nothing runs after a guard that failed, and the session goes on', async () => {
    await using server = await startServer({ major });
    await server.query('CREATE TABLE public.marks (mark int); REVOKE EXECUTE ON FUNCTION set_config FROM PUBLIC');
    await createPlainAdmin(server, 'plain');
    await server.query("GRANT INSERT, SELECT ON public.marks TO plain; ALTER ROLE plain PASSWORD 'pencil'", {
      isQuiet: true,
    });
    await using session = await connect(targetOf(server), {
      ...brief,
      user: 'plain',
      password: new Secret('pencil'),
    });
    const insert = 'INSERT INTO public.marks VALUES (1) RETURNING mark';
    await expect(session.query(insert)).rejects.toMatchObject({ code: '42501' });
    await expect(session.script(insert)).rejects.toMatchObject({ code: '42501' });
    expect(await server.query('SELECT FROM public.marks')).toEqual([]);
    await server.query('GRANT EXECUTE ON FUNCTION set_config TO PUBLIC');
    expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('an operator of schema public is found without it, and not with it', async () => {
    await using server = await startServer({ major });
    await server.query(
      `CREATE FUNCTION public.planted(oid, int4) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'planted'; END $$;
       CREATE OPERATOR public.<> (LEFTARG = oid, RIGHTARG = int4, FUNCTION = public.planted)`,
    );
    const careless = 'SELECT $1::oid <> 0 AS differs';
    await expect(server.query(careless, { values: [1] })).rejects.toThrow('planted');
    await using front = await pooler(server);
    const addresses = [{ host: '127.0.0.1', port: front.port, password: new Secret(server.password) }];
    await using session = await connect(targetOf(server, { addresses }), brief);
    for (const _ of [1, 2]) expect(await session.query(careless, [1])).toEqual([{ differs: true }]);
    expect(await session.script('SELECT 1::oid <> 0 AS differs')).toEqual([[{ differs: true }]]);
  });
});

test('a session that was given no pid leaves no setting behind, and is guarded in each statement', async () => {
  await using server = await startServer({ major: 17, settings: { transaction_timeout: '77s' } });
  await using front = await pooler(server, 'without-pid');
  const addresses = [{ host: '127.0.0.1', port: front.port, password: new Secret(server.password) }];
  const settings = { search_path: '', transaction_timeout: '0' };
  const timeout = `SELECT pg_catalog.current_setting('transaction_timeout') AS value`;
  for (const [target, left, pooled] of [
    [targetOf(server, { addresses }), '77s', true],
    [targetOf(server), '0', false],
  ] as const) {
    await using session = await connect(target, { ...brief, settings });
    for (const _ of [1, 2]) {
      expect(await session.query(timeout)).toEqual([{ value: '0' }]);
      expect(await session.query(searchPath, ['search_path'])).toEqual([{ path: '' }]);
    }
    expect(await session.query(timeout, [], { isAsLoggedIn: true })).toEqual([{ value: left }]);
    expect([await session.isPooled(), session.pid === undefined]).toEqual([pooled, pooled]);
  }
});

test('a login trigger that turns search_path is seen, and every statement guarded', async () => {
  await using server = await startServer({ major: 17 });
  await server.query(
    `CREATE FUNCTION public.turn() RETURNS event_trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_catalog.set_config('search_path', 'public, pg_catalog', false); END $$;
     CREATE EVENT TRIGGER turn ON login EXECUTE FUNCTION public.turn(); ALTER EVENT TRIGGER turn ENABLE ALWAYS`,
  );
  await using session = await connect(targetOf(server), brief);
  for (const _ of [1, 2]) expect(await session.query(searchPath, ['search_path'])).toEqual([{ path: '' }]);
  await expect(session.query('CREATE DATABASE made', [], { isAlone: true })).rejects.toThrow('public, pg_catalog');
  await expect(session.script('BEGIN; SELECT 1 / 0')).rejects.toThrow('division by zero');
  await session.script('ROLLBACK');
  expect(await session.script('BEGIN; SELECT 1 AS one; COMMIT')).toContainEqual([{ one: 1 }]);
});

const isThere = pgBouncerPath() !== undefined;
if (!isThere) console.warn('skipped: a search_path left by another client of a pool: there is no pgbouncer on PATH');

test.skipIf(!isThere).each(['transaction', 'statement', 'session'] as const)(
  'a search_path that another client of the pool left behind, in %s mode, holds for none of our statements',
  async (mode) => {
    await using server = await startServer();
    const settings = { default_pool_size: '1', ignore_startup_parameters: 'search_path', server_reset_query: '' };
    await using front = await startPgBouncer(server, { mode, settings });
    const other = new Client({ connectionString: front.dsn(), ssl: false });
    await other.connect();
    await other.query('SET search_path = public, pg_catalog');
    await other.end();
    const addresses = [{ host: '127.0.0.1', port: front.port, password: new Secret(server.password) }];
    await using session = await connect(targetOf(server, { addresses }), brief);
    expect(session.setsPerTransaction).toBe(false);
    for (const _ of [1, 2]) expect(await session.query(searchPath, ['search_path'])).toEqual([{ path: '' }]);
    expect(await session.isPooled()).toBe(true);
    // Nothing is left behind for the next one.
    const next = new Client({ connectionString: front.dsn(), ssl: false });
    await session.close();
    await next.connect();
    expect((await next.query('SHOW search_path')).rows).toEqual([{ search_path: 'public, pg_catalog' }]);
    await next.end();
  },
);
