import { describe, expect, test } from 'vitest';
import { type ConfigurationOptions, type ProviderKeys, readConfiguration } from '../../src/config/config.ts';
import { OperationError } from '../../src/contract/errors.ts';
import { Secret } from '../../src/secrets/secret.ts';

/** A provider as small as can be: one key, one name it keeps for itself. */
const provider: ProviderKeys = {
  provider: 'plain',
  prefix: 'BUS_PLAIN_',
  known: [
    { name: 'BUS_PLAIN_ADMIN_FILE', meaning: 'a file' },
    { name: 'BUS_PLAIN_ADMIN', meaning: 'a value', isSecret: true },
    { name: 'BUS_DATABASE_SERVICE_HOST', meaning: 'a host' },
    { name: 'BUS_PLAIN_SPEED', meaning: 'slow or fast' },
  ],
  silent: ['BUS_PLAIN_ADMINS'],
  names: {
    defaultSchemas: ['main'],
    maxBytes: 63,
    reserved: {
      role: { names: ['all'], prefixes: ['sys_'] },
      database: { names: ['main'], prefixes: [] },
      schema: { names: [], prefixes: ['sys_'] },
    },
  },
  readService: (settings): Readonly<Record<string, string>> => {
    const host = settings.value('BUS_DATABASE_SERVICE_HOST');
    return host === undefined ? {} : { host };
  },
  readChoices: (settings): Readonly<Record<string, string>> => {
    const speed = settings.choice('BUS_PLAIN_SPEED', ['slow', 'fast']);
    return speed === undefined ? {} : { speed };
  },
  readCredentials: (settings) => {
    const value = settings.value('BUS_PLAIN_ADMIN');
    if (value !== undefined) return { key: 'BUS_PLAIN_ADMIN', value: new Secret(value) };
    const file = settings.path('BUS_PLAIN_ADMIN_FILE');
    if (file !== undefined) return { key: 'BUS_PLAIN_ADMIN_FILE', file };
    settings.refuse({
      key: 'BUS_PLAIN_ADMIN_FILE',
      code: 'missing-key',
      message: 'no admin credentials',
      remedy: 'set one',
    });
    return undefined;
  },
};

const least = { BUS_DEPLOYMENT_ID: 'example-dev', BUS_PLAIN_ADMIN_FILE: './local/admin' };

const read = (env: Record<string, string>, options: ConfigurationOptions = {}) =>
  readConfiguration(env, options, [provider]);

