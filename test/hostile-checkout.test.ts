// The built commands in a checkout that somebody else has prepared: its .env and the programs in it run nothing, lead the
// admin's connection nowhere, and are refused where somebody else could have written them.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lchownSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Deployment, makeDeployment, packages } from './deployment.ts';

// Nobody listens there, and nobody is reached twice: the checks of this machine are all that is wanted.
const adminDsn = 'host=127.0.0.1 port=1 user=adm password=hunter2 connect_timeout=2';
const quick = ['--timeout', '4s'];
const isRoot = process.getuid?.() === 0;

let checkout: Deployment;
beforeEach(() => {
  checkout = makeDeployment({ adminDsn, parent: tmpdir() });
});
afterEach(() => checkout[Symbol.dispose]());

const marker = () => checkout.path('was-run');

/** A program that tells that it ran. */
function plant(file: string): string {
  return checkout.write(file, `#!/bin/sh\n: > ${marker()}\n`, 0o755);
}

test('doctor asks git, and nothing that .env names runs or writes', async () => {
  execFileSync('git', ['init', '-q'], { cwd: checkout.directory });
  for (const program of ['git', 'id', 'getent', 'bin/git', 'bin/bus-operator-other']) plant(program);
  const targets = ['eventTarget', 'normalTarget', 'perfTarget'].map((key) => `${key} = ${marker()}`).join('\n');
  for (const file of ['config/git/config', 'home/.gitconfig']) checkout.write(file, `[trace2]\n${targets}\n`);
  checkout.configure({
    XDG_CONFIG_HOME: checkout.path('config'),
    HOME: checkout.path('home'),
    PATH: checkout.path('bin'),
    GIT_TRACE2_EVENT: marker(),
    LD_PRELOAD: checkout.path('git'),
    http_proxy: 'http://127.0.0.1:1',
  });
  const { stdout, stderr } = await checkout.run(['doctor', ...quick]);
  expect(stdout).toContain('would be added by git');
  expect(stderr.match(/XDG_CONFIG_HOME|LD_PRELOAD|GIT_TRACE2_EVENT|http_proxy|\bPATH\b/g)).toHaveLength(5);
  expect(stderr.split('\n').filter((line) => line.startsWith('bus: warning'))).toHaveLength(1);
  expect(existsSync(marker())).toBe(false);
});

test('a PATH with the current directory in it finds no git, id or getent there', async () => {
  execFileSync('git', ['init', '-q'], { cwd: checkout.directory });
  for (const program of ['git', 'id', 'getent', 'local/git']) plant(program);
  const env = { PATH: `.::${dirname(process.execPath)}:/usr/bin:/bin` };
  expect((await checkout.run(['doctor', ...quick], { env })).stdout).toContain('would be added by git');
  if (isRoot) {
    checkout.configure({ BUS_DATABASE_DSN_FILE_OWNER: 'daemon:daemon' });
    await checkout.run(['plan', ...quick], { env });
  }
  expect(existsSync(marker())).toBe(false);
});

test("bus-operator's other families are found on the process's PATH alone", async () => {
  plant('bin/bus-operator-other');
  checkout.configure({ PATH: checkout.path('bin') });
  // What ./.env adds is for children; a process without a PATH finds nothing.
  const words = ['/usr/bin/env', '-i', process.execPath, checkout.path('run.mjs')];
  const bus = pathToFileURL(join(packages, 'bus/bin/bus.js')).href;
  checkout.write('run.mjs', `process.env.BUS_DOTENV_ALLOW = 'PATH'; await import(${JSON.stringify(bus)});`);
  const [program = '', ...args] = words;
  expect(() =>
    execFileSync(program, [...args, 'operator', 'other'], { cwd: checkout.directory, stdio: 'pipe' }),
  ).toThrow(/missing subcommand: other/);
  expect(existsSync(marker())).toBe(false);
});

