// What apply writes into DSN files on servers with and without TLS, over TCP and sockets; files of yesterday and files that
// an operator changed; less TLS. Real servers, the whole path of a request.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Response } from 'bus-integration-database';
import { parseDsn } from 'bus-integration-postgres';
import { createCertificateAuthority, createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFile } from '../packages/bus-integration-postgres/test/temporary-file.ts';
import { createDeployment, type Deployment, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const authority = createCertificateAuthority();
const root = temporaryFile(authority.certificate);
const plain = 'host all all all scram-sha-256\nlocal all all scram-sha-256\n';
let noTls: Server;
let tls: Server;
let count = 0;

beforeAll(async () => {
  [noTls, tls] = await Promise.all([
    startServer({ hba: plain }),
    startServer({ hba: plain, tls: { ...authority.issue(), ca: authority.certificate } }),
  ]);
});
afterAll(async () => {
  await noTls.stop();
  await tls.stop();
});

interface Made extends Disposable {
  readonly file: string;
  /** The same folder, database and role under other keys or another admin DSN. */
  under(keys: Record<string, string>, adminDsn?: string): Deployment;
  /** The parameters of its one file. */
  content(): Record<string, string>;
  line(): string;
  write(line: string): void;
}

function make(server: Server, adminDsn = server.dsn(), database?: string): Made {
  count += 1;
  const folder = temporaryFolder();
  const name = database ?? `content${count}`;
  const file = join(folder.path, 'local/dsn', `${encodeURIComponent(name)}.dsn`);
  const line = () => readFileSync(file, 'utf8').trim();
  const role = `content${count}_svc`;
  return {
    file,
    under: (keys, dsn = adminDsn) =>
      createDeployment({ adminDsn: dsn, desired: { databases: [name], serviceRole: role, keys }, folder: folder.path }),
    content: () => parseDsn(line()),
    line,
    write: (text) => {
      writeFileSync(file, `${text}\n`);
      chmodSync(file, 0o600);
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

async function applied(deployment: Deployment, allow: string[] = []): Promise<Response> {
  const response = await deployment.apply({ allow });
  expect(response.ok, explain(response)).toBe(true);
  return response;
}

const codes = ({ diagnostics }: Response) => diagnostics.map(({ code }) => code);
const summaries = ({ steps }: Response) =>
  steps.filter(({ action }) => action === 'write-dsn-file').map(({ risk, summary }) => `${risk}: ${summary}`);

describe('sslmode', () => {
  test.each([
    ['no TLS', '', {}, { sslmode: 'disable' }],
    ['no TLS, prefer said', '?sslmode=prefer', {}, { sslmode: 'disable' }],
    ['no TLS, allow said', '?sslmode=allow', {}, { sslmode: 'disable' }],
    ['TLS', '', {}, { sslmode: 'require' }],
    ['TLS, allow said', '?sslmode=allow', {}, { sslmode: 'require' }],
    ['TLS, disable said', '?sslmode=disable', {}, { sslmode: 'disable' }],
    ['TLS, verify-ca said', `?sslmode=verify-ca&sslrootcert=${root}`, {}, { sslmode: 'verify-ca', sslrootcert: root }],
    ['TLS, only a CA said', `?sslrootcert=${root}`, {}, { sslmode: 'require' }],
    ['TLS, a CA configured', '', { BUS_DATABASE_SERVICE_SSLROOTCERT: root }, { sslmode: 'require', sslrootcert: root }],
    ['TLS, configured', '?sslmode=require', { BUS_DATABASE_SERVICE_SSLMODE: 'disable' }, { sslmode: 'disable' }],
    [
      'TLS, what fails elsewhere',
      '?channel_binding=require&target_session_attrs=read-write',
      {},
      { sslmode: 'require' },
    ],
  ])('%s', async (name, query, keys, expected) => {
    const server = name.startsWith('TLS') ? tls : noTls;
    using made = make(server, `${server.dsn()}${query}`);
    const deployment = made.under(keys);
    await applied(deployment);
    const { user: _user, password: _password, dbname: _dbname, host: _host, port: _port, ...rest } = made.content();
    expect(rest).toEqual(expected);
    expect(stepLines((await deployment.plan()).steps)).toEqual([]);
    const verified = await deployment.verify();
    expect(verified.ok, explain(verified)).toBe(true);
  });

  test('an admin on the socket: of the services, by what the server has', async () => {
    for (const [server, sslmode] of [
      [noTls, 'disable'],
      [tls, 'require'],
    ] as const) {
      using made = make(server, server.socketDsn());
      await applied(made.under({}));
      expect(made.line()).toMatch(/@localhost:\d+\/content\d+\?host=\/[^&]+&sslmode=disable$/);
      const byTcp = made.under({ BUS_DATABASE_SERVICE_HOST: '127.0.0.1' });
      expect(codes(await byTcp.plan())).toContain('service-sslmode');
      await applied(byTcp);
      expect(made.content()).toMatchObject({ host: '127.0.0.1', sslmode });
    }
  });
});

describe('files written before', () => {
  test.each([
    ['without sslmode', (line: string) => line.replace(/\?.*/, '')],
    ['another scheme', (line: string) => line.replace('postgresql://', 'postgres://')],
    ['encoded', (line: string) => line.replace('a&b', 'a%26b')],
    [
      'as keywords',
      (line: string) =>
        Object.entries(parseDsn(line))
          .map(([keyword, value]) => `${keyword}=${value}`)
          .join(' '),
    ],
  ])('%s: written anew with the password that it holds', async (_, before) => {
    using made = make(noTls, noTls.dsn(), `a&b${count}`);
    const deployment = made.under({});
    await applied(deployment);
    const now = made.line();
    made.write(before(now));
    expect(made.line()).not.toBe(now);
    const plan = await deployment.plan();
    expect(plan.ok, explain(plan)).toBe(true);
    expect(summaries(plan)).toHaveLength(1);
    expect(summaries(plan)[0]).toMatch(/^update: .*, the password it has$/);
    await applied(deployment);
    expect(made.line()).toBe(now);
  });

  test('a socket in the place of the host', async () => {
    using made = make(noTls, noTls.socketDsn());
    const deployment = made.under({});
    await applied(deployment);
    const now = made.line();
    const { host = '', password, user, port, dbname } = made.content();
    made.write(`postgresql://${user}:${password}@${encodeURIComponent(host)}:${port}/${dbname}`);
    expect(summaries(await deployment.plan())[0]).toMatch(
      /^update: .*sslmode unset → disable, written as every client/,
    );
    await applied(deployment);
    expect(made.line()).toBe(now);
  });

  test('a password that can be neither proven nor disproven waits, and is not a failure', async () => {
    await using server = await startServer({ hba: plain });
    using made = make(server, await createPlainAdmin(server));
    const deployment = made.under({});
    await applied(deployment);
    made.write(made.line().replace(/\?.*/, ''));
    writeFileSync(server.hbaFile, 'host all all all trust\nlocal all all trust\n');
    await server.reload();
    const plan = await deployment.plan();
    expect(plan.ok, explain(plan)).toBe(true);
    expect(codes(plan)).toContain('password-unproven');
    made.write(made.line().replace('127.0.0.1', 'localhost'));
    expect(await deployment.plan()).toMatchObject({ ok: false });
  });
});

describe('what an operator added', () => {
  test('is kept, told by its name only, and no difference', async () => {
    using made = make(noTls);
    await applied(made.under({}));
    made.write(`${made.line()}&application_name=shop&options=-c%20work_mem%3D7MB&target_session_attrs=read-write`);
    const plan = await made.under({}).plan();
    expect(stepLines(plan.steps)).toEqual([]);
    expect(plan.diagnostics.find(({ code }) => code === 'added-parameters')?.message).toMatch(
      /1 DSN file has .*: application_name, options, target_session_attrs$/,
    );
    const moved = made.under({ BUS_DATABASE_SERVICE_HOST: 'localhost' });
    expect(JSON.stringify(await moved.plan())).not.toContain('7MB');
    await applied(moved);
    expect(made.content()).toMatchObject({
      host: 'localhost',
      application_name: 'shop',
      options: '-c work_mem=7MB',
      target_session_attrs: 'read-write',
    });
    const verified = await moved.verify();
    expect(verified.ok, explain(verified)).toBe(true);
  });

  test('a list of servers that holds ours is kept; what leads elsewhere is not', async () => {
    using made = make(noTls);
    const deployment = made.under({});
    await applied(deployment);
    const now = made.line();
    made.write(now.replace(/@127\.0\.0\.1:(\d+)/, '@127.0.0.1:$1,standby.invalid:$1'));
    expect(stepLines((await deployment.plan()).steps)).toEqual([]);
    made.write(`${now}&hostaddr=10.9.8.7&passfile=/tmp/other`);
    expect(stepLines((await deployment.plan()).steps)).toEqual([expect.stringMatching(/^write-dsn-file /)]);
    await applied(deployment);
    expect(made.line()).toBe(now);
  });
});

describe('BUS_DATABASE_SERVICE_PARAMETERS', () => {
  const keys = {
    BUS_DATABASE_SERVICE_PARAMETERS: "application_name=shop, channel_binding=prefer options='-c work_mem=9MB'",
  };

  test('stands in every file, and a plan says who does not read it', async () => {
    using made = make(noTls);
    const deployment = made.under(keys);
    await applied(deployment);
    expect(made.content()).toMatchObject({
      application_name: 'shop',
      channel_binding: 'prefer',
      options: '-c work_mem=9MB',
    });
    const plan = await deployment.plan();
    expect(stepLines(plan.steps)).toEqual([]);
    expect(plan.diagnostics.filter(({ code }) => code === 'driver-support').map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /channel_binding: postgres\.js, asyncpg, lib\/pq, pgx do not connect with it; pg passes over/,
      ),
    ]);
    await applied(made.under({ BUS_DATABASE_SERVICE_PARAMETERS: 'application_name=cellar' }));
    expect(made.content()).toMatchObject({ application_name: 'cellar', channel_binding: 'prefer' });
  });

  test.each([
    ['password=SECRET', 'password is secret, or leads to a secret'],
    ['passfile=/SECRET', 'passfile is secret'],
    ['sslpassword=SECRET', 'sslpassword is secret'],
    ['service=SECRET', 'service is secret'],
    ['sslmode=require', 'sslmode has a key of its own'],
    ['host=SECRET', 'host has a key of its own'],
    ['user=SECRET', 'user has a key of its own'],
    ['applicaton_name=SECRET', 'libpq has no keyword applicaton_name; did you mean application_name?'],
    ['SECRET=x', 'libpq has no such keyword'],
    ['application_name=a application_name=SECRET', 'application_name is given twice'],
    ['application_name', 'is not a list of keyword=value'],
    ["application_name='SECRET", 'is not a list of keyword=value'],
    ['application_name=', 'application_name has no value'],
    ['sslcert=~/SECRET', 'sslcert begins with ~, which only a shell expands'],
    ['sslcrl=$HOME/SECRET', 'sslcrl holds a $, which only a shell expands'],
  ])('refuses %s', (value, says) => {
    using made = make(noTls);
    const error = (() => {
      try {
        made.under({ BUS_DATABASE_SERVICE_PARAMETERS: value });
      } catch (caught) {
        return caught as Error;
      }
      return undefined;
    })();
    expect(error?.message).toContain(says);
    expect(error?.message).not.toContain('SECRET');
  });

  test('paths stand whole in the file, as services run in other directories', async () => {
    using made = make(noTls);
    await applied(made.under({ BUS_DATABASE_SERVICE_PARAMETERS: 'sslcert=./x.pem sslcrl=/etc/crl.pem' }));
    expect(made.content()).toMatchObject({
      sslcert: expect.stringMatching(/^\/.*[^.]\/x\.pem$/),
      sslcrl: '/etc/crl.pem',
    });
  });

  test('refuses a value that no client takes', async () => {
    using made = make(noTls);
    const plan = await made.under({ BUS_DATABASE_SERVICE_PARAMETERS: 'target_session_attrs=SECRET' }).plan();
    expect(plan).toMatchObject({ ok: false, error_class: 'invalid-request' });
    expect(explain(plan)).toMatch(/BUS_DATABASE_SERVICE_PARAMETERS: target_session_attrs must be any, read-write/);
    expect(JSON.stringify(plan)).not.toContain('SECRET');
  });
});

describe('several servers in the admin DSN', () => {
  test('the file gets the one that was reached, all of them where they are asked for', async () => {
    const { port } = noTls;
    const list = noTls.dsn().replace(`127.0.0.1:${port}`, `127.0.0.1:${port},localhost:${port}`);
    using made = make(noTls, `${list}?target_session_attrs=any`);
    const plan = await made.under({}).plan();
    expect(plan.diagnostics.find(({ code }) => code === 'service-hosts')?.message).toMatch(
      /names 2 servers.*127\.0\.0\.1 alone/,
    );
    await applied(made.under({}));
    expect(made.content()).toMatchObject({ host: '127.0.0.1', port: `${port}` });
    const asked = made.under({ BUS_DATABASE_SERVICE_HOST: '127.0.0.1,localhost' });
    expect((await asked.plan()).diagnostics.map(({ message }) => message).join()).toContain(
      'a list of hosts: pg, lib/pq and SQLAlchemy do not connect with it',
    );
    await applied(asked);
    expect(made.content()).toMatchObject({ host: '127.0.0.1,localhost', port: `${port},${port}` });
    const verified = await asked.verify();
    expect(verified.ok, explain(verified)).toBe(true);
  });
});

describe('less TLS', () => {
  test('is refused until it is allowed by name, and told with what stood there', async () => {
    using made = make(tls);
    const strict = { BUS_DATABASE_SERVICE_SSLMODE: 'verify-ca', BUS_DATABASE_SERVICE_SSLROOTCERT: root };
    await applied(made.under(strict));
    const weaker = made.under({ BUS_DATABASE_SERVICE_SSLMODE: 'disable' });
    const plan = await weaker.plan();
    expect(plan).toMatchObject({ ok: false, error_class: 'unsafe' });
    expect(summaries(plan)[0]).toMatch(/^weaken-tls: .*sslmode verify-ca → disable, sslrootcert .* → unset/);
    expect(explain(plan)).toMatch(/1 weakening of TLS not allowed/);
    expect(plan.diagnostics.map(({ remedy }) => remedy).join()).toContain('--allow weaken-tls');
    const refused = await weaker.apply();
    expect(refused).toMatchObject({ ok: false, error_class: 'unsafe' });
    expect(made.content().sslmode).toBe('verify-ca');
    // Other words don't speak for it, nor does a rotation.
    expect((await weaker.plan({ allow: ['update', 'revoke', 'destructive'] })).ok).toBe(false);
    expect((await weaker.plan({ rotate: [made.content().user ?? ''] })).ok).toBe(false);
    await applied(weaker, ['weaken-tls']);
    expect(made.content()).toMatchObject({ sslmode: 'disable' });
    // Back again nobody has to ask.
    await applied(made.under(strict));
  });

  test('a file without sslmode on a server with TLS is weakened by disable', async () => {
    using made = make(tls);
    await applied(made.under({}));
    made.write(made.line().replace(/\?.*/, ''));
    const plan = await made.under({ BUS_DATABASE_SERVICE_SSLMODE: 'disable' }).plan();
    expect(summaries(plan)[0]).toMatch(/^weaken-tls: .*sslmode unset → disable/);
    expect(summaries(await made.under({}).plan())[0]).toMatch(/^update: .*sslmode unset → require/);
  });

  test('a server that lost its TLS', async () => {
    using made = make(noTls);
    await applied(made.under({}));
    made.write(made.line().replace('sslmode=disable', 'sslmode=require'));
    const plan = await made.under({}).plan();
    expect(plan.ok).toBe(false);
    expect(summaries(plan)[0]).toMatch(/^weaken-tls: .*sslmode require → disable/);
  });
});

describe('files that no service could use', () => {
  test.each([
    [
      'TLS demanded of a server without',
      { BUS_DATABASE_SERVICE_SSLMODE: 'require' },
      'the DSN files would demand TLS (sslmode=require), which the server does not offer',
      'BUS_DATABASE_SERVICE_SSLMODE=disable',
    ],
    [
      'TLS demanded by a CA of a server without',
      { BUS_DATABASE_SERVICE_SSLROOTCERT: root },
      'the DSN files would demand TLS (sslmode=require), which the server does not offer',
      'turn ssl on in postgresql.conf',
    ],
    [
      'direct TLS beside none',
      { BUS_DATABASE_SERVICE_PARAMETERS: 'sslnegotiation=direct' },
      'sslnegotiation=direct needs sslmode=require or stricter; the DSN files would get sslmode=disable',
      'take sslnegotiation out of BUS_DATABASE_SERVICE_PARAMETERS',
    ],
    [
      'channel binding without TLS',
      { BUS_DATABASE_SERVICE_PARAMETERS: 'channel_binding=require' },
      'channel_binding=require needs TLS',
      'take channel_binding out of BUS_DATABASE_SERVICE_PARAMETERS',
    ],
  ])('%s: plan, doctor and apply say so, and none is written', async (_, keys, says, remedy) => {
    using made = make(noTls);
    const deployment = made.under(keys);
    for (const answer of [await deployment.plan(), await deployment.doctor(), await deployment.apply()]) {
      expect(answer.ok).toBe(false);
      expect(JSON.stringify(answer)).toContain(says);
      expect(JSON.stringify(answer)).toContain(remedy);
    }
    expect(existsSync(made.file)).toBe(false);
  });

  test('TLS demanded at another address is a warning: a proxy may offer it', async () => {
    using made = make(noTls);
    const plan = await made
      .under({ BUS_DATABASE_SERVICE_SSLMODE: 'require', BUS_DATABASE_SERVICE_HOST: 'proxy.invalid' })
      .plan();
    expect(plan.ok, explain(plan)).toBe(true);
    expect(codes(plan)).toContain('service-tls');
  });
});

describe('an admin by peer over the socket', () => {
  test('a plan foresees that services can not use it, and names the key', async () => {
    await using server = await startServer({
      hba: 'local all postgres scram-sha-256\nlocal all all peer\nhost all all all scram-sha-256\n',
    });
    using made = make(server, server.socketDsn());
    const deployment = made.under({});
    for (const answer of [await deployment.plan(), await deployment.doctor()]) {
      const told = JSON.stringify(answer);
      expect(told).toMatch(
        /can't log in over the socket in [^"]*pg_hba\.conf:2, the line for content\d+_svc@content\d+, is for peer/,
      );
      expect(told).toContain('set BUS_DATABASE_SERVICE_HOST=127.0.0.1');
    }
    const dialling = made.under({ BUS_DATABASE_SERVICE_HOST: '127.0.0.1' });
    expect(codes(await dialling.plan())).not.toContain('service-peer');
    await applied(dialling);
    const verified = await dialling.verify();
    expect(verified.ok, explain(verified)).toBe(true);
  });
});
