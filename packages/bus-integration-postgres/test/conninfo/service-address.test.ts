// The keys that say what services dial, and how new passwords go to the server.
import { readConfiguration } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { passwordSendOf } from '../../src/conninfo/password-send.ts';
import { serviceAddressOf } from '../../src/conninfo/service-address.ts';
import { postgresKeys } from '../../src/keys.ts';

const least = { BUS_DEPLOYMENT_ID: 'example-dev', BUS_POSTGRES_ADMIN_DSN_FILE: './local/admin' };

const read = (env: Record<string, string>, lines: Record<string, number> = {}) =>
  readConfiguration({ ...least, ...env }, { envFile: '.env', lines }, [postgresKeys]);

function problemsOf(env: Record<string, string>, lines?: Record<string, number>): string[] {
  try {
    read(env, lines);
  } catch (error) {
    return (error as { diagnostics: { message: string }[] }).diagnostics.map(({ message }) => message);
  }
  throw new Error('nothing was refused');
}

describe('what is read', () => {
  test('all keys', () => {
    const { configuration, warnings } = read({
      BUS_DATABASE_SERVICE_HOST: 'db.internal',
      BUS_DATABASE_SERVICE_PORT: '6432',
      BUS_DATABASE_SERVICE_SSLMODE: 'verify-full',
      BUS_DATABASE_SERVICE_SSLROOTCERT: '/etc/ca.pem',
      BUS_DATABASE_SERVICE_PARAMETERS: "application_name='my shop', connect_timeout=10",
      BUS_DATABASE_PASSWORD_SEND: 'plaintext',
    });
    expect(warnings).toEqual([]);
    expect(serviceAddressOf(configuration)).toEqual({
      host: 'db.internal',
      port: 6432,
      sslmode: 'verify-full',
      sslrootcert: '/etc/ca.pem',
      parameters: { application_name: 'my shop', connect_timeout: '10' },
    });
    expect(passwordSendOf(configuration)).toBe('plaintext');
  });

  test('nothing of it, and the schemas that every database has', () => {
    const { configuration } = read({});
    expect(serviceAddressOf(configuration)).toEqual({});
    expect(passwordSendOf(configuration)).toBe('verifier');
    expect(configuration.desired.lists?.schemas).toEqual(['public']);
  });

  test.each(['10.0.3.7', '::1', 'fe80::1%eth0', '/run/db', 'localhost', 'db-1.example.org'])(
    'service host %s',
    (host) => {
      expect(read({ BUS_DATABASE_SERVICE_HOST: host }).configuration.service).toEqual({ host });
    },
  );

  test.each([
    ['h1, h2', 'h1,h2'],
    ['h1 h2\t/run/db', 'h1,h2,/run/db'],
    ['/run/my db, h2', '/run/my db,h2'],
  ])('several service hosts %j', (written, host) => {
    expect(read({ BUS_DATABASE_SERVICE_HOST: written }).configuration.service).toEqual({ host });
  });
});

test.each([
  'BUS_DATABASE_SERVICE_HOST',
  'BUS_DATABASE_SERVICE_PORT',
  'BUS_DATABASE_SERVICE_SSLMODE',
  'BUS_DATABASE_SERVICE_SSLROOTCERT',
  'BUS_DATABASE_SERVICE_PARAMETERS',
  'BUS_DATABASE_PASSWORD_SEND',
])('IN-01 %s set but empty', (key) => {
  expect(problemsOf({ [key]: '' }, { [key]: 4 })).toEqual([`${key} is empty (.env:4)`]);
});

test('a wrong one is told with its key and its line', () => {
  expect(problemsOf({ BUS_DATABASE_SERVICE_PORT: '70000' }, { BUS_DATABASE_SERVICE_PORT: 4 })).toEqual([
    'BUS_DATABASE_SERVICE_PORT is "70000", expected 1 to 65535 (.env:4)',
  ]);
});

test.each([
  ['BUS_DATABASE_PASSWORD_SEND', 'md5', /expected verifier, plaintext/],
  ['BUS_DATABASE_SERVICE_SSLMODE', 'on', /expected disable, allow, prefer, require, verify-ca, verify-full/],
  ['BUS_DATABASE_SERVICE_PORT', '0', /expected 1 to 65535/],
  ['BUS_DATABASE_SERVICE_PORT', '5432,5433', /expected 1 to 65535/],
  ['BUS_DATABASE_SERVICE_PORT', ' 5432', /expected 1 to 65535/],
  ['BUS_DATABASE_SERVICE_HOST', 'db:5432', /expected a host name/],
  ['BUS_DATABASE_SERVICE_HOST', 'a,,b', /expected a host name/],
  ['BUS_DATABASE_SERVICE_HOST', 'a;b', /expected a host name/],
  ['BUS_DATABASE_SERVICE_PARAMETERS', 'application_name=', /^BUS_DATABASE_SERVICE_PARAMETERS: application_name has no/],
  ['BUS_DATABASE_SERVICE_PARAMETERS', 'application_name=a;connect_timeout=1', /is not a list of keyword=value/],
  ['BUS_DATABASE_SERVICE_HOST', '[::1]', /expected a host name/],
  ['BUS_DATABASE_SERVICE_HOST', 'postgres://u:hunter2@h/d', /a value that is not shown/],
])('%s=%s', (key, value, why) => {
  const problems = problemsOf({ [key]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(why);
  expect(problems[0]).not.toContain('hunter2');
});
