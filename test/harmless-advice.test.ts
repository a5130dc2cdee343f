// No command that is printed closes a file or a directory that the system or another program may need.
import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const dangerous = /\b(chmod|chown|rm) /;

async function told(deployment: Deployment, args: readonly string[], env: Record<string, string> = {}) {
  const { exit, stdout, stderr } = await deployment.run(args, { env });
  return { exit, text: stdout + stderr };
}

describe('the directory of the DSN files', () => {
  const another = {
    'with a file of another program': (path: string) => {
      mkdirSync(path);
      writeFileSync(`${path}/app.dsn`, '', { mode: 0o600 });
      writeFileSync(`${path}/server.conf`, '');
    },
    'with a directory in it': (path: string) => mkdirSync(`${path}/app.dsn`, { recursive: true }),
    'with a link in it': (path: string) => {
      mkdirSync(path);
      symlinkSync('/etc/passwd', `${path}/app.dsn`);
    },
    'that a group shares': (path: string) => {
      mkdirSync(path);
      chmodSync(path, 0o2775);
    },
    'that is sticky': (path: string) => {
      mkdirSync(path);
      chmodSync(path, 0o1777);
    },
    'that is a link to /etc': (path: string) => symlinkSync('/etc', path),
    'that is reached by a link': (path: string) => {
      mkdirSync(path);
      symlinkSync('/', `${path}/link`);
      return './local/dsn/link/usr';
    },
  };
  it.each([
    ...['/', '/etc', '/tmp', '/usr', '/usr/lib', '/var/lib', '/opt'].map((path) => [path, () => path] as const),
    ...Object.entries(another),
  ])('%s', async (_, make) => {
    using deployment = makeDeployment({ adminDsn: server.dsn() });
    const named = make(deployment.path('local/dsn'));
    if (named !== undefined) deployment.configure({ BUS_DATABASE_DSN_OUTPUT_DIR: named });
    for (const verb of ['plan', 'doctor']) {
      const { exit, text } = await told(deployment, [verb]);
      expect(exit, text).not.toBe(0);
      expect(text).toContain('next: name a directory of its own: BUS_DATABASE_DSN_OUTPUT_DIR=./local/dsn');
      expect(text).not.toMatch(dangerous);
    }
  });

  it.each([
    ['empty', []],
    ['with DSN files only', ['app.dsn', 'else.dsn.staged', '.gitignore']],
  ])('%s: chmod 700', async (_, names) => {
    using deployment = makeDeployment({ adminDsn: server.dsn() });
    mkdirSync(deployment.path('local/dsn'));
    for (const name of names) deployment.write(`local/dsn/${name}`, '');
    expect((await told(deployment, ['plan'])).text).toContain('next: chmod 700 ./local/dsn');
  });

  it("somebody else's, with other files", async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root can give a directory away');
    using deployment = makeDeployment({ adminDsn: server.dsn() });
    mkdirSync(deployment.path('local/dsn'), { mode: 0o700 });
    chownSync(deployment.path('local/dsn'), 65_533, 65_533);
    expect((await told(deployment, ['plan'])).text).toContain('next: chown 0 ./local/dsn');
    writeFileSync(deployment.path('local/dsn/.profile'), '');
    const { text } = await told(deployment, ['plan']);
    expect(text).toContain('belongs to user 65533');
    expect(text).not.toMatch(dangerous);
  });
});

describe('files', () => {
  const dsn = (query: string) => `postgresql://adm@127.0.0.1:1/postgres?connect_timeout=1&${query}`;
  it.each([
    ['the admin DSN', { BUS_POSTGRES_ADMIN_DSN_FILE: '/etc/passwd' }, /passwd is readable by group and others/],
    ['of one line', { BUS_POSTGRES_ADMIN_DSN_FILE: '/etc/hostname' }, /hostname is readable by group and others/],
    [
      "a client's key",
      { BUS_POSTGRES_ADMIN_DSN: dsn('sslmode=require&sslcert=/etc/passwd&sslkey=/etc/group') },
      /next: this file holds no private key/,
    ],
  ])('%s', async (_, keys, says) => {
    using deployment = makeDeployment({ keys: { BUS_POSTGRES_ADMIN_DSN_FILE: undefined, ...keys } });
    chmodSync(deployment.path('.env'), 0o600);
    const { exit, text } = await told(deployment, ['plan']);
    expect(exit, text).not.toBe(0);
    expect(text).toMatch(says);
    expect(text).not.toMatch(dangerous);
  });

  it('a token', async () => {
    using deployment = makeDeployment();
    const { text } = await told(deployment, [
      'status',
      '--api-url',
      'http://127.0.0.1:1',
      '--token-file',
      '/etc/passwd',
    ]);
    expect(text).toMatch(/next: this is not a file of a secret alone \(it holds \d+ lines\)/);
    expect(text).not.toMatch(dangerous);
  });

  it('an env file of another name', async () => {
    using deployment = makeDeployment({ adminDsn: server.dsn() });
    renameSync(deployment.path('.env'), deployment.path('settings'));
    chmodSync(deployment.path('settings'), 0o666);
    const { text } = await told(deployment, ['plan', '--env-file', './settings']);
    expect(text).toContain('settings is writable by everybody (0666)');
    expect(text).toContain('copy what is needed of it to an env file of its own');
    expect(text).not.toMatch(dangerous);
  });
});
