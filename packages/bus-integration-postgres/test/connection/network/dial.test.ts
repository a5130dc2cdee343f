import { OperationError } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { isSocketDirectory, resolveAddress, shownAddress } from '../../../src/connection/network/dial.ts';

const { signal } = new AbortController();

describe('resolveAddress', () => {
  test('looks nothing up for addresses, socket directories and hostaddr', async () => {
    for (const host of ['10.0.3.7', '::1', '/run/postgresql', '@abstract']) {
      expect(await resolveAddress({ host, port: 5432 }, signal)).toEqual([{ host, address: host, port: 5432 }]);
    }
    expect(await resolveAddress({ host: 'db.example.invalid', hostaddr: '10.0.3.7', port: 1 }, signal)).toEqual([
      { host: 'db.example.invalid', address: '10.0.3.7', port: 1 },
    ]);
  });

  test('finds an address of this host by name', async () => {
    const found = await resolveAddress({ host: 'localhost', port: 5432 }, signal);
    expect(found.map(({ address }) => address)).toContain('127.0.0.1');
  });

  test('gives up with its signal', async () => {
    const reason = new OperationError('cancelled', 'interrupted');
    await expect(resolveAddress({ host: 'localhost', port: 1 }, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

test.each([
  [{ host: '10.0.3.7', address: '10.0.3.7', port: 5432 }, '10.0.3.7:5432'],
  [{ host: 'db.example.com', address: '10.0.3.7', port: 5432 }, 'db.example.com:5432 (10.0.3.7)'],
  [{ host: '::1', address: '::1', port: 5432 }, '[::1]:5432'],
  [{ host: '/run/postgresql', address: '/run/postgresql', port: 5432 }, '/run/postgresql/.s.PGSQL.5432'],
])('placeOf %j', (pinned, place) => {
  expect(shownAddress(pinned)).toBe(place);
});

test('isSocketDirectory knows directories and the abstract namespace', () => {
  expect(['/tmp', '@x', 'tmp', '10.0.0.1', 'localhost'].map(isSocketDirectory)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
