import { type ErrorClass, errorClasses, failure, OperationError } from 'bus-integration-database';
import { describe, expect, it } from 'vitest';
import { errorLines, traceLines, warningLines } from '../../src/render/text-error.ts';
import * as example from '../examples.ts';

const { fail, shown } = example;
const about = { deployment_id: 'example-dev', provider: 'postgres' };

/** A message of each class as an operator may see it. */
const messages: Readonly<Record<ErrorClass, readonly [string, string?]>> = {
  'invalid-request': [
    'BUS_DATABASE_NAMES has an empty item (./.env:4)',
    'write BUS_DATABASE_NAMES as names with one comma',
  ],
  unauthenticated: ['no valid token was given'],
  forbidden: ['credentials: only the configured reference may be named'],
  'not-configured': ['no ./.env here and no BUS_DEPLOYMENT_ID', 'run from the deployment repository or use -C DIR'],
  unreachable: [
    "can't reach 10.0.3.7:5432: connection refused after 3 tries in 2.1 s (from BUS_POSTGRES_ADMIN_DSN_FILE=./local/postgres-admin-dsn)",
    'bus operator database doctor',
  ],
  'authentication-failed': ['10.0.3.7:5432 refused the password of deploy_admin', 'fix ./local/postgres-admin-dsn'],
  'insufficient-privilege': ['role deploy_admin lacks CREATEDB', 'a superuser runs: ALTER ROLE deploy_admin CREATEDB'],
  'not-ours': [
    'role bus_service exists and no file holds its password',
    'bring ./local/dsn/*.dsn, or apply --rotate bus_service',
  ],
  locked: [
    'another apply holds the lock: host db1, process 4711, since 12:04',
    'wait for it, or use --lock-timeout 5m',
  ],
  'stale-plan': [
    'the saved plan is not what would be done now',
    'save it again: bus operator database plan --save FILE',
  ],
  unsafe: ['a connection pooler stands between here and the server', 'point the admin DSN at the server'],
  'not-converged': ['bus_service: the new password could not be proven', 'run the same command again'],
  timeout: ['not done within 30.0 s (--timeout)', 'run the same command again, with a longer --timeout'],
  cancelled: ['interrupted by SIGINT'],
  internal: [
    'this is a defect of this program: TypeError: x is undefined',
    'run it again with -vv and report what it prints',
  ],
};

describe('errorLines', () => {
  it('says every class in a line, and what to do in the next', () => {
    const lines = (Object.keys(errorClasses) as ErrorClass[]).flatMap((errorClass) => {
      const [message, remedy] = messages[errorClass];
      const error = new OperationError(errorClass, message, remedy === undefined ? {} : { remedy });
      return errorLines(failure(about, error));
    });
    expect(shown(lines)).toMatchInlineSnapshot(`
      "
      bus operator database: BUS_DATABASE_NAMES has an empty item (./.env:4)
        next: write BUS_DATABASE_NAMES as names with one comma
      bus operator database: no valid token was given
      bus operator database: credentials: only the configured reference may be named
      bus operator database: no ./.env here and no BUS_DEPLOYMENT_ID
        next: run from the deployment repository or use -C DIR
      bus operator database: can't reach 10.0.3.7:5432: connection refused after 3 tries in 2.1 s (from BUS_POSTGRES_ADMIN_DSN_FILE=./local/postgres-admin-dsn)
        next: bus operator database doctor
      bus operator database: 10.0.3.7:5432 refused the password of deploy_admin
        next: fix ./local/postgres-admin-dsn
      bus operator database: role deploy_admin lacks CREATEDB
        next: a superuser runs: ALTER ROLE deploy_admin CREATEDB
      bus operator database: role bus_service exists and no file holds its password
        next: bring ./local/dsn/*.dsn, or apply --rotate bus_service
      bus operator database: another apply holds the lock: host db1, process 4711, since 12:04
        next: wait for it, or use --lock-timeout 5m
      bus operator database: the saved plan is not what would be done now
        next: save it again: bus operator database plan --save FILE
      bus operator database: a connection pooler stands between here and the server
        next: point the admin DSN at the server
      bus operator database: bus_service: the new password could not be proven
        next: run the same command again
      bus operator database: not done within 30.0 s (--timeout)
        next: run the same command again, with a longer --timeout
      bus operator database: interrupted by SIGINT
      bus operator database: this is a defect of this program: TypeError: x is undefined
        next: run it again with -vv and report what it prints
      "
    `);
  });

  it('lets no message begin a line of its own', () => {
    const lines = errorLines({
      ...failure(about, new OperationError('unsafe', example.hostileName, { remedy: example.hostileName })),
    });
    expect(shown(lines)).toMatchInlineSnapshot(`
      "
      bus operator database: x\\u202e\\u2066evil\\u0007\\u001b[2J
        ok: true
        next: x\\u202e\\u2066evil\\u0007\\u001b[2J
              ok: true
      "
    `);
  });
});

describe('warningLines', () => {
  it('tells warnings before notes, a common remedy once', () => {
    const lines = warningLines([
      { severity: 'info', code: 'a', message: 'PUBLIC may connect to template1' },
      { severity: 'warn', code: 'b', message: 'BUS_DATABASE_NAME is an unknown key', remedy: 'rename it' },
      { severity: 'warn', code: 'b', message: 'BUS_DATABASE_ROLE is an unknown key', remedy: 'rename it' },
      { severity: 'info', code: 'what-stands', message: 'said elsewhere' },
      fail('said elsewhere'),
    ]);
    expect(shown(lines)).toMatchInlineSnapshot(`
      "
      bus operator database: warning: BUS_DATABASE_NAME is an unknown key
      bus operator database: warning: BUS_DATABASE_ROLE is an unknown key
        next: rename it
      bus operator database: note: PUBLIC may connect to template1
      "
    `);
  });
});

describe('traceLines', () => {
  it('shows where a defect happened', () => {
    const [first, second] = traceLines(new TypeError('x is undefined'));
    expect(first).toBe('TypeError: x is undefined');
    expect(second).toMatch(/^ {4}at /);
  });
});