function refusalOf(env: Record<string, string>, options: ConfigurationOptions = { envFile: '.env' }): OperationError {
  try {
    read(env, options);
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const problemsOf = (env: Record<string, string>, options?: ConfigurationOptions) =>
  refusalOf({ ...least, ...env }, options).diagnostics.map(({ message }) => message);

describe('what is read', () => {
  test('the least, with its defaults', () => {
    const { configuration, warnings } = read(least);
    const { desired, ...others } = configuration;
    expect({ lists: desired.lists, others, warnings }).toEqual({
      lists: { databases: [], roles: [], schemas: ['main'] },
      others: {
        deploymentId: 'example-dev',
        provider: 'plain',
        service: {},
        choices: {},
        credentials: { key: 'BUS_PLAIN_ADMIN_FILE', file: './local/admin' },
      },
      warnings: [],
    });
  });

  test('all keys', () => {
    const { configuration, warnings } = read({
      BUS_DEPLOYMENT_ID: 'a.b_c-1',
      BUS_DATABASE_PROVIDER: 'plain',
      BUS_PLAIN_ADMIN: 'hunter2',
      BUS_DATABASE_NAMES: 'bus_auth, bus_events',
      BUS_DATABASE_SERVICE_ROLE: '{database}_service',
      BUS_DATABASE_ROLE_NAMES: 'reporting,backup',
      BUS_DATABASE_SCHEMAS: 'public,audit',
      BUS_DATABASE_DSN_OUTPUT_DIR: './local/dsn',
      BUS_DATABASE_DSN_FILE_OWNER: 'bus:services',
      BUS_DATABASE_SERVICE_HOST: 'db.internal',
      BUS_DATABASE_LISTENER_POLICY: 'private',
      BUS_DATABASE_LISTENER_NETWORKS: '10.0.0.0/8, fd00::/8',
      BUS_PLAIN_SPEED: 'fast',
    });
    expect(warnings).toEqual([]);
    const { desired, ...others } = configuration;
    expect(desired.lists).toEqual({
      databases: ['bus_auth', 'bus_events'],
      serviceRole: '{database}_service',
      roles: ['{database}_service', 'reporting', 'backup'],
      schemas: ['public', 'audit'],
    });
    expect(desired.listener).toEqual({ listenerPolicy: 'private', listenerNetworks: ['10.0.0.0/8', 'fd00::/8'] });
    expect([...desired.roles]).toEqual(['reporting', 'backup', 'bus_auth_service', 'bus_events_service']);
    expect(JSON.parse(JSON.stringify(others))).toEqual({
      deploymentId: 'a.b_c-1',
      provider: 'plain',
      dsnOutputDirectory: './local/dsn',
      dsnFileOwner: { user: 'bus', group: 'services' },
      service: { host: 'db.internal' },
      choices: { speed: 'fast' },
      credentials: { key: 'BUS_PLAIN_ADMIN', value: '***' },
    });
    expect(configuration.credentials.value?.reveal()).toBe('hunter2');
  });

  test.each([
    ['of an env file', 'BUS_PLAIN_ADMIN', { envFile: '.env', lines: { BUS_PLAIN_ADMIN: 3 } }, '.env'],
    ['of the environment', 'BUS_PLAIN_ADMIN', { envFile: '.env', lines: { BUS_DEPLOYMENT_ID: 1 } }, undefined],
    [
      'a file that an env file names',
      'BUS_PLAIN_ADMIN_FILE',
      { envFile: '.env', lines: { BUS_PLAIN_ADMIN_FILE: 3 } },
      undefined,
    ],
  ])('credentials %s', (_, key, options, envFile) => {
    const { credentials } = read({ BUS_DEPLOYMENT_ID: 'example-dev', [key]: 'hunter2' }, options).configuration;
    expect(credentials.envFile).toBe(envFile);
  });

  test.each([
    ['bus', { user: 'bus' }],
    ['1000:1000', { user: '1000', group: '1000' }],
    ['first.last@example.org', { user: 'first.last@example.org' }],
  ])('file owner %s', (owner, expected) => {
    expect(read({ ...least, BUS_DATABASE_DSN_FILE_OWNER: owner }).configuration.dsnFileOwner).toEqual(expected);
  });
});

describe('IN-01 missing and empty keys', () => {
  test('in a folder without anything, one line says what is the matter', () => {
    const error = refusalOf({}, {});
    expect(error).toMatchObject({ errorClass: 'not-configured', message: 'no ./.env here and no BUS_DEPLOYMENT_ID' });
    expect(error.diagnostics).toHaveLength(1);
    expect(error.diagnostics[0]?.remedy).toBe('run from the deployment repository or use -C DIR');
  });

  test('an env file that only the dispatcher reads is spoken of', () => {
    const error = refusalOf({}, { unreadEnvFile: './.env' });
    expect(error.message).toBe('no BUS_DEPLOYMENT_ID, and ./.env was not read: only the bus dispatcher reads it');
  });

  test('that line stands first, before what is wrong beside it', () => {
    const error = refusalOf({ BUS_PLAIN_SPEED: 'x' }, {});
    expect(error.errorClass).toBe('invalid-request');
    expect(error.diagnostics.map(({ code }) => code)).toEqual(['wrong-directory', 'invalid-value']);
  });

  test('with an env file, each missing key is told', () => {
    const error = refusalOf({});
    expect(error).toMatchObject({ errorClass: 'not-configured', message: '2 problems in the configuration' });
    expect(error.diagnostics.map(({ message }) => message)).toEqual([
      'BUS_DEPLOYMENT_ID is not set, and not in .env',
      'no admin credentials',
    ]);
  });

  test.each([
    'BUS_DEPLOYMENT_ID',
    'BUS_DATABASE_PROVIDER',
    'BUS_DATABASE_NAMES',
    'BUS_DATABASE_SERVICE_ROLE',
    'BUS_DATABASE_ROLE_NAMES',
    'BUS_DATABASE_SCHEMAS',
    'BUS_DATABASE_DSN_OUTPUT_DIR',
    'BUS_DATABASE_DSN_FILE_OWNER',
    'BUS_DATABASE_SERVICE_HOST',
    'BUS_DATABASE_LISTENER_POLICY',
    'BUS_DATABASE_LISTENER_NETWORKS',
    'BUS_PLAIN_SPEED',
  ])('%s set but empty', (key) => {
    expect(problemsOf({ [key]: '' }, { envFile: '.env', lines: { [key]: 4 } })).toEqual([`${key} is empty (.env:4)`]);
  });
});

test("keys of the provider's other programs and aliases are neither warned of nor suggested", () => {
  const { warnings } = read({
    ...least,
    BUS_PLAIN_ADMINS: 'x',
    BUS_PLAIN_ADMINSS: 'x',
    BUS_DATABASE_SCHEMA_NAMES: 'a',
  });
  expect(warnings.map(({ message }) => message)).toEqual([
    'BUS_PLAIN_ADMINSS is an unknown key; did you mean BUS_PLAIN_ADMIN?',
  ]);
});

test('IN-03 an unknown key is a warning with the nearest known one and its line', () => {
  const { warnings } = read(
    {
      ...least,
      BUS_DATABASE_NAMES: 'a',
      BUS_DATABASE_NAME: 'a',
      BUS_PLAIN_ADMN: 'x',
      BUS_DATABASE_API_TOKEN_FILE: 'x',
      BUS_DATABASE_API_IDLE_CONNECTIONS: 'x',
      BUS_DATABASE_CREDENTIAL_REFERENCES: 'x',
    },
    { envFile: '.env', lines: { BUS_DATABASE_NAME: 4 } },
  );
  expect(warnings.map(({ severity, code, message }) => [severity, code, message])).toEqual([
    ['warn', 'unknown-key', 'BUS_DATABASE_NAME is an unknown key; did you mean BUS_DATABASE_NAMES? (.env:4)'],
    ['warn', 'unknown-key', 'BUS_PLAIN_ADMN is an unknown key; did you mean BUS_PLAIN_ADMIN?'],
  ]);
});

test.each([
  [{ BUS_DATABASE_NAME: 'a' }, 'BUS_DATABASE_NAMES', 'no database'],
  [{ BUS_DATABASES: 'a' }, 'BUS_DATABASE_NAMES', 'no database'],
  [{ BUS_DATABASE: 'a' }, 'BUS_DATABASE_NAMES', 'no database'],
  [{ BUS_DATABASE_NAMSE: '', BUS_DATABASE_SERVICE_ROLE: 'svc' }, 'BUS_DATABASE_NAMES', 'no database'],
  [{ BUS_DATABASE_SERVICE_ROL: 'svc' }, 'BUS_DATABASE_SERVICE_ROLE', 'nothing'],
  [{ BUS_DATABASE_ROLES_NAMES: 'svc' }, 'BUS_DATABASE_ROLE_NAMES', 'nothing'],
  [{ BUS_DATABASE_SCHEMA: 'app' }, 'BUS_DATABASE_SCHEMAS', 'nothing'],
])('IN-03 %j without which %s is declared is no warning', (keys, meant, what) => {
  const [key = ''] = Object.keys(keys);
  expect(() => read({ ...least, ...keys })).toThrow(
    `${key} is an unknown key; did you mean ${meant}? Without it ${what} is declared`,
  );
  expect(read({ ...least, ...keys, BUS_DATABASE_NAMES: 'a' }).warnings.map(({ code }) => code)).toEqual([
    'unknown-key',
  ]);
  expect(read({ ...least, ...keys, BUS_OPERATOR_DATABASE_ENV_ALLOW: key }).warnings).toEqual([]);
});

describe('IN-05 providers', () => {
  test('the command line may name what the environment names', () => {
    expect(read({ ...least, BUS_DATABASE_PROVIDER: 'plain' }, { provider: 'plain' }).configuration.provider).toBe(
      'plain',
    );
    expect(read(least, { provider: 'plain' }).configuration.provider).toBe('plain');
  });

  test.each([
    [{ BUS_DATABASE_PROVIDER: 'plain' }, 'other', ['--provider is "other", but BUS_DATABASE_PROVIDER is "plain"']],
    [{ BUS_DATABASE_PROVIDER: 'other' }, undefined, ['BUS_DATABASE_PROVIDER is "other": no such provider']],
    [{}, 'other', ['--provider is "other": no such provider']],
    [{ BUS_DATABASE_PROVIDER: 'Plain' }, undefined, ['BUS_DATABASE_PROVIDER is "Plain": no such provider']],
  ])('%j with --provider %s', (env, asked, messages) => {
    expect(problemsOf(env, { envFile: '.env', ...(asked !== undefined && { provider: asked }) })).toEqual(messages);
  });
});

test('all problems are told at once, each with its key, its line and a remedy', () => {
  const env = {
    BUS_DEPLOYMENT_ID: '-x',
    BUS_DATABASE_NAMES: 'a,,main',
    BUS_DATABASE_SERVICE_ROLE: 'sys_x',
    BUS_PLAIN_SPEED: 'quick',
    BUS_DATABASE_MANIFEST_FILE: 'x.yaml',
  };
  const lines = Object.fromEntries(Object.keys(env).map((key, index) => [key, index + 1]));
  const error = refusalOf(env, { envFile: '.env', lines });
  expect(error.message).toBe('7 problems in the configuration');
  expect(error.errorClass).toBe('invalid-request');
  expect(error.diagnostics.map(({ target, message }) => `${target}: ${message}`)).toEqual([
    'BUS_DEPLOYMENT_ID: BUS_DEPLOYMENT_ID is "-x", expected 1 to 63 letters, digits, dots, _ and -, a letter or digit first (.env:1)',
    'BUS_DATABASE_MANIFEST_FILE: BUS_DATABASE_MANIFEST_FILE names a manifest, and none can be read here (.env:5)',
    'BUS_DATABASE_NAMES: BUS_DATABASE_NAMES has an empty item (.env:2)',
    'BUS_DATABASE_NAMES: database "main" is a database that the server keeps for itself (.env:2)',
    'BUS_DATABASE_SERVICE_ROLE: role "sys_x" begins with sys_, which the server keeps for its own roles (.env:3)',
    'BUS_PLAIN_SPEED: BUS_PLAIN_SPEED is "quick", expected slow, fast (.env:4)',
    'BUS_PLAIN_ADMIN_FILE: no admin credentials',
  ]);
  expect(error.diagnostics.filter(({ remedy }) => remedy === undefined)).toEqual([]);
});

describe('single keys', () => {
  test.each([
    ['BUS_DEPLOYMENT_ID', 'x'.repeat(64), /expected 1 to 63 letters/],
    ['BUS_DEPLOYMENT_ID', 'a b', /expected 1 to 63 letters/],
    ['BUS_DEPLOYMENT_ID', 'é', /expected 1 to 63 letters/],
    ['BUS_PLAIN_SPEED', 'md5', /expected slow, fast/],
    ['BUS_DATABASE_LISTENER_POLICY', 'open', /expected loopback, private, tls, external/],
    [
      'BUS_DATABASE_LISTENER_NETWORKS',
      '10.0.0.0/33',
      /holds "10.0.0.0\/33", expected an address with its prefix length/,
    ],
    ['BUS_DATABASE_LISTENER_NETWORKS', '10.0.0.0', /expected an address/],
    ['BUS_DATABASE_LISTENER_NETWORKS', 'fd00::/129', /expected an address/],
    ['BUS_DATABASE_LISTENER_NETWORKS', 'localhost/8', /expected an address/],
    ['BUS_DATABASE_CREDENTIAL_REFERENCES', 'a;b', /holds a semicolon/],
    ['BUS_DATABASE_DSN_FILE_OWNER', 'a:b:c', /expected user or user:group/],
    ['BUS_DATABASE_DSN_FILE_OWNER', ':group', /expected user or user:group/],
    ['BUS_DATABASE_DSN_OUTPUT_DIR', '~/dsn', /only a shell expands/],
  ])('%s=%s', (key, value, why) => {
    const problems = problemsOf({ [key]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(why);
    expect(problems[0]).not.toContain('hunter2');
  });
});
