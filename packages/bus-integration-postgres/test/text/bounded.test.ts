import { type Check, some } from 'bus-integration-database';
import { expect, test } from 'vitest';
import { boundedChecks, firstOf, someNames } from '../../src/text/bounded.ts';

const check = (result: Check['result'], target = 'svc@app'): Check => ({
  id: 'service-limits',
  kind: 'connectivity',
  result,
  target,
  seen: 'x',
});

test('ten are told one by one, the rest counted, as grave as the gravest of it', () => {
  const ten = Array.from({ length: 10 }, () => check('warn'));
  expect(boundedChecks(ten, 'schemas')).toEqual(ten);
  expect(boundedChecks([...ten, check('warn'), check('fail'), check('info')], 'schemas')).toEqual([
    ...ten,
    { ...check('fail'), seen: 'and 3 more schemas' },
  ]);
  expect(boundedChecks([], 'schemas')).toEqual([]);
  expect(firstOf([1, 2], () => 0)).toEqual([1, 2]);
});

test('names in a sentence', () => {
  expect(some(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, d and 1 more');
  expect(someNames(['a', 'b c'], 1)).toBe('a and 1 more');
  expect(someNames(['b c'])).toBe('"b c"');
});
