// A role that is to be made gets the password of its files only where nobody else could have chosen or read it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

let made = 0;
let deployment: Deployment;
let role: string;
beforeEach(() => {
  made += 1;
  role = `svc_${made}`;
  const keys = { BUS_DATABASE_NAMES: `app_${made}`, BUS_DATABASE_SERVICE_ROLE: role };
  deployment = makeDeployment({ adminDsn: server.dsn(), keys });
  return () => deployment[Symbol.dispose]();
});

const dsn = (password: string) =>
  `postgresql://${role}:${password}@127.0.0.1:${server.port}/app_${made}?sslmode=disable\n`;
const file = (suffix = '') => `local/dsn/app_${made}.dsn${suffix}`;
const ours = 'Zq3-hunter2_0123456789abcdefghijklmnopqrstu';
const isThere = async () =>
  (await server.query(`SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = '${role}'`)).length > 0;

/** Refused, and nothing made; with a new password it works, and the file has it. */
async function refusedUntilRotated(says: string): Promise<void> {
  for (const verb of ['plan', 'apply']) {
    const { exit, stdout, stderr } = await deployment.run([verb]);
    expect([exit, stdout + stderr]).toEqual([4, expect.stringContaining(says)]);
    expect(stdout).toContain(`--rotate ${role}`);
    expect(stdout + stderr).not.toContain('hunter2');
  }
  expect(await isThere()).toBe(false);
  const { exit, stdout } = await deployment.run(['apply', '--rotate', role]);
  expect(exit, stdout).toBe(0);
  expect(stdout).toContain('login only, new password');
  expect(readFileSync(deployment.path(file()), 'utf8')).not.toContain('hunter2');
}

describe('a password that was written by hand', () => {
  test.each(['', '.staged'])('in a file *.dsn%s is not given to a new role', async (suffix) => {
    deployment.write(file(suffix), dsn('hunter2'));
    await refusedUntilRotated('that password was not made here');
  });
});

test('the file of a lost role is used, and plan says so', async () => {
  deployment.write(file(), dsn(ours));
  const { stdout } = await deployment.run(['plan']);
  expect(stdout).toContain('login only, the password that its files hold');
  expect((await deployment.run(['apply'])).exit).toBe(0);
  expect(readFileSync(deployment.path(file()), 'utf8')).toBe(dsn(ours));
});

test('not where git has it', async () => {
  deployment.write(file(), dsn(ours));
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...words], {
      cwd: deployment.directory,
    });
  git('init', '-q');
  git('add', '-f', file());
  git('commit', '-qm', 'files');
  await refusedUntilRotated('git tracks that file');
});

test('not where others could read or write it: it is to be removed', async () => {
  deployment.write(file(), dsn(ours), 0o644);
  const { exit, stdout, stderr } = await deployment.run(['apply']);
  expect([exit, stdout + stderr]).toEqual([2, expect.stringContaining(`rm ./${file()}`)]);
  expect(stdout + stderr).not.toContain('chmod');
  expect(await isThere()).toBe(false);
});
