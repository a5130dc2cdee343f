import { rmSync } from 'node:fs';
import { Secret } from 'bus-integration-database';
import { createCertificateAuthority, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, createMeter, type Session } from '../../../src/connection/connect.ts';
import type { ConnectionTarget, ServerAddress } from '../../../src/conninfo/target.ts';
import { scriptedServer } from '../../scripted-server.ts';
import { brief, targetAt, targetOf } from '../../target.ts';
import { temporaryFile } from '../../temporary-file.ts';

const hba = `
local all all scram-sha-256
hostssl all cert_role all cert
hostssl all tls_role all scram-sha-256
hostnossl all plain_role all scram-sha-256
host all postgres all scram-sha-256
`;

describe.each([14, 18] as const)('PostgreSQL %i', (major) => {
  const authority = createCertificateAuthority();
  const stranger = createCertificateAuthority('A stranger');
  const client = authority.issue({ commonName: 'cert_role' });
  const names = ['localhost', '127.0.0.1'];
  let server: Server;
  const files = { root: '', stranger: '', cert: '', key: '' };

  beforeAll(async () => {
    files.root = temporaryFile(authority.certificate);
    files.stranger = temporaryFile(stranger.certificate);
    files.cert = temporaryFile(client.certificate);
    files.key = temporaryFile(client.key);
    server = await startServer({ major, hba, tls: { ...authority.issue({ names }), ca: authority.certificate } });
    await server.query(
      `CREATE ROLE cert_role LOGIN; CREATE ROLE tls_role LOGIN PASSWORD 'pencil'; CREATE ROLE plain_role LOGIN PASSWORD 'pencil'`,
    );
  });
  afterAll(() => server.stop());

  const at = (host: string): { addresses: readonly ServerAddress[] } => ({
    addresses: [{ host, hostaddr: '127.0.0.1', port: server.port, password: new Secret(server.password) }],
  });
  const open = (said: Partial<ConnectionTarget>, host = 'localhost'): Promise<Session> =>
    connect(targetOf(server, { ...at(host), ...said }), brief);
  const untrusted = (seen: string) => ({ errorClass: 'unreachable', message: expect.stringContaining(seen) });

  test.each([
    ['disable', {}, null],
    ['allow', {}, null],
    ['prefer', {}, 'nothing'],
    ['require', {}, 'nothing'],
    ['require', { root: true }, 'chain'],
    ['verify-ca', { root: true }, 'chain'],
    ['verify-full', { root: true }, 'name'],
  ] as const)('sslmode=%s %j: what is checked is %s', async (sslmode, { root }: { root?: true }, verification) => {
    await using session = await open({ sslmode, ...(root && { sslrootcert: files.root }) });
    expect(session.tls?.verification ?? null).toBe(verification);
    const [row] = await session.query(
      'SELECT ssl, version FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()',
    );
    expect(row).toEqual({ ssl: verification !== null, version: session.tls?.protocol ?? null });
  });

  test('verify-full checks the name, verify-ca does not; addresses are names too', async () => {
    const sslrootcert = files.root;
    await expect(open({ sslmode: 'verify-full', sslrootcert }, 'db.example.com')).rejects.toMatchObject(
      untrusted('it is for DNS:localhost, IP Address:127.0.0.1, not for db.example.com'),
    );
    await (await open({ sslmode: 'verify-ca', sslrootcert }, 'db.example.com')).close();
    await (await open({ sslmode: 'verify-full', sslrootcert }, '127.0.0.1')).close();
  });

  test.each(['require', 'verify-ca', 'verify-full'] as const)(
    "sslmode=%s refuses a stranger's certificate",
    async (sslmode) => {
      const refusal = untrusted('a certificate that is not trusted: no CA in');
      await expect(open({ sslmode, sslrootcert: files.stranger })).rejects.toMatchObject(refusal);
    },
  );

  test('sslrootcert=system refuses a certificate that nobody public signed', async () => {
    await expect(open({ sslmode: 'verify-full', sslrootcert: 'system' })).rejects.toMatchObject(
      untrusted("this system's certificates"),
    );
  });

  test('prefer goes on without TLS when the handshake fails, as libpq does', async () => {
    await using session = await open({ sslmode: 'prefer', sslrootcert: files.stranger });
    expect(session.tls).toBeNull();
  });

  test('a missing or broken root certificate is named', async () => {
    const gone = temporaryFile('x');
    rmSync(gone);
    await expect(open({ sslmode: 'verify-full', sslrootcert: gone })).rejects.toMatchObject({
      errorClass: 'not-configured',
      message: expect.stringContaining(`sslrootcert ${gone} doesn't exist`),
    });
    await (await open({ sslmode: 'require', sslrootcert: gone })).close();
    await expect(open({ sslmode: 'require', sslrootcert: temporaryFile('no PEM') })).rejects.toThrow(
      'it holds no PEM certificate',
    );
  });

  test('expired certificates are refused', async () => {
    const validTo = new Date(Date.now() - 60_000);
    await using expired = await startServer({ major, tls: authority.issue({ names, validTo }) });
    const target = targetOf(expired, { sslmode: 'verify-full', sslrootcert: files.root });
    await expect(connect(target, brief)).rejects.toMatchObject(untrusted('it has expired'));
  });

  test('a client certificate logs in where the server asks for one', async () => {
    const cert = { user: 'cert_role', sslmode: 'verify-full', sslrootcert: files.root } as const;
    await using session = await open({ ...cert, sslcert: files.cert, sslkey: files.key });
    expect(session.authentication.method).toBe('none');
    await expect(open(cert)).rejects.toMatchObject({ errorClass: 'authentication-failed' });
  });

  test('a key that is not the certificate’s is named', async () => {
    const sslkey = temporaryFile(stranger.key);
    await expect(open({ sslmode: 'require', sslcert: files.cert, sslkey })).rejects.toMatchObject({
      errorClass: 'not-configured',
      message: expect.stringContaining(sslkey),
    });
  });

  test('allow and prefer find the way that pg_hba.conf leaves', async () => {
    const password = new Secret('pencil');
    const as = (user: string, sslmode: ConnectionTarget['sslmode']) =>
      connect(targetOf(server, { ...at('localhost'), sslmode }), { ...brief, user, password });
    await using allowed = await as('tls_role', 'allow');
    expect(allowed.tls).not.toBeNull();
    await using preferred = await as('plain_role', 'prefer');
    expect(preferred.tls).toBeNull();
    await expect(as('tls_role', 'disable')).rejects.toMatchObject({ diagnostics: [{ code: '28000' }] });
    await expect(as('plain_role', 'require')).rejects.toMatchObject({ diagnostics: [{ code: '28000' }] });
    const neither = as('nobody', 'prefer');
    await expect(neither).rejects.toMatchObject({
      message: expect.stringMatching(/no encryption.*over TLS before that/),
    });
  });

  test('a wrong password is not offered a second time in plain text', async () => {
    const meter = createMeter();
    await expect(
      connect(targetOf(server, at('localhost')), { ...brief, meter, password: new Secret('x') }),
    ).rejects.toThrow();
    expect(meter).toMatchObject({ connections: 1, open: 0 });
  });

  test('protocol versions out of reach fail the handshake', async () => {
    await server.reload({ settings: { ssl_max_protocol_version: 'TLSv1.2' } });
    try {
      await expect(open({ sslmode: 'require', sslMinProtocolVersion: 'TLSv1.3' })).rejects.toThrow(
        /TLS handshake with .* failed/,
      );
      await using session = await open({ sslmode: 'require' });
      expect(session.tls?.protocol).toBe('TLSv1.2');
    } finally {
      await server.reload({ settings: { ssl_max_protocol_version: '' } });
    }
  });

  test('sslnegotiation=direct needs PostgreSQL 17', async () => {
    const direct = open({ sslmode: 'require', sslnegotiation: 'direct' });
    if (major < 17) return await expect(direct).rejects.toMatchObject({ errorClass: 'unreachable' });
    await using session = await direct;
    expect(session.tls).not.toBeNull();
  });

  test('the Unix-domain socket never has TLS', async () => {
    const address = { host: server.socketDirectory, port: server.port, password: new Secret(server.password) };
    await using session = await open({ addresses: [address], sslmode: 'verify-full', sslrootcert: files.root });
    expect(session.tls).toBeNull();
    expect(session.where).toBe(`${server.socketDirectory}/.s.PGSQL.${server.port}`);
  });
});

