// The challenge probe against real servers: what it is told by each method, and that their logs stay empty.
import { createCertificateAuthority, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Challenge, challenge } from '../../../src/connection/challenge/challenge.ts';

import { authentication, fatal, message, scriptedServer, startupParameters } from '../../scripted-server.ts';

const target = { sslnegotiation: 'postgres', sslsni: true } as const;

const hba = `
local all all trust
host all clear_role all password
host all md5_role all md5
host all trust_role all trust
host all barred_role all reject
hostssl all cert_role all cert
hostssl all tls_role all scram-sha-256
host all app all scram-sha-256
host all postgres all scram-sha-256
`;

describe.each([14, 15, 18] as const)('PostgreSQL %i', (major) => {
  let server: Server;
  beforeAll(async () => {
    const authority = createCertificateAuthority();
    const tls = { ...authority.issue({ commonName: 'db.example.com' }), ca: authority.certificate };
    server = await startServer({ major, hba, tls, settings: { log_connections: 'off', log_disconnections: 'off' } });
    await server.query(`
      CREATE ROLE app LOGIN PASSWORD 'pencil'; CREATE ROLE trust_role LOGIN; CREATE ROLE clear_role LOGIN PASSWORD 'pencil';
      SET password_encryption = md5; CREATE ROLE md5_role LOGIN PASSWORD 'pencil'`);
    await server.query('CREATE DATABASE shut');
    await server.query('REVOKE CONNECT ON DATABASE shut FROM PUBLIC');
  });
  afterAll(() => server.stop());

  const probe = (user: string, transport: 'plain' | 'tls' | 'socket' = 'plain', database = 'postgres') => {
    const address = transport === 'socket' ? server.socketDirectory : '127.0.0.1';
    return challenge(target, {
      user,
      database,
      pinned: { host: address, address, port: server.port },
      transport: transport === 'tls' ? 'tls' : 'plain',
      timeoutMs: 5_000,
    });
  };

  /** What the server logged while something was done. */
  async function logOf(work: () => Promise<Challenge>): Promise<{ answer: Challenge; lines: string[] }> {
    const before = server.log().length;
    const answer = await work();
    // Whatever that connection had to say was said before the server came to this one's end.
    for (let round = 0; round < 2; round += 1) await server.query('SELECT 1');
    return {
      answer,
      lines: server
        .log()
        .slice(before)
        .split('\n')
        .filter((line) => line !== ''),
    };
  }

  test.each([
    ['app', 'plain', { kind: 'asked', method: 'sasl', mechanisms: ['SCRAM-SHA-256'] }],
    ['app', 'tls', { kind: 'asked', method: 'sasl', mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] }],
    ['clear_role', 'plain', { kind: 'asked', method: 'password', mechanisms: [] }],
    ['clear_role', 'tls', { kind: 'asked', method: 'password' }],
    ['md5_role', 'plain', { kind: 'asked', method: 'md5' }],
    ['md5_role', 'tls', { kind: 'asked', method: 'md5' }],
    ['trust_role', 'plain', { kind: 'entered' }],
    ['trust_role', 'tls', { kind: 'entered' }],
    ['app', 'socket', { kind: 'entered' }],
    ['tls_role', 'tls', { kind: 'asked', method: 'sasl' }],
  ] as const)('%s over %s is told, and nothing is logged', async (user, transport, expected) => {
    for (let round = 0; round < 5; round += 1) {
      const { answer, lines } = await logOf(() => probe(user, transport));
      expect(answer).toMatchObject(expected);
      expect(lines).toEqual([]);
    }
  });

  test('a refusal is told with its SQLSTATE; the server writes its own line, and only that', async () => {
    for (const [user, transport, said] of [
      ['barred_role', 'plain', /pg_hba.conf rejects connection/],
      ['tls_role', 'plain', /no pg_hba.conf entry .*no encryption/],
      ['cert_role', 'tls', /connection requires a valid client certificate/],
    ] as const) {
      const { answer, lines } = await logOf(() => probe(user, transport));
      expect(answer).toMatchObject({ kind: 'refused', sqlstate: '28000', message: expect.stringMatching(said) });
      expect(lines).toEqual([expect.stringMatching(said)]);
    }
    expect(await probe('trust_role', 'plain', 'shut')).toMatchObject({
      kind: 'entered',
      followedBy: { sqlstate: '42501' },
    });
  });

  test('the certificate is shown, not judged', async () => {
    const answer = await probe('app', 'tls');
    expect(answer.tls?.protocol).toBe('TLSv1.3');
    expect(answer.tls?.certificate?.subject).toBe('CN=db.example.com');
  });

  test('with log_connections on, only that it was received is logged', async () => {
    await using talkative = await startServer({ major, settings: { log_connections: 'on', log_disconnections: 'on' } });
    const before = talkative.log().length;
    const pinned = { host: '127.0.0.1', address: '127.0.0.1', port: talkative.port };
    await challenge(target, { user: 'app', database: 'postgres', pinned, transport: 'plain', timeoutMs: 5_000 });
    const lines = () =>
      talkative
        .log()
        .slice(before)
        .split('\n')
        .filter((line) => line !== '');
    await expect.poll(lines).toHaveLength(1);
    expect(lines()).toEqual([expect.stringContaining('connection received')]);
  });
});

