// What is wrong with the configuration, before any server is asked.
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDeployment } from '../deployment.ts';
import { expectDone, expectRefusal } from './refusal.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const deploymentWith = (keys: Readonly<Record<string, string | undefined>> = {}) =>
  makeDeployment({ adminDsn: server.dsn(), keys });

describe('IN-01 missing and empty keys', () => {
  it.each(['doctor', 'plan', 'apply', 'status', 'verify'])('IN-01 %s without a deployment id', async (verb) => {
    using deployment = deploymentWith({ BUS_DEPLOYMENT_ID: undefined });
    await expectRefusal(deployment, server, {
      args: [verb],
      exit: 2,
      says: 'BUS_DEPLOYMENT_ID is not set, and not in .env',
      next: 'BUS_DEPLOYMENT_ID=example-dev',
    });
  });

  it('IN-01 run in another folder', async () => {
    using deployment = deploymentWith();
    await expectRefusal(deployment, server, {
      exit: 2,
      says: 'no ./.env here and no BUS_DEPLOYMENT_ID',
      next: 'run from the deployment repository or use -C DIR',
      options: { cwd: tmpdir() },
    });
  });

  it('IN-01 the family run without the dispatcher, which alone reads ./.env', async () => {
    using deployment = deploymentWith();
    await expectRefusal(deployment, server, {
      exit: 2,
      says: './.env was not read',
      next: '--env-file ./.env',
      options: { binary: 'bus-operator-database' },
    });
  });

  it.each([
    ['BUS_POSTGRES_ADMIN_DSN_FILE', /^bus operator database: no admin DSN: /, 'BUS_POSTGRES_ADMIN_DSN_FILE='],
    ['BUS_DATABASE_DSN_OUTPUT_DIR', 'BUS_DATABASE_DSN_OUTPUT_DIR is not set', 'set BUS_DATABASE_DSN_OUTPUT_DIR='],
  ])('IN-01 %s is missing', async (key, says, next) => {
    using deployment = deploymentWith({ [key]: undefined });
    await expectRefusal(deployment, server, { exit: 2, says, next });
  });

  it.each(['doctor', 'plan', 'apply', 'verify'])('IN-01 %s where nothing is declared', async (verb) => {
    using deployment = deploymentWith({ BUS_DATABASE_NAMES: undefined, BUS_DATABASE_SERVICE_ROLE: undefined });
    await expectRefusal(deployment, server, {
      args: [verb],
      exit: 2,
      says: 'nothing is declared: none of BUS_DATABASE_NAMES, BUS_DATABASE_SERVICE_ROLE and BUS_DATABASE_ROLE_NAMES is set',
      next: 'set BUS_DATABASE_NAMES=',
    });
  });

  it('IN-01 empty keys, all at once, each with its line', async () => {
    using deployment = deploymentWith({ BUS_DEPLOYMENT_ID: '', BUS_DATABASE_NAMES: '' });
    const { stderr } = await expectRefusal(deployment, server, {
      exit: 2,
      says: 'BUS_DEPLOYMENT_ID is empty (.env:1)',
      next: 'give BUS_DEPLOYMENT_ID a value, or unset it',
    });
    expect(stderr).toContain('BUS_DATABASE_NAMES is empty (.env:4)');
  });
});

describe('IN-02 malformed lines', () => {
  it('IN-02 a bad line of .env stops everything', async () => {
    using deployment = deploymentWith();
    deployment.write('.env', 'A=1\n\n1X=2\n');
    await expectRefusal(deployment, server, {
      exit: 2,
      says: /^bus: failed to load \.env: \.env:3: invalid environment variable name "1X"$/,
    });
  });

  it('IN-02 a bad line of --env-file is named, and not shown', async () => {
    using deployment = deploymentWith();
    deployment.write('staging.env', 'A=1\npostgresql://admin:HiddenPassword@db/postgres\n');
    await expectRefusal(deployment, server, {
      args: ['apply', '--env-file', 'staging.env'],
      exit: 2,
      says: 'staging.env:2: expected KEY=VALUE',
      secrets: ['HiddenPassword'],
    });
  });
});

