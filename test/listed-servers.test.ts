// DSN files that list several servers: verify holds each against the admin's cluster, and plan tells what was added. Real
// servers: another cluster, a standby with the same data, one that is down.
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const folder = temporaryFolder();
let ours: Server;
let standby: Server;
let other: Server;
const down = 1;
let deployment: Deployment;
let line: string;

beforeAll(async () => {
  [ours, standby, other] = await Promise.all([
    startServer({ major: 16 }),
    startServer({ major: 16, isStandby: true }),
    startServer({ major: 16 }),
  ]);
  deployment = configured({});
  const applied = await deployment.apply();
  expect(applied.ok, explain(applied)).toBe(true);
  line = readFileSync(file(), 'utf8').trim();
  await Promise.all([ours.kill('SIGINT'), standby.kill('SIGINT')]);
  copyData(ours, standby);
  await Promise.all([ours.restart(), standby.restart()]);
}, 120_000);
afterAll(async () => {
  await Promise.all([ours, standby, other].map((server) => server?.stop()));
  folder[Symbol.dispose]();
});

function configured(keys: Record<string, string>): Deployment {
  const desired = { databases: ['app1'], serviceRole: 'svc', keys };
  return createDeployment({ adminDsn: ours.dsn(), desired, folder: folder.path });
}

function file(): string {
  return join(folder.path, 'local/dsn/app1.dsn');
}

/** All but what says how the server runs. */
function copyData(from: Server, to: Server): void {
  const kept = ['postgresql.conf', 'pg_hba.conf', 'pg_ident.conf', 'standby.signal', 'postmaster.opts'];
  const [source, target] = [from, to].map(({ directory }) => join(directory, 'data')) as [string, string];
  const names = (path: string) => readdirSync(path).filter((name) => !kept.includes(name));
  execFileSync('rm', ['-rf', ...names(target).map((name) => join(target, name))]);
  execFileSync('cp', ['-a', ...names(source).map((name) => join(source, name)), target]);
}

function list(...ports: number[]): void {
  writeFileSync(
    file(),
    `${line.replace(/@127\.0\.0\.1:\d+/, `@${ports.map((port) => `127.0.0.1:${port}`).join(',')}`)}\n`,
  );
  chmodSync(file(), 0o600);
}

async function verified(from = deployment) {
  const response = await from.verify();
  const told = (response.connectivity ?? []).filter(({ id }) => ['listed-server', 'service-login'].includes(id));
  return {
    ok: response.ok,
    told: told.map(({ id, result, seen, remedy }) => `${result} ${id}: ${seen} next: ${remedy}`).join('\n'),
  };
}

test.each(['before', 'after'])('another cluster %s ours that refuses the password', async (place) => {
  list(...(place === 'before' ? [other.port, ours.port] : [ours.port, other.port]));
  const { ok, told } = await verified();
  expect(ok).toBe(false);
  expect(told).toMatch(
    new RegExp(
      `^fail listed-server: \\S*app1\\.dsn lists 127\\.0\\.0\\.1:${other.port}, which refuses the login that the admin's server takes, so it is another cluster: .* next: .*edit \\S*app1\\.dsn`,
    ),
  );
  expect(told).not.toContain('is not the one that the server has');
});

test('another cluster that takes the password', async () => {
  const { password } = new URL(line);
  await other.query(`CREATE ROLE svc LOGIN PASSWORD '${decodeURIComponent(password)}'`);
  await other.query('CREATE DATABASE app1 OWNER svc');
  for (const ports of [
    [ours.port, other.port],
    [other.port, ours.port],
  ]) {
    list(...ports);
    const { ok, told } = await verified();
    expect(ok).toBe(false);
    expect(told).toMatch(
      new RegExp(
        `^fail listed-server: \\S*app1\\.dsn lists 127\\.0\\.0\\.1:${other.port}, another cluster: it was started at `,
      ),
    );
  }
});

test('another cluster that the configuration names', async () => {
  list(ours.port);
  const named = configured({ BUS_DATABASE_SERVICE_HOST: '127.0.0.1,localhost' });
  expect((await named.apply()).ok).toBe(true);
  expect(await verified(named)).toMatchObject({ ok: true });
  list(ours.port);
});

test('a server that is down', async () => {
  list(down, ours.port);
  const { ok, told } = await verified();
  expect([ok, told]).toEqual([
    true,
    expect.stringMatching(
      new RegExp(
        `^ok service-login: .*\\nwarn listed-server: \\S*app1\\.dsn lists 127\\.0\\.0\\.1:${down}, which could not be told to be of this cluster: can't reach`,
      ),
    ),
  ]);
});

test('a standby of the cluster', async () => {
  list(ours.port, standby.port);
  const { ok, told } = await verified();
  expect([ok, told]).toEqual([true, expect.stringMatching(/^ok service-login: [^\n]*$/)]);
});

test('plan tells what was added, and which drivers do not connect with it', async () => {
  list(ours.port, other.port);
  const plan = await deployment.plan();
  expect(stepLines(plan.steps)).toEqual([]);
  const found = plan.diagnostics.find(({ code }) => code === 'added-hosts');
  expect(found?.message).toMatch(
    /app1\.dsn lists servers that the configuration does not name, beside 127\.0\.0\.1:\d+; they are kept: 127\.0\.0\.1:\d+,127\.0\.0\.1:\d+; a list of hosts: pg, lib\/pq and SQLAlchemy do not connect with it/,
  );
  list(ours.port);
  expect((await deployment.plan()).diagnostics.map(({ code }) => code)).not.toContain('added-hosts');
});
