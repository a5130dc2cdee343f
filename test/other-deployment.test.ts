// A BUS_DEPLOYMENT_ID that a shell still exports wins over ./.env: told, and no reason to change another deployment.
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDeployment, packages } from './deployment.ts';

const adminDsn = 'host=127.0.0.1 port=1 user=adm password=hunter2';
const quick = ['--timeout', '3s'];
const live = { BUS_DEPLOYMENT_ID: 'example-live' };

test('plan names it in a warning; apply is refused until it is unset or said to be meant', async () => {
  using deployment = makeDeployment({ adminDsn });
  const plan = await deployment.run(['plan', ...quick], { env: live });
  expect(plan.stderr).toContain(
    "bus: warning: .env: the environment has other values, which win: BUS_DEPLOYMENT_ID (line 1); to take the file's, run: unset BUS_DEPLOYMENT_ID\n",
  );
  expect(plan.exit).toBe(1);
  for (const more of [[], ['--rotate', 'bus_service'], ['--dry-run']]) {
    const refused = await deployment.run(['apply', ...more], { env: live });
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain('BUS_DEPLOYMENT_ID is example-live in the environment and example-dev in .env');
    expect(refused.stderr).toContain(
      'unset BUS_DEPLOYMENT_ID; or say that example-live is meant: --deployment example-live',
    );
  }
  const json = JSON.parse((await deployment.run(['apply', '-f', 'json'], { env: live })).stdout);
  expect(json).toMatchObject({
    ok: false,
    error_class: 'invalid-request',
    diagnostics: [{ code: 'other-deployment' }],
  });
  const meant = await deployment.run(['apply', '--deployment', 'example-live', ...quick], { env: live });
  expect([meant.exit, meant.stderr]).toEqual([1, expect.stringContaining("can't reach 127.0.0.1:1")]);
  const same = await deployment.run(['apply', ...quick], { env: { BUS_DEPLOYMENT_ID: 'example-dev' } });
  expect([same.exit, same.stderr]).toEqual([1, expect.not.stringContaining('warning')]);
  const asked = await deployment.run(['apply', ...quick, '--env-file', '.env'], { env: live });
  expect([asked.exit, asked.stderr]).toEqual([1, expect.stringContaining('overrides 1 variable')]);
});

test('a command that the dispatcher finds on PATH is told, too', () => {
  using deployment = makeDeployment({ adminDsn });
  mkdirSync(deployment.path('bin'));
  const command = join(packages, 'bus-operator-database/bin/bus-operator-database.js');
  symlinkSync(command, deployment.path('bin/bus-operator-database'));
  const { status, stderr } = spawnSync(join(packages, 'bus/bin/bus.js'), ['operator-database', 'apply'], {
    cwd: deployment.directory,
    env: {
      PATH: `${deployment.path('bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: deployment.directory,
      ...live,
    },
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([2, expect.stringContaining('example-dev in .env')]);
});

test('--deployment must agree with what is configured', async () => {
  using deployment = makeDeployment({ adminDsn });
  for (const verb of ['plan', 'apply', 'status', 'verify', 'doctor']) {
    const { exit, stderr } = await deployment.run([verb, '--deployment', 'example-live']);
    expect([verb, exit]).toEqual([verb, 2]);
    expect(stderr).toContain('--deployment is "example-live", but BUS_DEPLOYMENT_ID is "example-dev" (.env:1)');
  }
});

test('what only a shell expands is refused in a path, and blanks around a DSN of the environment are none of it', async () => {
  using deployment = makeDeployment({ adminDsn });
  for (const [key, value, seen] of [
    ['BUS_POSTGRES_ADMIN_DSN_FILE', '$HOME/admin-dsn', 'holds a $, which only a shell expands'],
    ['BUS_POSTGRES_ADMIN_DSN_FILE', '~/admin-dsn', 'begins with ~, which only a shell expands'],
    ['BUS_DATABASE_DSN_OUTPUT_DIR', `\${HOME}/dsn`, 'holds a $, which only a shell expands'],
    ['BUS_DATABASE_SERVICE_SSLROOTCERT', './$USER.crt', 'holds a $, which only a shell expands'],
  ] as const) {
    deployment.configure({ [key]: value });
    const { exit, stderr } = await deployment.run(['plan']);
    expect([exit, stderr]).toEqual([2, expect.stringContaining(`${key} ${seen}`)]);
    deployment.configure({
      BUS_POSTGRES_ADMIN_DSN_FILE: './local/postgres-admin-dsn',
      BUS_DATABASE_DSN_OUTPUT_DIR: './local/dsn',
      BUS_DATABASE_SERVICE_SSLROOTCERT: undefined,
    });
  }
  deployment.configure({ BUS_POSTGRES_ADMIN_DSN_FILE: undefined });
  const env = { BUS_POSTGRES_ADMIN_DSN: ' \tpostgresql://adm:hunter2@127.0.0.1:1/postgres \n' };
  expect((await deployment.run(['plan', ...quick], { env })).stderr).toContain("can't reach 127.0.0.1:1");
  const blank = await deployment.run(['plan'], { env: { BUS_POSTGRES_ADMIN_DSN: ' \n' } });
  expect([blank.exit, blank.stderr]).toEqual([2, expect.stringContaining('BUS_POSTGRES_ADMIN_DSN is empty')]);
});