test('.env sends the admin nowhere; --env-file, which is asked for, may', async () => {
  let connections = 0;
  const attacker = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((done) => attacker.listen(0, '127.0.0.2', done));
  try {
    const { port } = attacker.address() as AddressInfo;
    checkout.write(
      'local/postgres-admin-dsn',
      `host=localhost port=${port} user=adm password=hunter2 connect_timeout=2\n`,
    );
    checkout.configure({ PGHOSTADDR: '127.0.0.2', PGREQUIREAUTH: 'password', PGSSLMODE: 'disable' });
    const { stderr } = await checkout.run(['plan', ...quick]);
    expect(stderr).toMatch(/PGHOSTADDR \(line \d+\), PGREQUIREAUTH \(line \d+\), PGSSLMODE \(line \d+\)/);
    expect(connections).toBe(0);
    await checkout.run(['plan', ...quick, '--env-file', '.env']);
    expect(connections).toBeGreaterThan(0);
    connections = 0;
    await checkout.run(['plan', ...quick], { env: { BUS_DOTENV_ALLOW: 'PGHOSTADDR' } });
    expect(connections).toBeGreaterThan(0);
  } finally {
    attacker.close();
  }
});

test('an .env that everybody may write is refused before a line of it is read', async () => {
  checkout.write('.env', 'no assignment', 0o666);
  const refused = await checkout.run(['plan', ...quick]);
  expect(refused).toMatchObject({ exit: 2, stdout: '' });
  expect(refused.stderr).toBe(
    `bus: failed to load .env: .env is writable by everybody (0666)\n  next: chmod go-w ${checkout.path('.env')}; or accept it: export BUS_DOTENV_TRUST=1\n`,
  );
  const trusted = await checkout.run(['plan', ...quick], { env: { BUS_DOTENV_TRUST: '1' } });
  expect(trusted.stderr).toBe('bus: failed to load .env: .env:1: expected KEY=VALUE\n');
  const { stdout } = await checkout.run(['plan', '-f', 'json']);
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, error_class: 'invalid-request' });
  chmodSync(checkout.path('.env'), 0o664);
  checkout.configure({});
  chmodSync(checkout.path('.env'), 0o664);
  expect((await checkout.run(['plan', ...quick])).stderr).toContain(
    `bus: warning: .env is writable by its group (0664); next: chmod g-w ${checkout.path('.env')}\n`,
  );
});

test("somebody else's .env is refused, root's and one's own are not; a link counts by its owner, too", async (context) => {
  if (!isRoot) context.skip('only root can give files away and be another user');
  const file = checkout.path('.env');
  const nobody = 65534;
  const daemon = 1;
  chmodSync(checkout.directory, 0o755);
  const told = async (uid?: number, env: Record<string, string> = {}) => {
    const options = { env, ...(uid !== undefined && { uid }) };
    const { exit, stderr } = await checkout.run(['plan', ...quick], options);
    return { exit, isRefused: exit === 2 && stderr.includes('failed to load .env'), stderr };
  };
  chownSync(file, nobody, nobody);
  const refused = await told();
  expect(refused).toMatchObject({ exit: 2, isRefused: true });
  expect(refused.stderr).toContain(`.env belongs to user 65534, expected root\n  next: chown 0 ${file}; or`);
  expect((await told(undefined, { BUS_DOTENV_TRUST: '1' })).isRefused).toBe(false);
  expect((await told(daemon)).stderr).toContain(`expected user 1 or root\n  next: sudo chown 1 ${file}; or`);
  expect((await told(nobody)).isRefused).toBe(false);
  chownSync(file, 0, 0);
  expect((await told(nobody)).isRefused).toBe(false);
  // As mounts of containers have it: a link of root's to the file.
  renameSync(file, checkout.path('data.env'));
  symlinkSync('data.env', file);
  expect((await told()).isRefused).toBe(false);
  lchownSync(file, nobody, nobody);
  expect((await told()).stderr).toContain('.env is a symbolic link of user 65534, expected one of root');
  rmSync(file);
});
