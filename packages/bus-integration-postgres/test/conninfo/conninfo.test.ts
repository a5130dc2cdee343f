import { join } from 'node:path';
import { inspect } from 'node:util';
import { OperationError, Secret } from 'bus-integration-database';
import { describe, expect, it } from 'vitest';
import { resolveDsn } from '../../src/conninfo/conninfo.ts';
import type { ConnectionTarget } from '../../src/conninfo/target.ts';
import { connectionKeywords } from '../../src/dsn/keywords.ts';
import { passwordsOf, usePlace } from '../resolving.ts';

const place = usePlace();
const tcp = 'host=db.example';

describe('resolveDsn', () => {
  it('gives the defaults of libpq', async () => {
    expect(await place.resolved('')).toEqual({
      addresses: [{ host: place.path, port: 5432 }],
      user: 'ann',
      database: 'ann',
      sslmode: 'prefer',
      said: {},
      sslnegotiation: 'postgres',
      sslsni: true,
      sslMinProtocolVersion: 'TLSv1.2',
      channelBinding: 'prefer',
      targetSessionAttrs: 'any',
      loadBalanceHosts: 'disable',
      warnings: [],
    });
  });

  it('gives all that a full connection string says', async () => {
    for (const name of ['ca.crt', 'ca.crl', 'me.crt', 'me.key']) place.write(name);
    const target = await place.resolved(
      'postgres://u:p@h1:1,[::1]:2/d?sslmode=verify-full&sslnegotiation=direct&sslrootcert=ca.crt&sslcrl=ca.crl&sslcert=me.crt&sslkey=./me.key' +
        '&sslpassword=q&sslsni=0&ssl_min_protocol_version=tlsv1.3&ssl_max_protocol_version=TLSV1.3&channel_binding=require&require_auth=scram-sha-256' +
        '&connect_timeout=%2010%20&target_session_attrs=read-write&load_balance_hosts=random&options=-c%20a%3Db',
    );
    expect(target).toEqual({
      addresses: [
        { host: 'h1', port: 1, password: expect.any(Secret) },
        { host: '::1', port: 2, password: expect.any(Secret) },
      ],
      user: 'u',
      database: 'd',
      sslmode: 'verify-full',
      said: { sslmode: 'verify-full', sslrootcert: 'ca.crt' },
      sslnegotiation: 'direct',
      sslrootcert: join(place.path, 'ca.crt'),
      sslcrl: join(place.path, 'ca.crl'),
      sslcert: join(place.path, 'me.crt'),
      sslkey: join(place.path, 'me.key'),
      sslpassword: expect.any(Secret),
      sslsni: false,
      sslMinProtocolVersion: 'TLSv1.3',
      sslMaxProtocolVersion: 'TLSv1.3',
      channelBinding: 'require',
      requireAuth: { methods: ['scram-sha-256'], negated: false },
      connectTimeoutMs: 10_000,
      targetSessionAttrs: 'read-write',
      loadBalanceHosts: 'random',
      options: '-c a=b',
      warnings: [],
    });
    expect(passwordsOf(target)).toEqual(['p', 'p']);
    expect(target.sslpassword?.reveal()).toBe('q');
  });

  it('never takes a database name for a connection string', async () => {
    expect(await place.resolved("dbname='host=elsewhere user=x'")).toMatchObject({
      database: 'host=elsewhere user=x',
      user: 'ann',
    });
    expect(await place.resolved('', { PGDATABASE: 'postgres://elsewhere/x' })).toMatchObject({
      database: 'postgres://elsewhere/x',
    });
  });

  it('refuses a keyword that did not come from parseDsn', async () => {
    const processContext = { env: {}, homeDirectory: place.home, osUser: 'ann', cwd: place.path };
    await expect(resolveDsn({ hush: 'hush' }, processContext)).rejects.toThrow(
      new OperationError('invalid-request', 'the connection parameters hold a keyword that libpq does not know'),
    );
  });

  it('needs a user', async () => {
    await expect(place.resolved('', {}, { osUser: '' })).rejects.toThrow(
      'user is missing, and who runs this has no name either',
    );
    expect(await place.resolved('user=x', {}, { osUser: '' })).toMatchObject({ user: 'x', database: 'x' });
  });
});

