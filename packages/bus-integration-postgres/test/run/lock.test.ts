import { OperationError } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { lostLock } from '../../src/run/lock.ts';
import { lockApplicationName } from '../../src/text/application-names.ts';

describe("the lock connection's name", () => {
  const since = new Date('2025-02-03T04:05:06.789Z');
  test.each([
    ['db-admin-1', 42, 'bus apply db-admin-1:42 since 2025-02-03T04:05:06Z'],
    ['mit umlaut ü', 7, 'bus apply mit?umlaut??:7 since 2025-02-03T04:05:06Z'],
  ])('of %s', (host, pid, name) => expect(lockApplicationName(host, pid, since)).toBe(name));

  test('is cut to the 63 bytes that PostgreSQL keeps, the end with pid and time whole', () => {
    const name = lockApplicationName('h'.repeat(200), 4194304, since);
    expect(Buffer.byteLength(name)).toBe(63);
    expect(name).toMatch(/^bus apply h+:4194304 since 2025-02-03T04:05:06Z$/);
  });
});

test('a division by zero in a transaction means a lost lock; every other error is itself', () => {
  const lost = lostLock(Object.assign(new Error('division by zero'), { code: '22012' }));
  expect(lost).toBeInstanceOf(OperationError);
  expect((lost as OperationError).errorClass).toBe('locked');
  const other = Object.assign(new Error('no'), { code: '42501' });
  expect(lostLock(other)).toBe(other);
});