describe('servers that misbehave', () => {
  const probe = (port: number, transport: 'plain' | 'tls' = 'plain', timeoutMs = 5_000, signal?: AbortSignal) =>
    challenge(target, {
      user: 'app',
      database: 'app',
      pinned: { host: '127.0.0.1', address: '127.0.0.1', port },
      transport,
      timeoutMs,
      ...(signal && { signal }),
    });

  test('no TLS there', async () => {
    await using server = await startServer();
    expect(await probe(server.port, 'tls')).toEqual({ kind: 'no-tls' });
    expect(server.log()).not.toMatch(/FATAL|ERROR|LOG:.*could not/);
  });

  test('GSSAPI, SSPI, OAuth and what nobody knows', async () => {
    for (const [first, expected] of [
      [authentication(7), { kind: 'asked', method: 'gss' }],
      [authentication(9), { kind: 'asked', method: 'sspi' }],
      [authentication(10, 'OAUTHBEARER\0\0'), { kind: 'asked', method: 'sasl', mechanisms: ['OAUTHBEARER'] }],
      [authentication(99), { kind: 'unreadable' }],
      [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), { kind: 'unreadable' }],
      [Buffer.from('Ecould not fork new process\n\0'), { kind: 'unreadable', reason: /could not fork/ }],
      [message('v', Buffer.alloc(8)), { kind: 'unreachable' }],
      [Buffer.alloc(0), { kind: 'unreachable' }],
      [fatal('57P03', 'starting up'), { kind: 'refused', sqlstate: '57P03', message: 'starting up' }],
    ] satisfies [Buffer, object][]) {
      await using server = await scriptedServer((socket) => socket.end(first));
      const answer = await probe(server.port);
      const { reason, ...others }: { reason?: RegExp; [field: string]: unknown } = expected;
      expect(answer).toMatchObject(others);
      if (reason !== undefined) expect(answer).toMatchObject({ reason: expect.stringMatching(reason) });
      await expect.poll(() => server.count.open).toBe(0);
    }
  });

  test('an answer in single bytes is put together', async () => {
    await using server = await scriptedServer(async (socket) => {
      for (const byte of authentication(10, 'SCRAM-SHA-256\0\0')) {
        socket.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    expect(await probe(server.port)).toMatchObject({ kind: 'asked', method: 'sasl', mechanisms: ['SCRAM-SHA-256'] });
  });

  test('an answer without end is left', async () => {
    await using server = await scriptedServer((socket) => {
      for (let round = 0; round < 20; round += 1) socket.write(message('N', Buffer.alloc(20_000)));
    });
    expect(await probe(server.port)).toMatchObject({ kind: 'unreadable' });
  });

  test('a TLS handshake that fails, a closed port, a silent server, an interruption', async () => {
    await using broken = await scriptedServer((socket) => {
      socket.write('S');
      socket.once('data', () => socket.end('no TLS here'));
    });
    expect(await probe(broken.port, 'tls')).toMatchObject({ kind: 'tls-failed' });
    const gone = await scriptedServer(() => {});
    await gone[Symbol.asyncDispose]();
    expect(await probe(gone.port)).toMatchObject({
      kind: 'unreachable',
      reason: expect.stringContaining('connection refused'),
    });
    await using silent = await scriptedServer(() => {});
    expect(await probe(silent.port, 'plain', 100)).toMatchObject({
      kind: 'timeout',
      reason: expect.stringContaining('within 0.1 s'),
    });
    await expect.poll(() => silent.count.open).toBe(0);
    await expect(probe(silent.port, 'plain', 5_000, AbortSignal.abort())).rejects.toMatchObject({
      errorClass: 'cancelled',
    });
  });

  test('what it sends: user, database, its name, and nothing secret', async () => {
    await using server = await scriptedServer((socket) => socket.end(authentication(3)));
    await probe(server.port);
    expect(startupParameters(Buffer.from(server.received(), 'latin1'))).toEqual({
      user: 'app',
      database: 'app',
      application_name: 'bus challenge probe',
    });
  });
});
