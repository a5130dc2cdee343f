import { readConfiguration } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { postgresKeys } from '../src/keys.ts';

const fileKey = 'BUS_POSTGRES_ADMIN_DSN_FILE';
const valueKey = 'BUS_POSTGRES_ADMIN_DSN';

const read = (env: Record<string, string>) =>
  readConfiguration(
    { BUS_DEPLOYMENT_ID: 'example-dev', ...env },
    { envFile: '.env', lines: fileKey in env ? { [fileKey]: 3 } : {} },
    [postgresKeys],
  );

function problemsOf(env: Record<string, string>) {
  try {
    read(env);
  } catch (error) {
    const { errorClass, diagnostics } = error as {
      errorClass: string;
      diagnostics: { target: string; message: string }[];
    };
    return [errorClass, ...diagnostics.map(({ target, message }) => `${target}: ${message}`)];
  }
  throw new Error('nothing was refused');
}

test('a file is taken as it is written, a value is a secret', () => {
  expect(read({ [fileKey]: './local/postgres-admin-dsn' }).configuration).toMatchObject({
    provider: 'postgres',
    credentials: { key: fileKey, file: './local/postgres-admin-dsn' },
  });
  const { credentials } = read({ [valueKey]: 'postgres://u:hunter2@h/d' }).configuration;
  expect(JSON.stringify(credentials)).toBe(`{"key":"${valueKey}","value":"***"}`);
  expect(credentials.value?.reveal()).toBe('postgres://u:hunter2@h/d');
});

test("the family's PostgreSQL profile may stand in the same file", () => {
  const profile = Object.fromEntries(
    ['PORT', 'PGDATA', 'SOCKET_DIR', 'LANG', 'LC_ALL'].map((name) => [`BUS_POSTGRES_${name}`, 'x']),
  );
  expect(read({ [fileKey]: './x', ...profile }).warnings).toEqual([]);
  expect(read({ [fileKey]: './x', BUS_POSTGRES_PROT: 'x' }).warnings).toMatchObject([
    { message: expect.not.stringContaining('did you mean') },
  ]);
});

test('an empty key beside a full one is as good as unset', () => {
  expect(read({ [fileKey]: './x', [valueKey]: '' }).configuration.credentials).toEqual({ key: fileKey, file: './x' });
  expect(read({ [fileKey]: '', [valueKey]: 'x' }).configuration.credentials.key).toBe(valueKey);
});

describe('IN-04 where the admin DSN comes from', () => {
  test.each([
    [{}, ['not-configured', `${fileKey}: no admin DSN: neither ${fileKey} nor ${valueKey} is set`]],
    [{ [fileKey]: '' }, ['invalid-request', `${fileKey}: ${fileKey} is empty (.env:3)`]],
    [
      { [fileKey]: './x', [valueKey]: 'hunter2' },
      ['invalid-request', `${valueKey}: ${fileKey} (.env:3) and ${valueKey} are both set, expected one of them`],
    ],
    [
      { [fileKey]: 'postgres://u:hunter2@h/d' },
      ['invalid-request', `${fileKey}: ${fileKey} holds a URL (not shown), expected a path (.env:3)`],
    ],
    [
      { [valueKey]: 'secret://hunter2' },
      ['invalid-request', `${valueKey}: ${valueKey} holds a secret:// reference, which is not supported yet`],
    ],
    [
      { BUS_POSTGRES_ADMIN_DSN_SECRET: 'hunter2', [fileKey]: './x' },
      [
        'invalid-request',
        'BUS_POSTGRES_ADMIN_DSN_SECRET: BUS_POSTGRES_ADMIN_DSN_SECRET is not supported: nothing resolves secret references yet',
      ],
    ],
  ])('%j', (env: Record<string, string>, expected) => {
    const problems = problemsOf(env);
    expect(problems).toEqual(expected);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

describe('IN-25…34 what PostgreSQL keeps for itself', () => {
  test.each([
    ['BUS_DATABASE_NAMES', 'postgres', 'database "postgres" is a database that the server keeps for itself'],
    ['BUS_DATABASE_NAMES', 'template0', 'database "template0" is a database that the server keeps for itself'],
    ['BUS_DATABASE_NAMES', 'template1', 'database "template1" is a database that the server keeps for itself'],
    ['BUS_DATABASE_SERVICE_ROLE', 'pg_x', 'role "pg_x" begins with pg_, which the server keeps for its own roles'],
    ['BUS_DATABASE_SERVICE_ROLE', 'public', 'role "public" is a role that the server keeps for itself'],
    ['BUS_DATABASE_ROLE_NAMES', 'none', 'role "none" is a role that the server keeps for itself'],
    ['BUS_DATABASE_SCHEMAS', 'pg_x', 'schema "pg_x" begins with pg_, which the server keeps for its own schemas'],
    [
      'BUS_DATABASE_SCHEMAS',
      'information_schema',
      'schema "information_schema" is a schema that the server keeps for itself',
    ],
  ])('%s=%s', (key, value, message) => {
    expect(problemsOf({ [fileKey]: './x', [key]: value })).toEqual(['invalid-request', `${key}: ${message}`]);
  });

  test('and what it does not', () => {
    const env = {
      BUS_DATABASE_NAMES: 'pg_x,public',
      BUS_DATABASE_SERVICE_ROLE: 'PUBLIC',
      BUS_DATABASE_SCHEMAS: 'postgres,public',
    };
    expect(read({ [fileKey]: './x', ...env }).configuration.desired.lists).toMatchObject({
      databases: ['pg_x', 'public'],
    });
  });
});