describe('the environment', () => {
  it.each<[Record<string, string>, Partial<ConnectionTarget> | Record<string, unknown>]>([
    [{ PGHOST: 'h' }, { addresses: [{ host: 'h', port: 5432 }] }],
    [
      { PGHOST: 'h,i' },
      {
        addresses: [
          { host: 'h', port: 5432 },
          { host: 'i', port: 5432 },
        ],
      },
    ],
    [{ PGHOSTADDR: '10.0.0.1' }, { addresses: [{ host: '10.0.0.1', hostaddr: '10.0.0.1', port: 5432 }] }],
    [{ PGPORT: '6000' }, { addresses: [{ host: expect.any(String), port: 6000 }] }],
    [{ PGDATABASE: 'd' }, { database: 'd', user: 'ann' }],
    [{ PGUSER: 'u' }, { database: 'u', user: 'u' }],
    [{ PGPASSWORD: 'p' }, { addresses: [{ host: expect.any(String), port: 5432, password: expect.any(Secret) }] }],
    [{ PGCHANNELBINDING: 'disable' }, { channelBinding: 'disable' }],
    [{ PGCONNECT_TIMEOUT: '3' }, { connectTimeoutMs: 3000 }],
    [{ PGOPTIONS: '-c x=y' }, { options: '-c x=y' }],
    [{ PGSSLMODE: 'disable' }, { sslmode: 'disable' }],
    [{ PGREQUIRESSL: '1' }, { sslmode: 'require' }],
    [{ PGREQUIRESSL: '0' }, { sslmode: 'prefer' }],
    [{ PGREQUIRESSL: '1', PGSSLMODE: 'allow' }, { sslmode: 'allow' }],
    [{ PGSSLNEGOTIATION: 'direct', PGSSLMODE: 'require' }, { sslnegotiation: 'direct' }],
    [{ PGSSLSNI: '0' }, { sslsni: false }],
    [{ PGSSLCOMPRESSION: '1' }, { sslmode: 'prefer' }],
    [{ PGSSLMINPROTOCOLVERSION: 'TLSv1' }, { sslMinProtocolVersion: 'TLSv1' }],
    [{ PGSSLMINPROTOCOLVERSION: '', PGSSLMAXPROTOCOLVERSION: 'TLSv1.1' }, { sslMaxProtocolVersion: 'TLSv1.1' }],
    [{ PGREQUIREAUTH: '!md5' }, { requireAuth: { methods: ['md5'], negated: true } }],
    [{ PGTARGETSESSIONATTRS: 'primary' }, { targetSessionAttrs: 'primary' }],
    [{ PGLOADBALANCEHOSTS: 'random' }, { loadBalanceHosts: 'random' }],
    [{ PGMINPROTOCOLVERSION: '3.0', PGMAXPROTOCOLVERSION: 'latest' }, { warnings: [] }],
    [{ PGGSSENCMODE: 'prefer', PGKRBSRVNAME: 'x', PGGSSLIB: 'gssapi', PGGSSDELEGATION: '1' }, { warnings: [] }],
    [{ PGAPPNAME: 'x', PGCLIENTENCODING: 'LATIN1' }, { warnings: [] }],
    [
      { PGHOST: '', PGPORT: '', PGUSER: '', PGDATABASE: '', PGPASSWORD: '', PGREQUIREAUTH: '', PGPASSFILE: '' },
      { user: 'ann' },
    ],
  ])('%o', async (env, expected) => {
    expect(await place.resolved('', env)).toMatchObject(expected);
  });

  it('names files from the working directory, in every variable that takes one', async () => {
    for (const name of ['ca.crt', 'ca.crl', 'me.crt', 'me.key']) place.write(name);
    place.write('pass', '*:*:*:*:filed');
    const env = {
      PGSSLROOTCERT: 'ca.crt',
      PGSSLCRL: 'ca.crl',
      PGSSLCERT: 'me.crt',
      PGSSLKEY: 'me.key',
      PGPASSFILE: 'pass',
    };
    const target = await place.resolved(tcp, env);
    expect(target).toMatchObject({
      sslrootcert: join(place.path, 'ca.crt'),
      sslcrl: join(place.path, 'ca.crl'),
      sslcert: join(place.path, 'me.crt'),
      sslkey: join(place.path, 'me.key'),
    });
    expect(passwordsOf(target)).toEqual(['filed']);
    expect(await place.resolved(tcp, { ...env, PGSSLCERTMODE: 'disable' })).not.toHaveProperty('sslcert');
  });

  it.each([
    ["user='adm\nTAIL'", {}, 'user (from the connection string)'],
    ["dbname='db\rTAIL'", {}, 'dbname (from the connection string)'],
    ['', { PGUSER: 'adm\nTAIL' }, 'user (from PGUSER)'],
    ['', { PGDATABASE: 'db\r\nTAIL' }, 'dbname (from PGDATABASE)'],
  ] as [string, Record<string, string>, string][])('refuses a line break in a name: %j %o', async (dsn, env, said) => {
    const error = await place.resolved(`host=127.0.0.1 ${dsn}`, env).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ errorClass: 'invalid-request' });
    expect(String(error)).toContain(`${said} holds a line break (CR or LF)`);
    expect(String(error)).not.toContain('TAIL');
  });

  it('comes after the connection string, which an empty value still speaks for', async () => {
    const env = { PGUSER: 'e', PGPORT: '6000', PGSSLMODE: 'bogus', PGPASSWORD: 'e' };
    const target = await place.resolved("user=d port=1 sslmode=allow password=''", env);
    expect(target).toMatchObject({ user: 'd', sslmode: 'allow', addresses: [{ port: 1 }] });
    expect(passwordsOf(target)).toEqual([undefined]);
  });

  const variables = Object.entries(connectionKeywords).filter(([, variable]) => variable !== null);
  it.each(variables as [string, string][])(
    'says for %s by %s what the connection string would say',
    async (keyword, variable) => {
      const outcome = (dsn: string, env: Record<string, string>) =>
        place
          .resolved(`${tcp} ${dsn}`.replace(keyword === 'host' ? tcp : '', ''), env)
          .catch((error: Error) => error.message);
      for (const value of ['x', '1', '']) {
        const said = await outcome(`${keyword}='${value}'`, {});
        const found = await outcome('', { [variable]: value });
        expect(typeof found === 'string' ? found.replace(variable, 'the connection string') : found).toEqual(said);
      }
    },
  );
});

it('shows no password and repeats no value of the connection string', async () => {
  for (const name of ['me.crt', 'me.key']) place.write(name);
  place.write('home/.pgpass', '*:*:*:*:hush');
  const target = await place.resolved(`${tcp} sslcert=me.crt sslkey=me.key sslpassword=hush`);
  expect(passwordsOf(target)).toEqual(['hush']);
  expect([inspect(target, { depth: 9 }), JSON.stringify(target), `${target.sslpassword}`].join()).not.toContain('hush');
  // A path is named, because nothing else would help; of everything else only the keyword.
  const paths = ['passfile', 'sslrootcert', 'sslcert', 'sslkey', 'sslcrl'];
  const refused: string[] = [];
  for (const keyword of Object.keys(connectionKeywords).filter((one) => !paths.includes(one))) {
    const error = await place.resolved(`${tcp} ${keyword}=hush`).catch((thrown: unknown) => thrown);
    if (!(error instanceof OperationError)) continue;
    refused.push(keyword);
    expect(JSON.stringify([error.message, error.diagnostics]), keyword).not.toContain('hush');
  }
  expect(refused.length).toBeGreaterThan(25);
});