describe('IN-03 unknown keys', () => {
  it('IN-03 a warning with the nearest known key and the line; the run goes on', async () => {
    using deployment = deploymentWith({ BUS_DATABASE_NAME: 'x' });
    const { stderr } = await expectDone(deployment, ['plan']);
    expect(stderr).toContain('warning: BUS_DATABASE_NAME is an unknown key; did you mean BUS_DATABASE_NAMES? (.env:7)');
    expect(stderr).toContain('next: rename it, or list it in BUS_OPERATOR_DATABASE_ENV_ALLOW');
  });
});

describe('IN-03 a mistyped list', () => {
  it.each([
    ['BUS_DATABASE_NAME', {}],
    ['BUS_DATABASE_NAMSE', { BUS_DATABASE_SERVICE_ROLE: undefined }],
  ])('IN-03 %s, and nothing else that is declared', async (key, others) => {
    using deployment = deploymentWith({ BUS_DATABASE_NAMES: undefined, [key]: 'bus_auth', ...others });
    for (const verb of ['plan', 'apply', 'status', 'verify', 'doctor']) {
      await expectRefusal(deployment, server, {
        args: [verb],
        exit: 2,
        says: `${key} is an unknown key; did you mean BUS_DATABASE_NAMES? Without it no database is declared (.env:`,
        next: 'rename it, or list it in BUS_OPERATOR_DATABASE_ENV_ALLOW',
      });
    }
  });
});

describe('IN-04 two admin DSN sources', () => {
  it('IN-04 file and value', async () => {
    using deployment = deploymentWith({ BUS_POSTGRES_ADMIN_DSN: server.dsn() });
    await expectRefusal(deployment, server, {
      exit: 2,
      says: 'BUS_POSTGRES_ADMIN_DSN_FILE (.env:3) and BUS_POSTGRES_ADMIN_DSN are both set, expected one of them',
      next: 'unset BUS_POSTGRES_ADMIN_DSN',
    });
  });
});

describe('IN-05 providers', () => {
  it('IN-05 --provider and BUS_DATABASE_PROVIDER disagree', async () => {
    using deployment = deploymentWith();
    await expectRefusal(deployment, server, {
      args: ['apply', '--provider', 'mysql'],
      exit: 2,
      says: '--provider is "mysql", but BUS_DATABASE_PROVIDER is "postgres"',
      next: 'give both the same value, or leave one out',
    });
  });

  it('IN-05 a provider that nobody has', async () => {
    using deployment = deploymentWith({ BUS_DATABASE_PROVIDER: 'mysql' });
    await expectRefusal(deployment, server, {
      exit: 2,
      says: 'BUS_DATABASE_PROVIDER is "mysql": no such provider (.env:2)',
      next: 'name one of: postgres',
    });
  });
});

describe('IN-06 env files that are not what they should be', () => {
  it.each(['bus', 'bus-operator-database'] as const)('IN-06 %s with a missing --env-file', async (binary) => {
    using deployment = deploymentWith();
    await expectRefusal(deployment, server, {
      args: ['apply', '--env-file', 'nowhere.env'],
      exit: 2,
      says: 'nowhere.env: no such file',
      options: { binary },
    });
  });

  it.each([
    ['bus', ['plan']],
    ['bus', ['plan', '--env-file', 'hostile.env']],
    ['bus-operator-database', ['plan', '--env-file', 'hostile.env']],
    ['bus-operator-database', ['plan', '--env-file=hostile.env']],
  ] as const)('IN-06 NODE_OPTIONS in an env file runs nothing: %s %j', async (binary, args) => {
    using deployment = deploymentWith();
    const trap = deployment.write(
      'trap.cjs',
      `require('fs').writeFileSync(${JSON.stringify(deployment.path('ran'))}, '')`,
    );
    deployment.configure({ NODE_OPTIONS: `--require=${trap}` });
    deployment.write('hostile.env', envLines(deployment.keys));
    const { stderr } = await expectDone(deployment, args, { binary });
    expect(existsSync(deployment.path('ran'))).toBe(false);
    if (args.length === 1) expect(stderr).toContain('NODE_OPTIONS (line 7)');
  });
});

function envLines(keys: Readonly<Record<string, string>>): string {
  return Object.entries(keys)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
