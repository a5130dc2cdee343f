// Passwords in plaintext, as BUS_DATABASE_PASSWORD_SEND=plaintext sends them, go only over connections that nobody else can
// read, whatever the DSN calls its host: a listener between the built command and a real server reads along.
import { parseDsn } from 'bus-integration-postgres';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDeployment } from './deployment.ts';
import { startLyingProxy } from './lying-proxy.ts';
import { filesIn } from './scenarios/deployment.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const inClear = { BUS_DATABASE_PASSWORD_SEND: 'plaintext' };

const byVariable = { PGHOSTADDR: '127.0.0.1' };

test.each<[what: string, said: string, env: Record<string, string>]>([
  ['hostaddr beside a socket directory', 'host=/var/run/postgresql hostaddr=127.0.0.1', {}],
  ['hostaddr beside an abstract socket', 'host=@/bus hostaddr=127.0.0.1', {}],
  ['PGHOSTADDR beside a socket directory', 'host=/var/run/postgresql', byVariable],
  ['PGHOSTADDR and no host', '', byVariable],
])('%s is TCP: refused before anything is sent', async (_, said, env) => {
  await using listener = await startLyingProxy(server.port);
  const adminDsn = `${said} port=${listener.port} user=postgres password=${server.password} sslmode=disable`;
  using deployment = makeDeployment({ adminDsn, keys: inClear });
  for (const verb of ['plan', 'apply']) {
    const { exit, stdout, stderr } = await deployment.run([verb], { env });
    const passwords = Object.values(filesIn(deployment.path('local', 'dsn')) ?? {}).map(
      (line) => parseDsn(line).password,
    );
    expect(passwords.filter((password) => listener.sent().includes(password ?? ''))).toEqual([]);
    expect([exit, listener.sent()], stdout + stderr).toEqual([2, '']);
    expect(stdout + stderr).toContain('others could read the passwords');
  }
});

test('a server reached by hostaddr is named by it, and so are the services’ files', async () => {
  const adminDsn = `host=/var/run/postgresql hostaddr=127.0.0.1 port=${server.port} user=postgres password=${server.password} sslmode=disable`;
  using deployment = makeDeployment({ adminDsn });
  const { exit, stdout, stderr } = await deployment.run(['apply']);
  expect(exit, stdout + stderr).toBe(0);
  expect(stdout).toContain(`target: postgres@127.0.0.1:${server.port}/postgres`);
  expect(stdout + stderr).not.toContain('Unix-domain socket');
  for (const line of Object.values(filesIn(deployment.path('local', 'dsn')) ?? {})) {
    expect(parseDsn(line.trim())).toMatchObject({ host: '127.0.0.1' });
  }
  expect((await deployment.run(['verify'])).exit).toBe(0);
});

test('a Unix-domain socket may be told passwords in plaintext', async () => {
  const { directory } = server;
  const [row] = await server.query<{ directories: string }>(
    'SELECT current_setting($$unix_socket_directories$$) AS directories',
  );
  const socket = row?.directories.split(',')[0] ?? directory;
  const adminDsn = `host=${socket} port=${server.port} user=postgres password=${server.password}`;
  using deployment = makeDeployment({
    adminDsn,
    keys: { ...inClear, BUS_DATABASE_NAMES: 'clear', BUS_DATABASE_SERVICE_ROLE: 'clear_svc' },
  });
  const { exit, stdout, stderr } = await deployment.run(['apply']);
  expect(exit, stdout + stderr).toBe(0);
});
