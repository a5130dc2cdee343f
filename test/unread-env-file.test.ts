// Where ./.env stands and was not loaded, since a binary was run by itself and not by `bus`: one warning that says so,
// with both ways, and none where it was loaded or its variables are there all the same.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';

const bin = fileURLToPath(new URL('../node_modules/.bin', import.meta.url));
let server: Server;
let deployment: Deployment;
beforeAll(async () => {
  server = await startServer();
  deployment = makeDeployment({ adminDsn: server.dsn() });
});
afterAll(async () => {
  deployment[Symbol.dispose]();
  await server.stop();
});

const base = () => ({
  PATH: [bin, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
  HOME: deployment.directory,
});

function run(line: string, env: Readonly<Record<string, string>> = {}) {
  const [name = '', ...args] = line.split(' ');
  const { status, stdout, stderr } = spawnSync(join(bin, name), args, {
    cwd: deployment.directory,
    env: { ...base(), ...env },
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status, stdout, stderr };
}

const warnings = (stderr: string) => stderr.match(/\.\/\.env is here and was not loaded/g) ?? [];
const hba = 'hba --user bus_service --database bus_auth --address 127.0.0.1';

describe.each(['render-hba', hba])('%s', (command) => {
  const direct = `bus-integration-postgres ${command}`;

  test('by itself: a warning with both ways, and no word of another directory', () => {
    const { status, stderr } = run(direct);
    expect(status).toBe(2);
    expect(warnings(stderr)).toHaveLength(1);
    expect(stderr).toContain('(BUS_DEPLOYMENT_ID, BUS_DATABASE_PROVIDER, BUS_POSTGRES_ADMIN_DSN_FILE, …)\n');
    const through = `bus integration-postgres ${command.replace(/ .*/, '')}`;
    expect(stderr).toContain(`  next: ${through}, which loads it; or give --env-file ./.env\n`);
    expect(stderr).not.toContain('no ./.env here');
    expect(stderr).not.toContain('-C DIR');
  });

  test('both ways go, and warn of nothing', () => {
    const answers = [
      `bus integration-postgres ${command}`,
      `${direct} --env-file ./.env`,
      `${direct} --env-file=.env`,
    ].map((line) => run(line));
    for (const answer of answers) expect(answer).toEqual({ status: 0, stderr: '', stdout: answers[0]?.stdout });
    expect(answers[0]?.stdout).not.toBe('');
  });

  test('variables that are there all the same need no file', () => {
    expect(run(direct, deployment.keys)).toMatchObject({ status: 0, stderr: '' });
    const { status, stderr } = run(direct, { ...deployment.keys, BUS_DATABASE_NAMES: 'another' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('what reads no variable warns of none', () => {
    expect(run(`${direct} --help`).stderr).not.toContain('./.env is here');
  });
});

test('an env file that others can read, with the DSN itself in it, is refused', () => {
  deployment.write(
    'open.env',
    `BUS_POSTGRES_ADMIN_DSN=${readFileSync(deployment.path('local/postgres-admin-dsn'))}`,
    0o644,
  );
  const { status, stderr } = run(`bus-integration-postgres ${hba} --env-file ./open.env`);
  expect(status).toBe(2);
  expect(stderr).toMatch(/open\.env is readable by group and others \(0644\)|open\.env .*0644/);
  expect(stderr).toContain('chmod 600');
});

test('the plan for an empty server', () => {
  expect(warnings(run('bus-integration-postgres --dry-run plan').stderr)).toHaveLength(1);
  expect(run('bus integration-postgres --dry-run plan')).toMatchObject({ status: 0, stderr: '' });
});

test('the operator by itself', () => {
  const { status, stderr } = run('bus-operator-database plan');
  expect(status).toBe(2);
  expect(stderr).toContain('next: bus operator database plan, or give --env-file ./.env\n');
  const { BUS_DATABASE_SERVICE_ROLE: _, ...others } = deployment.keys;
  for (const env of [{ BUS_DEPLOYMENT_ID: 'x' }, others]) {
    const other = run('bus-operator-database plan', env);
    expect(warnings(other.stderr), other.stderr).toHaveLength(1);
    expect(other.stderr).toContain('next: bus operator database plan, which loads it; or give --env-file ./.env\n');
  }
  for (const line of ['bus operator database plan', 'bus-operator-database plan --env-file ./.env'])
    expect(warnings(run(line).stderr), line).toEqual([]);
});

/** What a program that serves says on stderr until it says so, or ends. */
async function served(line: string, until: RegExp): Promise<string> {
  const [name = '', ...args] = line.split(' ');
  const child = spawn(join(bin, name), args, { cwd: deployment.directory, env: base() });
  let said = '';
  await new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (until.test(said)) resolve();
      });
    child.once('close', () => resolve());
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  if (child.exitCode === null) {
    child.kill('SIGTERM');
    await ended;
  }
  return said;
}

test('the worker by itself', async () => {
  const said = await served('bus-integration-postgres serve --nats nats://127.0.0.1:1', /"level":"error"/);
  expect(warnings(said)).toHaveLength(1);
  expect(said).toContain('bus integration-postgres serve, which loads it; or give --env-file ./.env');
  expect(said).not.toContain('no ./.env here');
});

test('the API by itself', async () => {
  const said = await served('bus-api-provider-database --addr 127.0.0.1:0', /listening/);
  expect(warnings(said)).toHaveLength(1);
  expect(said).toContain('next: bus api-provider-database, which loads it; or give --env-file ./.env');
  const loaded = await served('bus-api-provider-database --addr 127.0.0.1:0 --env-file ./.env', /listening/);
  expect(warnings(loaded)).toEqual([]);
});
