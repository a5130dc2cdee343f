import { Secret } from 'bus-integration-database';
import { createCertificateAuthority, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type PinnedAddress } from '../../src/connection/connect.ts';
import type { ConnectionTarget } from '../../src/conninfo/target.ts';
import { proveLogin } from '../../src/run/password-login.ts';
import { scriptedServer } from '../scripted-server.ts';
import { brief, targetAt, targetOf } from '../target.ts';

const hba = `
local all all scram-sha-256
host all clear_role all password
host all md5_role all md5
host all trust_role all trust
host all barred_role all reject
host all all all scram-sha-256
`;

describe.each([14, 15, 18] as const)('PostgreSQL %i', (major) => {
  let server: Server;
  let pinned: PinnedAddress;
  beforeAll(async () => {
    server = await startServer({ major, hba, tls: createCertificateAuthority().issue() });
    pinned = { host: '127.0.0.1', address: '127.0.0.1', port: server.port };
    await server.query(`
      CREATE ROLE app LOGIN PASSWORD 'pencil'; CREATE ROLE idle NOLOGIN PASSWORD 'pencil'; CREATE ROLE trust_role LOGIN PASSWORD 'pencil';
      CREATE ROLE clear_role LOGIN PASSWORD 'pencil'; CREATE ROLE barred_role LOGIN PASSWORD 'pencil'; CREATE ROLE bare LOGIN;
      CREATE ROLE expired LOGIN PASSWORD 'pencil' VALID UNTIL '2001-01-01';
      CREATE ROLE full_role LOGIN PASSWORD 'pencil' CONNECTION LIMIT 0; SET password_encryption = md5;
      CREATE ROLE md5_role LOGIN PASSWORD 'pencil'`);
    for (const name of ['shut', 'closed', 'crowded']) await server.query(`CREATE DATABASE ${name}`);
    await server.query(`
      REVOKE CONNECT ON DATABASE shut FROM PUBLIC; ALTER DATABASE closed ALLOW_CONNECTIONS false; ALTER DATABASE crowded CONNECTION LIMIT 0`);
  });
  afterAll(() => server.stop());

  const prove = (user: string, password = 'pencil', database = 'postgres', said: Partial<ConnectionTarget> = {}) =>
    proveLogin(targetOf(server, said), { user, password: new Secret(password), database, pinned, timeoutMs: 5_000 });

  test('the right password is proven, also where nothing else goes well', async () => {
    expect(await prove('app')).toEqual({ state: 'proven' });
    const follow = { nonesuch: '3D000', shut: '42501', closed: '55000', crowded: '53300' };
    for (const [database, sqlstate] of Object.entries(follow)) {
      expect(await prove('app', 'pencil', database)).toMatchObject({ state: 'proven', followedBy: { sqlstate } });
    }
    expect(await prove('full_role')).toMatchObject({ state: 'proven', followedBy: { sqlstate: '53300' } });
    expect(await prove('idle')).toMatchObject({ state: 'proven', followedBy: { sqlstate: '28000' } });
  });

  test('target_session_attrs keeps nothing from being proven', async () => {
    expect(await prove('app', 'pencil', 'postgres', { targetSessionAttrs: 'standby' })).toEqual({ state: 'proven' });
  });

  test.each(['require', 'disable'] as const)('with sslmode=%s', async (sslmode) => {
    expect(await prove('app', 'pencil', 'shut', { sslmode })).toMatchObject({ state: 'proven' });
    expect(await prove('app', 'eraser', 'shut', { sslmode })).toEqual({ state: 'refused', sqlstate: '28P01' });
  });

  test('28P01 is all that is known of a wrong, expired or missing password, or a missing role', async () => {
    const refused = { state: 'refused', sqlstate: '28P01' };
    expect(await prove('app', 'eraser')).toEqual(refused);
    expect(await prove('expired')).toEqual(refused);
    expect(await prove('bare')).toEqual(refused);
    expect(await prove('no such role')).toEqual(refused);
  });

  test('entrance without SCRAM proves nothing', async () => {
    expect(await prove('trust_role')).toEqual({ state: 'unknown', reason: 'the server asked for no password (trust)' });
    expect(await prove('trust_role', 'eraser')).toMatchObject({ state: 'unknown' });
    expect(await prove('clear_role')).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('in plaintext'),
    });
    expect(await prove('md5_role')).toMatchObject({ state: 'unknown', reason: expect.stringContaining('MD5') });
    const allowed = { requireAuth: { methods: ['md5'], negated: false } };
    for (const password of ['pencil', 'eraser']) {
      expect(await prove('md5_role', password, 'postgres', allowed)).toMatchObject({ state: 'unknown' });
    }
    expect(await prove('barred_role')).toMatchObject({ state: 'unknown', sqlstate: '28000' });
  });

  test('a verifier made here and one made by the server are proven alike', async () => {
    await using admin = await connect(targetOf(server), brief);
    await admin.script("ALTER ROLE app PASSWORD 'pencil'");
    expect(await prove('app')).toEqual({ state: 'proven' });
  });
});

describe('unknown', () => {
  const password = new Secret('pencil');
  const at = (port: number) => ({
    user: 'app',
    database: 'app',
    password,
    pinned: { host: '127.0.0.1', address: '127.0.0.1', port },
  });

  test('a silent server', async () => {
    await using silent = await scriptedServer(() => {});
    const proof = await proveLogin(targetAt(silent.port), { ...at(silent.port), timeoutMs: 200 });
    expect(proof).toMatchObject({ state: 'unknown', reason: expect.stringContaining('said nothing') });
  });

  test('a server that is down, and an interruption', async () => {
    const gone = await scriptedServer(() => {});
    await gone[Symbol.asyncDispose]();
    const options = { ...at(gone.port), timeoutMs: 1_000 };
    expect(await proveLogin(targetAt(gone.port), options)).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('refused'),
    });
    const interrupted = { ...options, signal: AbortSignal.abort() };
    expect(await proveLogin(targetAt(gone.port), interrupted)).toMatchObject({
      state: 'unknown',
      reason: 'interrupted',
    });
  });
});
