import { expect, test } from 'vitest';
import { parseDuration } from '../../src/config/duration.ts';

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['2m', 120_000],
  ['1h30m', 5_400_000],
  ['1h2m3s4ms', 3_723_004],
  ['1.5s', 1500],
  ['0s', 0],
  ['1m500ms', 60_500],
  ['0', 0],
  ['30m1h', 5_400_000],
  ['1s1s', 2_000],
  ['.5s', 500],
  ['1.s', 1_000],
  ['+5s', 5_000],
  ['1500us', 2],
  ['100us', 1],
  ['1ns', 1],
  ['2000\u00b5s', 2],
  ['2000\u03bcs', 2],
  ['0ns', 0],
])('%s', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each(['', 's', '-1s', '1', '1 s', '1S', '.s', '+', '-0', '1..5s', '1e3s', '1toString', '٣s', '1d', '1h ', '∞'])(
  '%j is refused',
  (text) => {
    expect(() => parseDuration(text)).toThrow(/is not a duration like 500ms, 30s, 2m or 1h30m/);
  },
);

test('a bare number is answered with what was probably meant', () => {
  expect(() => parseDuration('30')).toThrow('did you mean 30s?');
});

test('what a timer would take for "at once" is refused', () => {
  expect(() => parseDuration('597h')).toThrow('597h is longer than 24 days');
});