describe('IN-21 TLS refused', () => {
  test('a server without TLS', async () => {
    await using server = await startServer();
    await expect(connect(targetOf(server, { sslmode: 'require' }), brief)).rejects.toMatchObject({
      errorClass: 'unreachable',
      message: `127.0.0.1:${server.port} does not offer TLS, which sslmode=require demands`,
    });
    await using session = await connect(targetOf(server, { sslmode: 'prefer' }), brief);
    expect(session.tls).toBeNull();
  });

  test.each([
    ['closes', Buffer.alloc(0), 'closed the connection when asked for TLS'],
    ['answers with an error', Buffer.from('E\0\0\0\x08abcd'), 'with an error'],
    ['answers with something else', Buffer.from('HTTP/1.1'), 'something else'],
    ['slips bytes in behind its yes', Buffer.from('Sabc'), 'something else'],
    ['says yes and then speaks no TLS', Buffer.from('S'), 'TLS handshake with'],
  ])('a server that %s', async (_, answer, seen) => {
    await using server = await scriptedServer((socket) => {
      socket.write(answer);
      if (answer.length === 1) socket.once('data', () => socket.write('no TLS here'));
      else socket.end();
    });
    await expect(connect(targetAt(server.port, { sslmode: 'require' }), brief)).rejects.toMatchObject({
      errorClass: 'unreachable',
      message: expect.stringContaining(seen),
    });
    await expect.poll(() => server.count.open).toBe(0);
  });

  test('a server that says yes and then nothing', async () => {
    await using server = await scriptedServer((socket) => socket.write('S'));
    await expect(
      connect(targetAt(server.port, { sslmode: 'require' }), { ...brief, timeoutMs: 300 }),
    ).rejects.toMatchObject({
      errorClass: 'timeout',
    });
    await expect.poll(() => server.count.open).toBe(0);
  });
});
