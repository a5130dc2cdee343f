import { Secret } from 'bus-integration-database';
import { createCertificateAuthority, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, createConnectCache } from '../../../src/connection/connect.ts';
import type { ConnectionTarget } from '../../../src/conninfo/target.ts';
import { authentication, message, scriptedServer } from '../../scripted-server.ts';
import { brief, targetAt, targetOf } from '../../target.ts';
import { temporaryFile } from '../../temporary-file.ts';

const hba = `
local all all scram-sha-256
host all clear_role 127.0.0.1/32 password
host all md5_role 127.0.0.1/32 md5
host all trust_role 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
`;
const allow = (...methods: string[]) => ({ requireAuth: { methods, negated: false } });

describe.each([15, 18] as const)('PostgreSQL %i', (major) => {
  const authority = createCertificateAuthority();
  let server: Server;
  let tls: Partial<ConnectionTarget>;

  beforeAll(async () => {
    server = await startServer({ major, hba, tls: authority.issue() });
    tls = { sslmode: 'verify-full', sslrootcert: temporaryFile(authority.certificate) };
    await server.query(`
      CREATE ROLE clear_role LOGIN PASSWORD 'pencil'; CREATE ROLE trust_role LOGIN; CREATE ROLE scram_role LOGIN PASSWORD 'pencil';
      SET password_encryption = md5; CREATE ROLE md5_role LOGIN PASSWORD 'pencil'`);
  });
  afterAll(() => server.stop());

  const as = (user: string, said: Partial<ConnectionTarget> = {}, password = 'pencil') => {
    return connect(targetOf(server, said), { ...brief, user, password: new Secret(password) });
  };

  test('IN-23 asks for the password in plaintext: refused, unless allowed over checked TLS', async () => {
    const refusal = {
      errorClass: 'authentication-failed',
      message: expect.stringContaining('asks for the password in plaintext'),
    };
    for (const said of [{}, tls, allow('password'), { ...allow('password'), sslmode: 'require' } as const]) {
      await expect(as('clear_role', said)).rejects.toMatchObject(refusal);
    }
    await expect(as('clear_role', { ...tls, requireAuth: { methods: ['none'], negated: true } })).rejects.toMatchObject(
      refusal,
    );
    await using session = await as('clear_role', { ...tls, ...allow('password') });
    expect(session.authentication).toMatchObject({ method: 'password', isServerProven: false });
  });

  test('IN-23 asks for an MD5 hash: refused, unless allowed', async () => {
    const refusal = { errorClass: 'authentication-failed', message: expect.stringContaining('asks for an MD5 hash') };
    await expect(as('md5_role')).rejects.toMatchObject(refusal);
    await using session = await as('md5_role', allow('md5', 'scram-sha-256'));
    expect(session.authentication).toMatchObject({ method: 'md5', isServerProven: false });
  });

  test('asks for nothing: taken, unless forbidden', async () => {
    await using session = await as('trust_role');
    expect(session.authentication).toMatchObject({ method: 'none', isProofSent: false, isServerProven: false });
    const refusal = {
      errorClass: 'authentication-failed',
      message: expect.stringContaining('no authentication at all'),
    };
    await expect(as('trust_role', allow('scram-sha-256'))).rejects.toMatchObject(refusal);
    await expect(as('trust_role', { requireAuth: { methods: ['none'], negated: true } })).rejects.toMatchObject(
      refusal,
    );
    await expect(as('trust_role', { ...tls, channelBinding: 'require' })).rejects.toMatchObject({
      message: expect.stringContaining('channel_binding=require'),
    });
  });

  test('SCRAM is forbidden: no exchange', async () => {
    await expect(as('scram_role', allow('none'))).rejects.toMatchObject({
      message: expect.stringContaining('asks for SCRAM-SHA-256'),
    });
  });

  test.each(['disable', 'prefer', 'require'] as const)('channel_binding=%s over TLS', async (channelBinding) => {
    await using session = await as('scram_role', { ...tls, channelBinding });
    expect(session.authentication.isServerProven).toBe(true);
  });

  test('channel_binding=require without TLS', async () => {
    await expect(as('scram_role', { sslmode: 'disable', channelBinding: 'require' })).rejects.toMatchObject({
      errorClass: 'authentication-failed',
      message: expect.stringContaining('offers no channel binding; the DSN says channel_binding=require'),
    });
  });

  test('IN-19 wrong password, and none', async () => {
    const secret = 'not the pencil';
    const wrong = await as('scram_role', {}, secret).catch((error: unknown) => error);
    expect(wrong).toMatchObject({ errorClass: 'authentication-failed', diagnostics: [{ code: '28P01' }] });
    expect(JSON.stringify(wrong) + String(wrong)).not.toContain(secret);
    await expect(as('scram_role', {}, '')).rejects.toMatchObject({ diagnostics: [{ code: 'password-missing' }] });
  });

  test('a run hashes the same password once', async () => {
    const cache = createConnectCache();
    for (const _ of [1, 2, 3]) {
      await using session = await connect(targetOf(server), { ...brief, cache });
      expect(session.authentication.isServerProven).toBe(true);
    }
    expect(cache.scramKeys.size).toBe(1);
    await expect(connect(targetOf(server), { ...brief, cache, password: new Secret('x') })).rejects.toThrow('password');
    expect(cache.scramKeys.size).toBe(2);
  });
});

