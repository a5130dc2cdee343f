import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from 'bus-integration-database';
import { type Server, sharedServer, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, createConnectCache, createMeter } from '../../src/connection/connect.ts';
import type { ConnectionTarget, ServerAddress } from '../../src/conninfo/target.ts';
import { pooler } from '../pooler.ts';
import { fatal, scriptedServer } from '../scripted-server.ts';
import { brief, targetAt, targetOf } from '../target.ts';

async function closedPort(): Promise<number> {
  await using server = await scriptedServer(() => {});
  return server.port;
}

describe('one address', () => {
  test.each([14, 15, 18] as const)('a session on PostgreSQL %i', async (major) => {
    await using server = await sharedServer(major);
    const meter = createMeter();
    const settings = { search_path: '', lock_timeout: '7s', idle_in_transaction_session_timeout: '1min' };
    const session = await connect(targetOf(server, { options: '-c work_mem=5MB' }), { ...brief, settings, meter });
    expect(session).toMatchObject({
      where: `127.0.0.1:${server.port}`,
      pinned: { host: '127.0.0.1', address: '127.0.0.1', port: server.port },
      user: server.superuser,
      database: 'postgres',
      tls: null,
      refusedSettings: [],
      parameterStatus: { application_name: 'test', in_hot_standby: 'off', default_transaction_read_only: 'off' },
    });
    expect(Math.floor(session.serverVersionNum / 10_000)).toBe(major);
    const shown = await session.script('SHOW search_path; SHOW lock_timeout; SHOW work_mem');
    expect(shown.flat()).toEqual([{ search_path: '' }, { lock_timeout: '7s' }, { work_mem: '5MB' }]);
    expect(await session.isPooled()).toBe(false);
    expect(meter).toMatchObject({ connections: 1, open: 1, roundTrips: 1, statements: 3 });
    await session.close();
    expect(await session.closed).toBeUndefined();
    expect(meter.open).toBe(0);
    expect(meter.bytesReceived).toBeGreaterThan(100);
  });

  test('IN-17 server down', async () => {
    const port = await closedPort();
    await expect(connect(targetAt(port), brief)).rejects.toMatchObject({
      errorClass: 'unreachable',
      message: `can't reach 127.0.0.1:${port}: connection refused`,
    });
    const directory = mkdtempSync(join(tmpdir(), 'bus-test-'));
    const error = connect(targetAt(1, { addresses: [{ host: directory, port: 5432 }] }), brief);
    await expect(error).rejects.toThrow(`can't reach ${directory}/.s.PGSQL.5432: no such socket`);
    rmSync(directory, { recursive: true });
  });

  test('IN-18 DNS failure', async () => {
    const addresses = [{ host: 'db.bus-test.invalid', port: 5432 }];
    await expect(connect(targetAt(1, { addresses }), brief)).rejects.toMatchObject({
      errorClass: 'unreachable',
      message: expect.stringMatching(/^can't look up host db\.bus-test\.invalid: (no such host name|the name service)/),
    });
  });

  test('IN-20 no such database', async () => {
    await using server = await sharedServer();
    await expect(connect(targetOf(server, { database: 'no such' }), brief)).rejects.toMatchObject({
      errorClass: 'invalid-request',
      message: `can't log in to 127.0.0.1:${server.port} as postgres, database "no such": database "no such" does not exist`,
      diagnostics: [{ code: '3D000', remedy: expect.stringContaining('DSN') }],
    });
  });

  test('no connection left keeps its SQLSTATE', async () => {
    await using server = await sharedServer();
    const database = `connect_full_${process.pid}`;
    await server.query(`CREATE DATABASE ${database} CONNECTION LIMIT 0`);
    await server.query(`CREATE ROLE ${database} LOGIN PASSWORD 'pencil'`, { isQuiet: true });
    const as = { user: database, password: new Secret('pencil'), database };
    await expect(connect(targetOf(server), { ...brief, ...as })).rejects.toMatchObject({
      diagnostics: [{ code: '53300' }],
    });
    await server.query(`DROP DATABASE ${database}`);
    await server.query(`DROP ROLE ${database}`);
  });

  test('IN-22 the whole deadline holds for a server that the system accepts connections for', async () => {
    await using server = await startServer();
    server.suspend();
    try {
      const started = performance.now();
      await expect(connect(targetOf(server), { ...brief, timeoutMs: 500 })).rejects.toMatchObject({
        errorClass: 'timeout',
      });
      expect(performance.now() - started).toBeLessThan(8_000);
    } finally {
      server.resume();
    }
  });

  test('the abstract namespace', async () => {
    const name = `@bus-test-${process.pid}`;
    const listener = createServer((socket) => socket.end(fatal('57P03', 'found')));
    await new Promise<void>((resolve) => listener.listen(`\0${name.slice(1)}/.s.PGSQL.5432`, resolve));
    const error = connect(targetAt(1, { addresses: [{ host: name, port: 5432, password: new Secret('x') }] }), brief);
    await expect(error).rejects.toMatchObject({ diagnostics: [{ code: '57P03' }] });
    listener.close();
  });
});

describe('IN-24 several addresses', () => {
  let server: Server;
  let good: ServerAddress;
  beforeAll(async () => {
    server = await startServer();
    good = { host: '127.0.0.1', port: server.port, password: new Secret(server.password) };
  });
  afterAll(() => server.stop());

  const first = async (addresses: readonly ServerAddress[], said: Partial<ConnectionTarget> = {}, timeoutMs = 5_000) =>
    connect(targetOf(server, { addresses, ...said }), { ...brief, timeoutMs });

  test('the first that answers is taken and pinned', async () => {
    const dead = { host: 'localhost', hostaddr: '127.0.0.1', port: await closedPort() };
    await using session = await first([dead, { host: 'db.bus-test.invalid', port: 1 }, good]);
    expect(session.pinned).toEqual({ host: '127.0.0.1', address: '127.0.0.1', port: server.port });
    const again = await connect(targetOf(server, { addresses: [dead, good] }), { ...brief, pinned: session.pinned });
    expect(again.pinned).toEqual(session.pinned);
    await again.close();
  });

  test('every address behind a name is tried', async () => {
    await using session = await first([{ ...good, host: 'localhost' }]);
    expect(session.pinned).toEqual({ host: 'localhost', address: '127.0.0.1', port: server.port });
    expect(session.where).toBe(`localhost:${server.port} (127.0.0.1)`);
  });

  test('a server that starts, closes, or answers garbage is passed over', async () => {
    await using starting = await scriptedServer((socket) => socket.end(fatal('57P03', 'starting up')));
    await using closing = await scriptedServer((socket) => socket.end());
    await using web = await scriptedServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const passed = [starting, closing, web].map(({ port }) => ({ host: '127.0.0.1', port, password: new Secret('x') }));
    await using session = await first([...passed, good], { sslmode: 'disable' });
    expect(session.pinned.port).toBe(server.port);
  });

  test('a silent one leaves time for those after it', async () => {
    await using silent = await scriptedServer(() => {});
    await using session = await first([{ host: '127.0.0.1', port: silent.port }, good], {}, 1_000);
    expect(session.pinned.port).toBe(server.port);
  });

  test('what answered is asked first from then on, and what fell silent no more', async () => {
    await using silent = await scriptedServer(() => {});
    const cache = createConnectCache();
    const target = targetOf(server, {
      addresses: [{ host: '127.0.0.1', port: silent.port }, good],
      connectTimeoutMs: 1_000,
    });
    for (const _ of [1, 2, 3]) {
      await using session = await connect(target, { ...brief, cache });
      expect(session.pinned.port).toBe(server.port);
    }
    expect(silent.count.made).toBe(1);
    // A refused login is an answer too.
    await expect(connect(target, { ...brief, cache, password: new Secret('wrong') })).rejects.toThrow('password');
    expect(silent.count.made).toBe(1);
    const dead = { host: '127.0.0.1', address: '127.0.0.1', port: await closedPort() };
    for (const key of cache.answered.keys()) cache.answered.set(key, dead);
    await using session = await connect(target, { ...brief, cache });
    expect(session.pinned.port).toBe(server.port);
    expect(silent.count.made).toBe(2);
  });

  test('connect_timeout holds for each', async () => {
    await using silent = await scriptedServer(() => {});
    const started = performance.now();
    const addresses = [{ host: '127.0.0.1', port: silent.port }, good];
    await using session = await first(addresses, { connectTimeoutMs: 1_000 }, 30_000);
    expect(session.pinned.port).toBe(server.port);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  test('all that failed are named', async () => {
    const [one, two] = [await closedPort(), await closedPort()];
    const error = first([
      { host: '127.0.0.1', port: one },
      { host: 'db.bus-test.invalid', port: 1 },
      { host: '127.0.0.1', port: two },
    ]);
    await expect(error).rejects.toMatchObject({
      errorClass: 'unreachable',
      message: expect.stringMatching(
        new RegExp(
          `^can't reach 127.0.0.1:${one}: connection refused; can't look up .*; can't reach 127.0.0.1:${two}: .*`,
        ),
      ),
      diagnostics: [{ code: 'connection-refused' }, { code: 'host-unknown' }, { code: 'connection-refused' }],
    });
  });

  test('a refused login ends the search, as in libpq', async () => {
    await using other = await scriptedServer((socket) => socket.end(fatal('57P03', 'starting up')));
    const wrong = { ...good, password: new Secret('wrong') };
    const error = first([wrong, { host: '127.0.0.1', port: other.port }]);
    await expect(error).rejects.toMatchObject({
      errorClass: 'authentication-failed',
      diagnostics: [{ code: '28P01' }],
    });
    expect(other.count.made).toBe(0);
  });

  test('load_balance_hosts=random comes to each', async () => {
    const ports = [await closedPort(), await closedPort()];
    const addresses = ports.map((port) => ({ host: '127.0.0.1', port }));
    const firsts = new Set<string>();
    for (let tries = 0; tries < 60 && firsts.size < 2; tries += 1) {
      const error = await first(addresses, { loadBalanceHosts: 'random' }).catch((reason: Error) => reason);
      firsts.add((error as Error).message.split(';')[0] as string);
    }
    expect(firsts.size).toBe(2);
  });

  test('no address at all', async () => {
    await expect(first([])).rejects.toMatchObject({ errorClass: 'invalid-request' });
  });
});

const reading = { ...brief, settings: { search_path: '', default_transaction_read_only: 'on' } };

describe.each([14, 18] as const)('target_session_attrs on PostgreSQL %i', (major) => {
  let primary: Server;
  let standby: Server;
  let readOnly: Server;
  beforeAll(async () => {
    primary = await startServer({ major });
    standby = await startServer({ major, isStandby: true });
    readOnly = await startServer({ major, settings: { default_transaction_read_only: 'on' } });
  });
  afterAll(() => Promise.all([primary, standby, readOnly].map((server) => server.stop())));

  const addressOf = (server: Server): ServerAddress => ({
    host: '127.0.0.1',
    port: server.port,
    password: new Secret(server.password),
  });

  test.each([
    ['any', ['standby', 'readOnly', 'primary'], 'standby'],
    ['primary', ['standby', 'readOnly', 'primary'], 'readOnly'],
    ['read-write', ['standby', 'readOnly', 'primary'], 'primary'],
    ['standby', ['primary', 'readOnly', 'standby'], 'standby'],
    ['read-only', ['primary', 'readOnly', 'standby'], 'readOnly'],
    ['prefer-standby', ['primary', 'standby'], 'standby'],
    ['prefer-standby', ['readOnly', 'primary'], 'readOnly'],
  ] as const)('%s of %j is %s, for sessions that are to read only too', async (targetSessionAttrs, order, chosen) => {
    const servers = { primary, standby, readOnly };
    const addresses = order.map((name) => addressOf(servers[name]));
    for (const options of [brief, reading]) {
      await using session = await connect(targetOf(primary, { addresses, targetSessionAttrs }), options);
      expect(session.pinned.port).toBe(servers[chosen].port);
      const isOn = options === reading || chosen === 'readOnly';
      expect(await session.query('SHOW default_transaction_read_only')).toEqual([
        { default_transaction_read_only: isOn ? 'on' : 'off' },
      ]);
    }
  });

  test.each([
    ['any', 'primary', undefined],
    ['any', 'readOnly', undefined],
    ['any', 'standby', undefined],
    ['primary', 'primary', undefined],
    ['primary', 'readOnly', undefined],
    ['primary', 'standby', 'is a standby'],
    ['read-write', 'primary', undefined],
    ['read-write', 'readOnly', 'is read-only (default_transaction_read_only is on)'],
    ['read-write', 'standby', 'is a standby'],
    ['read-only', 'primary', 'is not read-only'],
    ['read-only', 'readOnly', undefined],
    ['read-only', 'standby', undefined],
    ['standby', 'primary', 'is not a standby'],
    ['standby', 'readOnly', 'is not a standby'],
    ['standby', 'standby', undefined],
    ['prefer-standby', 'primary', undefined],
    ['prefer-standby', 'readOnly', undefined],
    ['prefer-standby', 'standby', undefined],
  ] as const)('a session that is to read only, %s, at %s: %s', async (targetSessionAttrs, name, fault) => {
    const addresses = [addressOf({ primary, standby, readOnly }[name])];
    const connecting = connect(targetOf(primary, { addresses, targetSessionAttrs }), reading);
    if (fault !== undefined) return expect(connecting).rejects.toThrow(`${fault}; expected ${targetSessionAttrs}`);
    await using session = await connecting;
    await expect(session.script('CREATE TEMPORARY TABLE x (); CREATE TABLE y ()')).rejects.toMatchObject({
      code: '25006',
    });
  });

  test('by way of a pooler, which reports nothing and may take no settings', async () => {
    for (const [server, isOn] of [
      [primary, false],
      [readOnly, true],
    ] as const) {
      await using front = await pooler(server);
      const addresses = [{ host: '127.0.0.1', port: front.port, password: new Secret(server.password) }];
      const at = (targetSessionAttrs: 'read-write' | 'read-only') =>
        connect(targetOf(server, { addresses, targetSessionAttrs }), reading);
      await using session = await at(isOn ? 'read-only' : 'read-write');
      expect(await session.isPooled()).toBe(true);
      await expect(at(isOn ? 'read-write' : 'read-only')).rejects.toThrow(isOn ? 'is read-only' : 'is not read-only');
    }
  });

  test('none of the wanted kind', async () => {
    const addresses = [addressOf(standby), addressOf(readOnly)];
    const meter = createMeter();
    const error = connect(targetOf(primary, { addresses, targetSessionAttrs: 'read-write' }), { ...brief, meter });
    await expect(error).rejects.toThrow(
      /is a standby; expected read-write; .* is read-only \(default_transaction_read_only is on\); expected/,
    );
    expect(meter).toMatchObject({ connections: 2, open: 0 });
  });
});
