import { expect, test } from 'vitest';
import { cutDeeper, nestsDeeper } from '../../src/contract/json-depth.ts';
import { readBody } from '../../src/transports/event-body.ts';

test.each([
  ['[[[]]]', 2, true],
  ['[[[]]]', 3, false],
  ['[{"a":[]},{"b":[]}]', 3, false],
  ['["[[[[","\\\\","\\"[["]', 1, false],
  ['[["\\\\"],[[]]]', 2, true],
])('%s nests deeper than %i: %s', (text, levels, expected) => {
  expect(nestsDeeper(text, levels)).toBe(expected);
});

test.each([
  ['{"id":"x","payload":{"plan":[[]],"n":1,"o":{}}}', 2, '{"id":"x","payload":{"plan":null,"n":1,"o":null}}'],
  ['[1,[2,[3],4],"[",[5]]', 1, '[1,null,"[",null]'],
  ['"[["', 0, '"[["'],
])('%s cut at %i is %s', (text, levels, expected) => {
  expect(cutDeeper(text, levels)).toBe(expected);
});

test('of a body that nests too deep as much is read as tells who asked', () => {
  const payload = `{"deployment_id":"shop","plan":${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}}`;
  expect(readBody(`{"correlation_id":"deep","payload":${payload}}`)).toEqual({
    body: { correlation_id: 'deep', payload: { deployment_id: 'shop', plan: null } },
    isTooDeep: true,
  });
  expect(readBody('['.repeat(40))).toEqual({ body: undefined, isTooDeep: true });
  expect(readBody('{"a":')).toEqual({ body: undefined });
});
