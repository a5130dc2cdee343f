import { expect, test } from 'vitest';
import { repeatedKey } from '../../src/contract/json-keys.ts';
import { readBody } from '../../src/transports/event-body.ts';

test.each([
  ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', undefined],
  ['{"confirm":false,"confirm" : true}', 'confirm'],
  ['{"a":[{"b":1},{"b":1,"c":"b","b":2}]}', 'b'],
  ['{"a":{"x":{}},"b":[],"\\u0061":1}', 'a'],
  ['{"a":"\\"a\\":","b":"{\\"b\\":"}', undefined],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ['["a","a"]', undefined],
  ['"a', undefined],
])('%s repeats %s', (text, key) => {
  expect(repeatedKey(text)).toBe(key);
});

test('an event is told to repeat one', () => {
  expect(readBody('{"payload":{"dry_run":true,"dry_run":false}}', 'bus.database.apply.request')).toEqual({
    body: { payload: { dry_run: false } },
    repeats: 'dry_run',
  });
});