// A server that knows no verifier can play the exchange, but not its end.
describe('a false server', () => {
  const challenge = (first: Buffer, count = '4096'): Buffer => {
    const nonce = /r=([^\0]+)$/.exec(first.toString('latin1'))?.[1];
    return authentication(11, `r=${nonce}more,s=c2FsdHNhbHQ=,i=${count}`);
  };
  const ok = [authentication(0), message('Z', 'I')];

  test.each([
    [
      'invents its signature',
      'its signature is not',
      (first: Buffer) => challenge(first),
      [authentication(12, 'v=AAAA'), ...ok],
    ],
    ['leaves its signature out', 'ended without its proof', (first: Buffer) => challenge(first), ok],
    ['skips the exchange', 'ended without its proof', () => Buffer.concat(ok), []],
    ['changes our nonce', 'its nonce is not ours', () => authentication(11, 'r=other,s=c2FsdA==,i=4096'), []],
    ['wants hashing without end', 'at most 1000000', (first: Buffer) => challenge(first, '2147483647'), []],
    ['wants a second of hashing', 'at most 1000000', (first: Buffer) => challenge(first, '1000001'), []],
    [
      'challenges again and again',
      'its challenge came twice',
      (first: Buffer) => Buffer.concat([1, 2, 3].map((more) => challenge(first, `${999_000 + more}`))),
      [],
    ],
    [
      'asks again and again',
      'it asks for a password a second time',
      () => Buffer.concat([1, 2, 3].map(() => authentication(10, 'SCRAM-SHA-256\0\0'))),
      [],
    ],
    ['sends nonsense', 'its challenge is malformed', () => authentication(11, 'm=x,r=y'), []],
  ] as const)('%s', async (_, seen, second, third) => {
    let step = 0;
    await using server = await scriptedServer((socket) => {
      socket.write(authentication(10, 'SCRAM-SHA-256\0\0'));
      socket.on('data', (bytes: Buffer) => {
        step += 1;
        socket.write(step === 1 ? second(bytes) : Buffer.concat(third));
      });
    });
    await expect(connect(targetAt(server.port, { sslmode: 'disable' }), brief)).rejects.toMatchObject({
      errorClass: 'authentication-failed',
      message: expect.stringContaining(seen),
    });
    expect(server.received()).not.toContain('pencil');
  });

  test.each([
    ['offers channel binding without TLS', 'SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0', 'channel binding without TLS'],
    ['offers only what we don’t know', 'OAUTHBEARER\0\0', 'asks for OAUTHBEARER'],
  ])('%s', async (_, mechanisms, seen) => {
    await using server = await scriptedServer((socket) => socket.write(authentication(10, mechanisms)));
    await expect(connect(targetAt(server.port, { sslmode: 'disable' }), brief)).rejects.toThrow(seen);
  });
});
