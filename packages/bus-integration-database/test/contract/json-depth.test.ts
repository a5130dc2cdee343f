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
  const name = 'bus.database.apply.request';
  expect(readBody(`{"correlation_id":"deep","payload":${payload}}`, name)).toEqual({
    body: { correlation_id: 'deep', payload: { deployment_id: 'shop', plan: null } },
    isTooDeep: true,
  });
  expect(readBody('['.repeat(40), name)).toEqual({ body: undefined, isTooDeep: true });
  expect(readBody('{"a":', name)).toEqual({ body: undefined });
});

test.each([
  ['status', 2_097_152, 20],
  ['apply', 16_777_216, 20],
])('of a %s that is too long as much is read as tells who asked', (verb, longest, more) => {
  const event = (length: number, flat = '') =>
    `{"correlation_id":"long","payload":{"deployment_id":"shop"${flat},"databases":["${'x'.repeat(length)}"]}}`;
  const name = `bus.database.${verb}.request`;
  const room = longest - event(0).length;
  expect(readBody(event(room), name)).toMatchObject({
    body: { payload: { databases: [expect.stringMatching(/^x+$/)] } },
  });
  expect(readBody(event(room), name)).not.toHaveProperty('longest');
  expect(readBody(event(room + more), name)).toEqual({
    body: { correlation_id: 'long', payload: { deployment_id: 'shop', databases: null } },
    longest,
  });
  // Keys that stand beside them could be as many.
  expect(readBody(event(room, `,"flat":"${'y'.repeat(65_536)}"`), name)).toEqual({ body: undefined, longest });
});
