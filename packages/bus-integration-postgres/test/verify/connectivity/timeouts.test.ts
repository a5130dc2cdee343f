// Stored timeouts are read as the server reads them.
import { startServer } from 'embedded';
import { expect, test } from 'vitest';
import { millisecondsOf } from '../../../src/verify/connectivity/settings/timeouts.ts';

const spellings = [
  ...[
    '90',
    ' 90 ',
    '+90',
    '90ms',
    '90 ms',
    '0.09s',
    '.09s',
    '9e1',
    '9E+1',
    '900e-1',
    '1e2ms',
    '1E2 us',
    '2min',
    '1h',
    '1d',
  ],
  ...[
    '0x5A',
    '0X5a',
    '0x5e',
    '0x5Ams',
    '0x1.8',
    '0x1.8s',
    '0132',
    '0132ms',
    '0132.5',
    '012e1',
    '00',
    '0',
    '0e0',
    '1.5',
    '2.5',
  ],
  ...['400us', '500us', '501us', '1500us', '2500us', '99999us', '0.5', '0.05min', '0.0001d'],
  ...['', 'x', '0x', '1e', '90MS', '90 m', '1 2', '-1', '0x1p6', '90ms s'],
];

test('in every spelling', async () => {
  await using server = await startServer();
  for (const value of spellings) {
    const [row] = await server
      .query(
        `SELECT set_config('lock_timeout', '${value}', false) IS NOT NULL AS set,
                (SELECT setting::int FROM pg_settings WHERE name = 'lock_timeout') AS ms`,
        { isQuiet: true },
      )
      .catch(() => []);
    const ms = millisecondsOf(value);
    // What it refuses is never stored.
    if (row === undefined) expect([value, ms === undefined || ms < 0]).toEqual([value, true]);
    else expect([value, ms]).toEqual([value, row.ms]);
  }
});
