// What `-o` wrote before is written over by what the same command says later, also where that begins otherwise: another
// policy, another finding, another port, another version of the program.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Deployment, makeDeployment, packages } from './deployment.ts';

let deployment: Deployment;
beforeAll(() => {
  deployment = makeDeployment();
  deployment.write('h.conf', 'host all all all scram-sha-256\n');
  for (const [file, access] of [
    ['one', 'write'],
    ['two', 'read'],
  ])
    deployment.write(
      `${file}.yaml`,
      `version: 1 # ours\ndeployment: example-dev\nroles: {app: {login: true}}\ndatabases: {shop: {access: {app: ${access}}}}\n`,
    );
  deployment.write('bad.yaml', 'version: 1\n');
});
afterAll(() => deployment[Symbol.dispose]());

const environment = {
  PATH: process.env.PATH,
  BUS_DATABASE_PROVIDER: 'postgres',
  BUS_DEPLOYMENT_ID: 'example-dev',
  BUS_DATABASE_NAMES: 'shop',
  BUS_DATABASE_SERVICE_ROLE: 'app',
  BUS_POSTGRES_ADMIN_DSN: 'host=127.0.0.1 user=admin',
};
const postgres = 'bus-integration-postgres';
const database = ['operator', 'database'];
const validate = [...database, 'validate', '--deployment', 'example-dev', '--manifest'];
const expand = (file: string) => [...database, 'plan', '--expand', '--deployment', 'example-dev', '--manifest', file];
const client = ['hba', '--user', 'u', '--database', 'd', '--file', 'h.conf'];

test.each([
  ['bus', [...database, 'verify', '--explain', 'too-wide'], [...database, 'verify', '--explain', 'trust']],
  [
    'bus',
    [...database, 'verify', '--explain', 'too-wide', '-f', 'json'],
    [...database, 'verify', '--explain', 'trust'],
  ],
  ['bus', [...validate, 'one.yaml'], [...validate, 'bad.yaml']],
  ['bus', [...validate, 'bad.yaml', '-f', 'json'], [...validate, 'one.yaml', '-f', 'json']],
  ['bus', expand('one.yaml'), expand('two.yaml')],
  ['bus', [...expand('one.yaml'), '-f', 'json'], expand('two.yaml')],
  ['bus', expand('one.yaml'), [...validate, 'one.yaml']],
  [postgres, ['render-hba'], ['render-hba'], { BUS_DATABASE_LISTENER_POLICY: 'loopback' }],
  [postgres, ['render-hba', '-f', 'json'], ['render-hba']],
  [postgres, [...client, '--unix'], [...client, '--address', '10.0.0.1', '-f', 'json']],
  [postgres, [...client, '--unix', '-f', 'json'], [...client, '--unix']],
  [postgres, ['--events'], ['--events', '-f', 'json']],
  [postgres, ['--dry-run', 'plan'], ['--events']],
  [postgres, ['--self-test'], ['--events']],
  ['bus-integration-database', ['--events'], ['--self-test']],
  ['bus-integration-database', ['--events', '-f', 'json'], ['--events']],
] as const)('%s %j, then %j', (binary, first, then, more: Readonly<Record<string, string>> = {}) => {
  const file = deployment.write('result', '');
  const told = [first, then].map((argv, index) => {
    const { stderr } = run(binary, [...argv, '-o', './result'], index === 0 ? {} : more);
    expect(stderr).not.toContain('nothing is written over it');
    return readFileSync(file, 'utf8');
  });
  expect(told).not.toContain('');
  expect(told[0]).not.toBe(told[1]);
});

test('the completion of an earlier version', () => {
  const file = deployment.write(
    'completion',
    '# Completion of bus, bus-operator for bash 3.2 and newer.\n_bus() { :; }\n',
  );
  expect(run('bus', ['completion', 'bash', '-o', file])).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(file, 'utf8')).toContain('_bus_completion');
});

test('where the API listened before', async () => {
  const file = deployment.write('listening', 'listening on http://127.0.0.1:1\n');
  const argv = ['--addr', '127.0.0.1:0', '-o', './listening'];
  const child = spawn(programOf('bus-api-provider-database'), argv, { cwd: deployment.directory, env: environment });
  const ended = once(child, 'exit');
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toMatch(/^listening on .*:\d\d+\n$/), { timeout: 30_000 });
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('a manifest that somebody wrote stays', () => {
  const before = readFileSync(deployment.path('one.yaml'), 'utf8');
  const { status, stderr } = run('bus', [...expand('two.yaml'), '-o', './one.yaml']);
  expect([status, stderr]).toEqual([1, expect.stringContaining('one.yaml is there already')]);
  expect(readFileSync(deployment.path('one.yaml'), 'utf8')).toBe(before);
});

function programOf(binary: string): string {
  return join(packages, binary, 'bin', `${binary}.js`);
}

function run(binary: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync(programOf(binary), argv, {
    cwd: deployment.directory,
    env: { ...environment, ...env },
    encoding: 'utf8',
  });
}
