import { OperationError } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { isRetryable, serverText, sqlstateOf, toOperationError } from '../../src/text/sqlstate.ts';

const serverError = (code: string, message: string, detail?: string) =>
  Object.assign(new Error(message), { code, detail });

describe('toOperationError', () => {
  test.each([
    ['28P01', 'authentication-failed'],
    ['28000', 'authentication-failed'],
    ['42501', 'insufficient-privilege'],
    ['0LP01', 'insufficient-privilege'],
    ['25006', 'insufficient-privilege'],
    ['3D000', 'invalid-request'],
    ['53300', 'unreachable'],
    ['57P03', 'unreachable'],
    ['57P01', 'unreachable'],
    ['08006', 'unreachable'],
    ['55P03', 'timeout'],
    ['57014', 'timeout'],
    ['25P03', 'timeout'],
    ['25P04', 'timeout'],
    ['40001', 'not-converged'],
    ['53100', 'not-converged'],
    ['P0001', 'insufficient-privilege'],
    ['42601', 'internal'],
    ['XX000', 'internal'],
  ])('%s is %s, with the SQLSTATE as its code', (sqlstate, errorClass) => {
    const error = toOperationError(serverError(sqlstate, 'no'), 'create role app');
    expect(error).toMatchObject({ errorClass, message: 'create role app: no', diagnostics: [{ code: sqlstate }] });
    expect(sqlstateOf(error)).toBe(sqlstate);
  });

  test('a timeout that ends a login may be stored for a role, a database or the server', () => {
    const error = toOperationError(serverError('25P04', 'terminating connection due to transaction timeout'), 'x');
    expect(error.diagnostics[0]?.remedy).toMatch(
      /role or a database, .* runs, in any database: ALTER ROLE or DATABASE … RESET transaction_timeout\. For the server: ALTER SYSTEM RESET transaction_timeout;/,
    );
  });

  test.each([
    ['role', 'ad"min', 'ALTER ROLE "ad""min" CONNECTION LIMIT -1;'],
    ['database', 'app', 'ALTER DATABASE "app" CONNECTION LIMIT -1;'],
  ])('connections that a %s has none left of are no matter of max_connections', (kind, name, statement) => {
    const error = toOperationError(serverError('53300', `too many connections for ${kind} "${name}"`), 'x');
    const remedy = error.diagnostics[0]?.remedy;
    expect(remedy).toContain(`a superuser runs, in any database: ${statement}`);
    expect(remedy).not.toContain('max_connections');
  });

  test('a session that was idle for too long says which timeout ended it', () => {
    const error = toOperationError(serverError('57P05', 'terminating connection due to idle-session timeout'), 'x');
    expect(error).toMatchObject({
      errorClass: 'unreachable',
      diagnostics: [{ code: '57P05' }],
    });
    expect(error.diagnostics[0]?.remedy).toContain('RESET idle_session_timeout');
  });

  test("tells a user's cancelling from a deadline", () => {
    const cancelled = serverError('57014', 'canceling statement due to user request');
    expect(toOperationError(cancelled, 'x').errorClass).toBe('cancelled');
  });

  test('says what a network error means', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.3.7:5432'), { code: 'ECONNREFUSED' });
    expect(toOperationError(refused, "can't reach 10.0.3.7:5432")).toMatchObject({
      errorClass: 'unreachable',
      message: "can't reach 10.0.3.7:5432: connection refused",
    });
    const pipe = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    expect(sqlstateOf(pipe)).toBeUndefined();
    expect(toOperationError(pipe, 'x').errorClass).toBe('unreachable');
  });

  test('leaves an OperationError as it is, and knows an interruption', () => {
    const known = new OperationError('locked', 'held');
    expect(toOperationError(known, 'x')).toBe(known);
    expect(toOperationError(new DOMException('aborted', 'AbortError'), 'x').errorClass).toBe('internal');
    expect(toOperationError(Object.assign(new Error('aborted'), { code: 'ABORT_ERR' }), 'x').errorClass).toBe(
      'cancelled',
    );
    expect(toOperationError('odd', 'x')).toMatchObject({ errorClass: 'internal', message: 'x: odd' });
  });

  test('shows a detail, but none that tells of rows', () => {
    const busy = serverError('55006', 'database "a" is being accessed by other users', 'There is 1 other session.');
    expect(toOperationError(busy, 'x').message).toContain('(There is 1 other session.)');
    const row = serverError('23514', 'new row violates', 'Failing row contains (secret).');
    expect(toOperationError(row, 'x').message).not.toContain('secret');
  });
});

test('serverText masks verifiers and hashes, escapes control and bidi characters, keeps one line', () => {
  const verifier = 'SCRAM-SHA-256$4096:c2FsdA==$abc=:def=';
  expect(serverText(`near "${verifier}" and md5${'0'.repeat(32)}`)).toBe('near "SCRAM-SHA-256$***" and md5***');
  const odd = serverText('a\u001b[31mb\u202ec\nd');
  for (const character of ['\u001b', '\u202e', '\n']) expect(odd).not.toContain(character);
  expect(odd).toMatch(/c d$/);
});

test('serverText cuts what is long before it looks at it, and never through a hash', () => {
  const hash = `md5${'a'.repeat(32)}`;
  const many = 1_000_000;
  expect(serverText(`a${' '.repeat(many)}b`)).toBe('a …');
  expect(serverText(' '.repeat(many))).toBe('…');
  for (const text of ['\n'.repeat(many), ' \r\n'.repeat(many), 'x'.repeat(many), `${'x '.repeat(many)}y`]) {
    expect(serverText(text).length).toBeLessThanOrEqual(8194);
  }
  for (let start = 8192 - 40; start <= 8192; start++) {
    const seen = serverText(`${'x'.repeat(start - 1)} ${hash}${' y'.repeat(100)}`);
    expect(seen).not.toMatch(/a/);
  }
  expect(serverText('one \r\n\n  two\n')).toBe('one two');
});

describe('isRetryable', () => {
  test.each(['40001', '40P01', '55006', '55P03', '53200', '53300', '57P03'])('%s', (sqlstate) => {
    expect(isRetryable(serverError(sqlstate, 'x'))).toBe(true);
    expect(isRetryable(toOperationError(serverError(sqlstate, 'x'), 'y'))).toBe(true);
  });

  test('two GRANTs on one object at once', () => {
    expect(isRetryable(serverError('XX000', 'tuple concurrently updated'))).toBe(true);
    expect(isRetryable(serverError('XX000', 'cache lookup failed'))).toBe(false);
  });

  test('nothing else', () => {
    for (const error of [serverError('42501', 'x'), new Error('x'), undefined, 'x'])
      expect(isRetryable(error)).toBe(false);
  });
});
