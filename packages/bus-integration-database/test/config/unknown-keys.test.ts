import { expect, test } from 'vitest';
import { unknownKeys } from '../../src/config/unknown-keys.ts';

const prefixes = ['BUS_DATABASE_'];
const known = ['BUS_DATABASE_NAMES', 'BUS_DATABASE_ROLE_NAMES', 'BUS_DATABASE_DSN_OUTPUT_DIR'];

test('IN-03 a key that looks like ours is named with the nearest one', () => {
  const env = {
    BUS_DATABASE_NAME: 'x',
    BUS_DATABASE_ROLENAMES: 'x',
    BUS_DATABASE_DSN_DIR: 'x',
    BUS_DATABASE_XYZZY: 'x',
  };
  expect(unknownKeys(env, prefixes, known)).toEqual([
    { key: 'BUS_DATABASE_DSN_DIR', nearest: 'BUS_DATABASE_DSN_OUTPUT_DIR' },
    { key: 'BUS_DATABASE_NAME', nearest: 'BUS_DATABASE_NAMES' },
    { key: 'BUS_DATABASE_ROLENAMES', nearest: 'BUS_DATABASE_ROLE_NAMES' },
    { key: 'BUS_DATABASE_XYZZY' },
  ]);
});

test('known keys, other prefixes and unset keys are none', () => {
  expect(
    unknownKeys({ BUS_DATABASE_NAMES: 'x', BUS_X: 'x', PATH: '', BUS_DATABASE_Y: undefined }, prefixes, known),
  ).toEqual([]);
});

test('two keys silence names', () => {
  const env = {
    BUS_DATABASE_A: 'x',
    BUS_DATABASE_B: 'x',
    BUS_DATABASE_C: 'x',
    BUS_DATABASE_D: 'x',
    BUS_DATABASE_E: 'x',
    BUS_OPERATOR_ENV_ALLOW: 'BUS_DATABASE_A, BUS_DATABASE_B:BUS_DATABASE_D;BUS_DATABASE_E',
  };
  expect(unknownKeys(env, prefixes, known).map(({ key }) => key)).toEqual(['BUS_DATABASE_C']);
  expect(unknownKeys({ ...env, BUS_OPERATOR_DATABASE_ENV_ALLOW: 'BUS_DATABASE_C' }, prefixes, known)).toEqual([]);
});

test('a hostile name is printable, and a very long one is answered at once', () => {
  expect(unknownKeys({ 'BUS_DATABASE_\u202e\x1b': 'x' }, prefixes, known)).toEqual([
    { key: 'BUS_DATABASE_\\u202e\\u001b' },
  ]);
  const begun = process.cpuUsage();
  unknownKeys({ [`BUS_DATABASE_${'X'.repeat(100_000)}`]: 'x' }, prefixes, known);
  expect(process.cpuUsage(begun).user).toBeLessThan(500_000);
});
