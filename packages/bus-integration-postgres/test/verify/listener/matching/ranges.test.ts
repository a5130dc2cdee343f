import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressAt,
  difference,
  everyAddress,
  insert,
  intersection,
  networkOf,
  networksIn,
  numberOf,
  type Range,
  union,
} from '../../../../src/verify/listener/matching/ranges.ts';

const rangesOf = (...texts: readonly string[]) => union(texts.flatMap((text) => networkOf(text) ?? []));

describe('placeOf and addressAt', () => {
  it.each(['0.0.0.0', '10.1.2.3', '255.255.255.255', '::', '::1', 'fd00::12', '2001:db8::ffff:0:1', 'ffff::'])(
    '%s',
    (text) => {
      expect(addressAt(numberOf(text) ?? -1n)).toBe(text);
    },
  );
  it('knows what is not an address', () => {
    expect(['', 'db', '10.0.0.0/8', 'fe80::1%eth0', '1.2.3'].map(numberOf)).toEqual(Array(5).fill(undefined));
  });
});

describe('networks', () => {
  it('cuts bits behind the prefix off, as the server does', () => {
    expect(networksIn(rangesOf('10.1.2.3/8', 'fd12::/7', '192.168.7.9'))).toEqual([
      '10.0.0.0/8',
      '192.168.7.9/32',
      'fc00::/7',
    ]);
  });
  it.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', 'x/8'])('%s is none', (text) => {
    expect(networkOf(text)).toBeUndefined();
  });
  it('writes a whole family as one, and what is left of it as few', () => {
    expect(networksIn(everyAddress)).toEqual(['0.0.0.0/0', '::/0']);
    expect(networksIn(difference(rangesOf('10.0.0.0/8'), rangesOf('10.128.0.0/9', '10.0.0.0/32')))).toHaveLength(23);
  });
  it('keeps the families apart', () => {
    expect(union(everyAddress)).toHaveLength(2);
    expect(intersection(rangesOf('0.0.0.0/0'), rangesOf('::/0'))).toEqual([]);
  });
});

const range = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([first, length]): Range => ({ first: BigInt(first), last: BigInt(first + length) }));
const ranges = fc.array(range, { maxLength: 8 }).map((list) => union(list));
const placesIn = (list: readonly Range[]) =>
  Array.from({ length: 80 }, (_, at) => BigInt(at)).filter((at) =>
    list.some(({ first, last }) => first <= at && at <= last),
  );

describe('sets', () => {
  it('are what they are address by address', () => {
    fc.assert(
      fc.property(ranges, ranges, (one, other) => {
        const [inOne, inOther] = [new Set(placesIn(one)), new Set(placesIn(other))];
        expect(placesIn(union(one, other))).toEqual(placesIn([...one, ...other]));
        expect(placesIn(intersection(one, other))).toEqual([...inOne].filter((at) => inOther.has(at)));
        expect(placesIn(difference(one, other))).toEqual([...inOne].filter((at) => !inOther.has(at)));
      }),
    );
  });
  it('grow in place into the same', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), (list) => {
        const grown: Range[] = [];
        for (const each of list) insert(grown, each);
        expect(grown).toEqual(union(list));
      }),
    );
  });
});
