// What stands on the way to the server: port maps, several servers behind one name, and what keeps us from coming in.
import { writeFileSync } from 'node:fs';
import { createCertificateAuthority, createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkOf, checksOf, examine } from './examined.ts';
import { startForwarder } from './forwarder.ts';

let one: Server;
let other: Server;
beforeAll(async () => {
  [one, other] = await Promise.all([startServer(), startServer({ major: 17 })]);
  const login = `CREATE ROLE same LOGIN CREATEDB CREATEROLE PASSWORD 'same'`;
  await Promise.all([one.query(login), other.query(login)]);
});
afterAll(() => Promise.all([one.stop(), other.stop()]));

const sameAt = (host: string, port: number) => `postgresql://same:same@${host}:${port}/postgres`;

describe('the way to the server', () => {
  it('a port map is told, and is not a fault', async () => {
    await using forwarder = await startForwarder([one]);
    const seen = await examine(sameAt('127.0.0.1', forwarder.port));
    expect(checkOf(seen, 'route')).toMatchObject({
      result: 'info',
      seen: expect.stringContaining(`the server was reached at 127.0.0.1:${one.port}`),
    });
    expect(checkOf(seen, 'several-servers').result).toBe('ok');
    expect(checkOf(seen, 'pooler').result).toBe('ok');
    expect(checkOf(await examine(one.dsn()), 'route').result).toBe('ok');
    expect(checkOf(await examine(one.socketDsn()), 'route').result).toBe('ok');
  });

  it('a forwarder of a socket is told too', async () => {
    const path = `${one.socketDirectory}/.s.PGSQL.${one.port}`;
    await using forwarder = await startForwarder([{ host: '', port: 0, path }]);
    expect(checkOf(await examine(one.dsn().replace(`:${one.port}/`, `:${forwarder.port}/`)), 'route')).toMatchObject({
      result: 'info',
      seen: expect.stringContaining('over its Unix-domain socket'),
    });
  });

  it('two servers behind one address', async () => {
    await using forwarder = await startForwarder([one, other]);
    const seen = await examine(sameAt('127.0.0.1', forwarder.port));
    expect(seen.ok).toBe(false);
    expect(checkOf(seen, 'several-servers')).toMatchObject({
      result: 'fail',
      seen: expect.stringMatching(/reached two servers: one started at .+, one at /),
    });
  });

  it('two servers behind one address, of which only one knows the admin', async () => {
    await using forwarder = await startForwarder([one, other]);
    const admin = await createPlainAdmin(one, 'known_here');
    const seen = await examine(admin.replace(`:${one.port}/`, `:${forwarder.port}/`));
    expect(checkOf(seen, 'several-servers')).toMatchObject({
      result: 'fail',
      seen: expect.stringContaining('a second one was not: several servers answer there'),
    });
  });
});

describe('a server that does not let us in', () => {
  const wayIn = async (dsn: string) => {
    const seen = await examine(dsn);
    expect(seen.ok).toBe(false);
    return (seen.checks ?? []).filter(({ result }) => result === 'fail').map(({ id, seen: text }) => `${id}: ${text}`);
  };

  it('names what is wrong', async () => {
    const authority = createCertificateAuthority();
    const now = Date.now();
    await using expired = await startServer({
      tls: { ...authority.issue({ names: ['127.0.0.1'], validTo: new Date(now - 86_400_000) }) },
      hba: 'hostssl all all 127.0.0.1/32 scram-sha-256\n',
    });
    const root = `${expired.directory}/root.pem`;
    writeFileSync(root, authority.certificate);
    const [wrong] = await wayIn(`${one.dsn().replace(/:[^:@]+@/, ':wrong@')}`);
    expect(wrong).toMatch(
      /^login: .*password authentication failed for user "postgres" \(from BUS_POSTGRES_ADMIN_DSN\)$/,
    );
    expect(await wayIn(`${expired.dsn()}?sslmode=disable`)).toEqual([
      expect.stringMatching(/^login: .*no pg_hba\.conf entry/),
    ]);
    expect(await wayIn(`${expired.dsn()}?sslmode=verify-full&sslrootcert=${encodeURIComponent(root)}`)).toEqual([
      expect.stringMatching(/^tls: .*expired/),
    ]);
    expect(await wayIn(`${one.dsn()}?sslmode=require`)).toEqual([expect.stringMatching(/^tls: .*does not offer TLS/)]);
    expect(await wayIn(one.dsn('nowhere'))).toEqual([expect.stringMatching(/database "nowhere" does not exist/)]);
    await using gone = await startForwarder([one]);
    await gone[Symbol.asyncDispose]();
    expect(await wayIn(sameAt('127.0.0.1', gone.port))).toEqual([
      expect.stringMatching(/^reachable: .*connection refused/),
    ]);
  });

  it('and says nothing of checks that it could not make', async () => {
    const seen = await examine(one.dsn('nowhere'));
    for (const id of ['pooler', 'connections', 'standby', 'admin-rights']) expect(checksOf(seen, id)).toEqual([]);
  });
});
