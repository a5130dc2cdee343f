// Verify against servers that are right and servers that are wrong: what it says of each, and what it leaves in their logs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Check, Response } from 'bus-integration-database';
import { createCertificateAuthority, createPlainAdmin, majors, type Server, startServer } from 'embedded';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { scriptedServer } from '../packages/bus-integration-postgres/test/scripted-server.ts';
import { createDeployment, type Deployment, type Desired, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';
import { someOf } from './variants.ts';

const desired: Desired = { databases: ['app', 'logs'], serviceRole: 'svc', roles: ['reporting'] };
const files = 4;
const roles = 2;
const host = (method: string, type = 'host') => `local all all scram-sha-256
${type} all postgres,deploy_admin all scram-sha-256
${type} all all all ${method}
`;

/** `ok challenge svc at 127.0.0.1:PORT: what was seen`, the port left out. */
function lines(response: Response): string[] {
  const text = ({ result, id, target = '', seen }: Check) => `${result} ${id} ${target}: ${seen}`;
  return (response.connectivity ?? []).map(text).map((line) => line.replaceAll(/:\d{4,5}\b/g, ':PORT'));
}

async function deployed(
  server: Server,
  folder: string,
  said: Partial<Desired> = {},
  adminDsn = server.dsn(),
): Promise<Deployment> {
  const deployment = createDeployment({ adminDsn, desired: { ...desired, ...said }, folder });
  const applied = await deployment.apply();
  expect(applied.ok, explain(applied)).toBe(true);
  return deployment;
}

/** The lines that the server wrote meanwhile, once it has ended the connections that wrote them. */
async function logOf<T>(server: Server, work: () => Promise<T>): Promise<{ answer: T; lines: string[] }> {
  const before = server.log().length;
  const answer = await work();
  await expect
    .poll(async () => (await server.query("SELECT FROM pg_stat_activity WHERE backend_type = 'client backend'")).length)
    .toBe(1);
  return {
    answer,
    lines: server
      .log()
      .slice(before)
      .split('\n')
      .filter((line) => /FATAL|ERROR|WARNING|LOG/.test(line)),
  };
}

describe.each(someOf('verify of a server that is right', majors, 1))(
  'a server that is right, PostgreSQL %i',
  (major) => {
    test.each(['superuser', 'plain'] as const)('is told so without a line in its log (as %s)', async (admin) => {
      await using server = await startServer({ major, tls: createCertificateAuthority().issue() });
      using folder = temporaryFolder();
      const adminDsn = admin === 'plain' ? await createPlainAdmin(server) : server.dsn();
      const deployment = await deployed(server, folder.path, {}, adminDsn);
      const { answer, lines: log } = await logOf(server, () => deployment.verify());
      expect(answer, explain(answer)).toMatchObject({ ok: true, complete: true });
      expect(lines(answer)).toEqual([
        'ok service-login svc@app: writes and reads in public',
        'ok service-login reporting@app: writes and reads in public',
        'ok service-login svc@logs: writes and reads in public',
        'ok service-login reporting@logs: writes and reads in public',
        ...['svc', 'reporting'].flatMap((role) => [
          `ok service-limits ${role}: may not create roles or databases, or act as a role that may; nor read passwords or files of the server in app, logs, postgres`,
          `ok challenge ${role} at 127.0.0.1:PORT: asked for SCRAM over TLS, asked for SCRAM over plain TCP`,
        ]),
        'warn shared-schema : svc, reporting may create in the same schemas of app, logs: what one of them makes there, the other may run',
      ]);
      expect(log).toEqual([]);
      const whole = await logOf(server, () => deployment.verify({ checks: ['connectivity', 'listener-policy'] }));
      expect(whole.answer.ok, explain(whole.answer)).toBe(true);
      expect(whole.lines).toEqual([]);
    });

    test('a wrong password is tried only when it is asked for, once for each role', async () => {
      await using server = await startServer({ major });
      using folder = temporaryFolder();
      const deployment = await deployed(server, folder.path);
      const { answer, lines: log } = await logOf(server, () => deployment.verify({ probes: ['wrong-password'] }));
      expect(answer.ok, explain(answer)).toBe(true);
      expect(lines(answer).filter((line) => line.includes('wrong-password'))).toEqual([
        'ok wrong-password svc: a wrong password is refused (28P01; the server has logged it)',
        'ok wrong-password reporting: a wrong password is refused (28P01; the server has logged it)',
      ]);
      expect(
        log
          .filter((line) => line.includes('FATAL'))
          .map((line) => line.replace(/^.*FATAL: +/, ''))
          .sort(),
      ).toEqual([
        'password authentication failed for user "reporting"',
        'password authentication failed for user "svc"',
      ]);
      expect(log).toHaveLength(roles);
    });

    test('what must be refused can be left out', async () => {
      await using server = await startServer({ major });
      using folder = temporaryFolder();
      const deployment = await deployed(server, folder.path);
      const answer = await deployment.verify({ negative: false });
      expect(answer.connectivity?.map(({ id }) => id)).toEqual(Array(files).fill('service-login'));
    });
  },
);

describe('plain text where TLS is demanded', () => {
  const keys = { BUS_DATABASE_SERVICE_SSLMODE: 'require' };

  test('is refused: once for each role, which the server logs', async () => {
    const tls = createCertificateAuthority().issue();
    await using server = await startServer({
      hba: `local all all scram-sha-256\nhostssl all all all scram-sha-256\nhost all postgres all scram-sha-256\n`,
      tls,
    });
    using folder = temporaryFolder();
    const deployment = await deployed(server, folder.path, { keys });
    const { answer, lines: log } = await logOf(server, () => deployment.verify());
    expect(answer, explain(answer)).toMatchObject({ ok: true, complete: true });
    expect(lines(answer).filter((line) => / svc at /.test(line))).toEqual([
      'ok challenge svc at 127.0.0.1:PORT: asked for SCRAM over TLS, refused over plain TCP',
      'ok plain-text svc at 127.0.0.1:PORT: plain text is refused, as TLS is demanded',
    ]);
    expect(log).toHaveLength(roles);
    for (const line of log) expect(line).toMatch(/FATAL: +no pg_hba.conf entry .*no encryption/);
  });

  test.each([
    // What is dialled over loopback stays on the host, unless others guard the network: then it may be a port map.
    { policy: undefined, result: 'info' },
    { policy: 'external', result: 'fail' },
  ])('is let in: $result under policy $policy', async ({ policy, result }) => {
    await using server = await startServer({ hba: host('scram-sha-256'), tls: createCertificateAuthority().issue() });
    using folder = temporaryFolder();
    const said = policy === undefined ? keys : { ...keys, BUS_DATABASE_LISTENER_POLICY: policy };
    const deployment = await deployed(server, folder.path, { keys: said });
    const answer = await deployment.verify();
    expect(answer.ok).toBe(result !== 'fail');
    expect(answer.connectivity?.find(({ id }) => id === 'plain-text')).toMatchObject({
      result,
      seen: 'connections without TLS are allowed, though TLS is required',
      remedy: expect.stringContaining('hostssl instead of host'),
    });
  });
});

describe('how a password is asked for', () => {
  test.each([
    [
      'trust',
      'fail challenge svc at 127.0.0.1:PORT: anybody enters over plain TCP as svc: no password is asked for (trust)',
    ],
    [
      'password',
      'fail challenge svc at 127.0.0.1:PORT: svc is asked for the password in plaintext over plain TCP; the commands here refuse to send it',
    ],
    ['md5', 'ok challenge svc at 127.0.0.1:PORT: asked for SCRAM over plain TCP'],
    ['reject', 'ok challenge svc at 127.0.0.1:PORT: refused over plain TCP'],
  ])('%s', async (method, expected) => {
    await using server = await startServer({ hba: host('scram-sha-256') });
    using folder = temporaryFolder();
    const deployment = await deployed(server, folder.path);
    await server.reload({ hba: host(method) });
    const answer = await deployment.verify();
    expect(lines(answer)).toContain(expected);
    expect(answer.ok).toBe(method === 'md5');
    // Who is asked for clear text gives none, and says so.
    if (method === 'password') expect(explain(answer)).toContain('no password was sent');
  });
});

test('a server without room for more logins is never ok', async () => {
  await using server = await startServer({
    settings: { max_connections: '8', superuser_reserved_connections: '5', max_wal_senders: '0' },
  });
  using folder = temporaryFolder();
  const deployment = await deployed(server, folder.path);
  await server.query("CREATE ROLE guest LOGIN PASSWORD 'guest'");
  const guests = await Promise.all(Array.from({ length: 3 }, () => guest(server)));
  const answer = await deployment.verify();
  await Promise.all(guests.map((client) => client.end()));
  expect(answer.ok).toBe(false);
  expect(lines(answer).filter((line) => line.includes('service-login'))).toEqual(
    ['svc@app', 'reporting@app', 'svc@logs', 'reporting@logs'].map(
      (who) => `fail service-login ${who}: could not log in: the server takes no more logins`,
    ),
  );
}, 60_000);

async function guest(server: Server): Promise<Client> {
  const client = new Client({ connectionString: server.dsn('postgres', 'guest', 'guest'), ssl: false });
  client.on('error', () => {});
  await client.connect();
  return client;
}

test('an admin who sees little verifies as well: the services look for themselves', async () => {
  await using server = await startServer();
  using folder = temporaryFolder();
  const adminDsn = await createPlainAdmin(server);
  await server.query('REVOKE ALL ON FUNCTION pg_catalog.pg_control_system() FROM PUBLIC');
  await server.query('REVOKE ALL ON pg_catalog.pg_stat_activity, pg_catalog.pg_hba_file_rules FROM PUBLIC');
  await server.query('GRANT SELECT ON pg_catalog.pg_stat_activity TO deploy_admin');
  const deployment = await deployed(server, folder.path, {}, adminDsn);
  const { answer, lines: log } = await logOf(server, () => deployment.verify());
  expect(answer, explain(answer)).toMatchObject({ ok: true, complete: true });
  expect(answer.connectivity?.filter(({ result }) => result === 'ok')).toHaveLength(files + 2 * roles);
  expect(log).toEqual([]);
});

test('a service that may too much is told so, without an error in the log', async () => {
  await using server = await startServer();
  using folder = temporaryFolder();
  const deployment = await deployed(server, folder.path);
  await server.query('ALTER ROLE svc CREATEDB CREATEROLE');
  await server.query('CREATE SCHEMA more', { database: 'app' });
  await server.query('GRANT CREATE ON SCHEMA more TO svc; GRANT CREATE ON DATABASE app TO reporting', {
    database: 'app',
  });
  await server.query('REVOKE ALL ON SCHEMA public FROM svc', { database: 'logs' });
  const { answer, lines: log } = await logOf(server, () => deployment.verify());
  expect(lines(answer).filter((line) => line.startsWith('fail'))).toEqual([
    'fail service-limits svc@app: svc may create in schema more, which is not declared',
    'fail service-limits reporting@app: reporting may create schemas, which no service needs',
    'fail service-login svc@logs: may not use and create in schema public',
    'fail service-limits svc: svc has CREATEROLE, has CREATEDB, which no service needs',
  ]);
  expect(log).toEqual([]);
});

test('where nothing can be caught, the rights are asked for', async () => {
  await using server = await startServer();
  using folder = temporaryFolder();
  const deployment = await deployed(server, folder.path);
  for (const database of ['app', 'logs']) await server.query('DROP EXTENSION plpgsql', { database });
  await server.query('ALTER ROLE svc SET default_transaction_read_only = on');
  const { answer, lines: log } = await logOf(server, () => deployment.verify());
  expect(lines(answer).filter((line) => line.includes('service-login svc'))).toEqual(
    ['app', 'logs'].map(
      (name) => `fail service-login svc@${name}: its sessions only read: default_transaction_read_only is on`,
    ),
  );
  expect(lines(answer)).toContain(
    'ok service-limits reporting: may not create roles or databases, or act as a role that may; nor read passwords or files of the server in app, logs, postgres',
  );
  expect(log).toEqual([]);
});

test("a service in another database of its own deployment's, and in one by a grant of its own", async () => {
  await using server = await startServer();
  using folder = temporaryFolder();
  const deployment = await deployed(server, folder.path, { serviceRole: '{database}_svc', roles: [] });
  expect((await deployment.verify()).ok).toBe(true);
  await server.query('CREATE DATABASE strange; ');
  await server.query('REVOKE CONNECT ON DATABASE strange FROM PUBLIC');
  await server.query('GRANT CONNECT ON DATABASE logs, strange TO app_svc');
  const answer = await deployment.verify();
  expect(answer.ok).toBe(false);
  expect(lines(answer).filter((line) => line.includes('-database'))).toEqual([
    'fail foreign-database app_svc: app_svc can connect to logs, which is for other roles of this deployment',
    'info other-database app_svc: may connect to strange too, by a grant of its own; what it may there was not looked at',
  ]);
});

test('a service host whose first address is silent costs one wait, not one for each login', async () => {
  await using server = await startServer();
  await using silent = await scriptedServer(() => {});
  using folder = temporaryFolder();
  const databases = Array.from({ length: 10 }, (_, index) => `app${index}`);
  const deployment = createDeployment({
    adminDsn: server.dsn(),
    desired: { databases, serviceRole: 'svc' },
    folder: folder.path,
    jobs: 2,
  });
  const applied = await deployment.apply();
  expect(applied.ok, explain(applied)).toBe(true);
  for (const database of databases) {
    const path = join(deployment.dsnDirectory, `${database}.dsn`);
    const line = readFileSync(path, 'utf8').replace(/@([^/]*)\//, `@127.0.0.1:${silent.port},$1/`);
    writeFileSync(path, line.replace(/(\?.*)?\n$/, '?connect_timeout=2&sslmode=disable\n'));
  }
  const answer = await deployment.verify();
  const logins = (answer.connectivity ?? []).filter(({ id }) => id === 'service-login');
  expect(logins.map(({ result }) => result)).toEqual(databases.map(() => 'ok'));
  // Two logins at once wait for it before either knows.
  expect(silent.count.made).toBeLessThanOrEqual(2);
});

/** Writes other addresses, and a time for each, into the DSN files of an applied deployment. */
function redirect(dsnDirectory: string, databases: readonly string[], port: number, seconds: number): void {
  for (const database of databases) {
    const path = join(dsnDirectory, `${database}.dsn`);
    const line = readFileSync(path, 'utf8').replace(/@[^/]*\//, `@127.0.0.1:${port}/`);
    writeFileSync(path, line.replace(/(\?.*)?\n$/, `?connect_timeout=${seconds}&sslmode=disable\n`));
  }
}

test('a service host of which no address takes a connection costs one wait, said once', async (context) => {
  if (process.platform !== 'linux') {
    console.warn('a full queue of connections: skipped, only Linux drops those too many');
    context.skip();
  }
  await using server = await startServer();
  using full = await startFullListener();
  using folder = temporaryFolder();
  const databases = Array.from({ length: 10 }, (_, index) => `app${index}`);
  const one = { databases, serviceRole: 'svc' };
  const deployment = createDeployment({ adminDsn: server.dsn(), desired: one, folder: folder.path, jobs: 2 });
  const applied = await deployment.apply();
  expect(applied.ok, explain(applied)).toBe(true);
  redirect(deployment.dsnDirectory, databases, full.port, 2);
  const answer = await deployment.verify();
  const logins = (answer.connectivity ?? []).filter(({ id }) => id === 'service-login');
  expect(logins.map(({ result }) => result)).toEqual(databases.map(() => 'fail'));
  const reached = `can't reach 127.0.0.1:${full.port}: no answer within 2 s`;
  const tried = logins.filter(({ seen }) => !seen.includes('not tried again'));
  // Two logins at once wait for it before either knows.
  expect(tried.length).toBeLessThanOrEqual(2);
  for (const { seen } of logins) expect(seen).toContain(reached);
  expect(lines(answer).filter((line) => line.startsWith('unknown') && line.includes('not tried again'))).not.toEqual(
    [],
  );
});

test('one that takes connections and says nothing is waited for a little each time, since a database alone may be the cause', async () => {
  await using server = await startServer();
  await using silent = await scriptedServer(() => {});
  using folder = temporaryFolder();
  const databases = ['app0', 'app1', 'app2', 'app3'];
  const one = { databases, serviceRole: 'svc' };
  const deployment = createDeployment({ adminDsn: server.dsn(), desired: one, folder: folder.path, jobs: 1 });
  const applied = await deployment.apply();
  expect(applied.ok, explain(applied)).toBe(true);
  redirect(deployment.dsnDirectory, databases, silent.port, 3);
  const answer = await deployment.verify();
  const logins = (answer.connectivity ?? []).filter(({ id }) => id === 'service-login');
  expect(logins.map(({ seen }) => /said nothing for (\d) s/.exec(seen)?.[1])).toEqual(['3', '2', '2', '2']);
});

/** A port whose queue of connections is full, and whose process takes none: further ones get no answer. */
async function startFullListener(): Promise<Disposable & { readonly port: number }> {
  const program = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
    require('node:fs').writeSync(1, String(this.address().port));
    process.kill(process.pid, 'SIGSTOP');
  })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [told] = await once(child.stdout, 'data');
  const port = Number(told);
  const sockets = [1, 2, 3, 4].map(() => connect(port, '127.0.0.1').on('error', () => {}));
  await once(sockets[0] as Socket, 'connect');
  await once(sockets[1] as Socket, 'connect');
  return {
    port,
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}
