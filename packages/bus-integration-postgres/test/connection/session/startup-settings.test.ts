import { Secret } from 'bus-integration-database';
import { sharedServer, startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { connect, createConnectCache, createMeter } from '../../../src/connection/connect.ts';
import { pooler } from '../../pooler.ts';
import { brief, targetOf } from '../../target.ts';

const settings = { search_path: '', lock_timeout: '7s', application_name: 'set by settings' };

describe('a pooler that takes no settings in the startup packet', () => {
  test('gets them in each transaction, never for the session, and further connections don’t ask again', async () => {
    await using server = await sharedServer();
    await using front = await pooler(server);
    const addresses = [{ host: '127.0.0.1', port: front.port, password: new Secret(server.password) }];
    const cache = createConnectCache();
    for (const connections of [2, 1]) {
      const meter = createMeter();
      await using session = await connect(targetOf(server, { addresses }), { ...brief, settings, cache, meter });
      expect(meter).toMatchObject({ connections, roundTrips: 0 });
      const inside = await session.script('BEGIN; SHOW search_path; SHOW lock_timeout; COMMIT');
      expect(inside.flat()).toEqual([{ search_path: '' }, { lock_timeout: '7s' }]);
      // The guard stands in a transaction of its own; what ends it shows what the session is left with.
      expect((await session.script('COMMIT; SHOW search_path; SHOW lock_timeout')).flat()).toEqual([
        { search_path: '"$user", public' },
        { lock_timeout: '0' },
      ]);
      expect(await session.isPooled()).toBe(true);
      expect(session.setsPerTransaction).toBe(true);
    }
  });

  test('its refusal of what the DSN asks for is an error', async () => {
    await using server = await sharedServer();
    await using front = await pooler(server);
    const addresses = [{ host: '127.0.0.1', port: front.port, password: new Secret(server.password) }];
    const target = targetOf(server, { addresses, options: '-c work_mem=5MB' });
    await expect(connect(target, { ...brief, settings })).rejects.toThrow('unsupported startup parameter: options');
  });
});

test.each([14, 18] as const)('PostgreSQL %i keeps the settings that it has', async (major) => {
  await using server = await sharedServer(major);
  const meter = createMeter();
  const odd = { ...settings, no_such_setting: '1', client_connection_check_interval: '-7' };
  await using session = await connect(targetOf(server), { ...brief, settings: odd, meter });
  expect(session.refusedSettings).toEqual(
    expect.arrayContaining(['no_such_setting', 'client_connection_check_interval']),
  );
  expect(await session.query('SHOW lock_timeout')).toEqual([{ lock_timeout: '7s' }]);
  expect(meter.connections).toBe(3);
});

test('a setting that the role may not make is an error', async () => {
  await using server = await sharedServer();
  const role = `settings_${process.pid}`;
  await server.query(`CREATE ROLE ${role} LOGIN PASSWORD 'pencil'`, { isQuiet: true });
  const as = { user: role, password: new Secret('pencil'), settings: { log_statement: 'none' } };
  await expect(connect(targetOf(server), { ...brief, ...as })).rejects.toMatchObject({
    errorClass: 'insufficient-privilege',
  });
  await server.query(`DROP ROLE ${role}`);
});

describe('a setting of newer servers', () => {
  const timeout = "SELECT pg_catalog.current_setting('transaction_timeout', true) AS value";
  const newer = { transaction_timeout: '0' };

  test('is in the startup packet once the address answered as one of them', async () => {
    await using server = await startServer({ major: 17, settings: { transaction_timeout: '77s' } });
    const cache = createConnectCache();
    // What the login left is asked before anything of ours is set.
    for (const found of ['77s', '77s', '0']) {
      const isKept = found === '77s' && cache.versions.size > 0;
      const deferred = isKept ? ['transaction_timeout'] : [];
      await using session = await connect(targetOf(server), { ...brief, settings: newer, deferred, cache });
      expect(await session.query(timeout, [], { isAsLoggedIn: true })).toEqual([{ value: found }]);
      expect(await session.query(timeout)).toEqual([{ value: '0' }]);
    }
  });

  test('costs one login more where an older server stands at that address now', async () => {
    await using server = await startServer({ major: 16 });
    const cache = createConnectCache();
    await using first = await connect(targetOf(server), { ...brief, settings: newer, cache });
    expect(await first.query(timeout)).toEqual([{ value: null }]);
    cache.versions.set(first.where, 170_000);
    for (const connections of [2, 1]) {
      const meter = createMeter();
      await using session = await connect(targetOf(server), { ...brief, settings: newer, cache, meter });
      expect(await session.query(timeout)).toEqual([{ value: null }]);
      expect(meter).toMatchObject({ connections });
    }
  });
});
