import { describe, expect, test } from 'vitest';
import { birthLimit, deploymentsIn, isUnfinished, ownership, withMark } from '../../src/observe/mark.ts';
import { database, unfinished } from '../observed.ts';

describe('whose a comment says a thing is', () => {
  test.each([
    [null, 'unmarked', []],
    ['', 'unmarked', []],
    ['the shop', 'unmarked', []],
    ['bus-deployment=shop', 'ours', ['shop']],
    ['the shop\nbus-deployment=shop\nmore', 'ours', ['shop']],
    ['bus-deployment=shop\r\nthe shop', 'ours', ['shop']],
    ['bus-deployment=shop-2', 'foreign', ['shop-2']],
    ['bus-deployment=other\nbus-deployment=shop', 'ours', ['other', 'shop']],
    ['was bus-deployment=shop', 'unmarked', []],
    [' bus-deployment=shop', 'unmarked', []],
    ['bus-deployment=shop ', 'foreign', ['shop ']],
    ['bus-deployment=', 'foreign', ['']],
  ] as const)('%j is %s', (comment, whose, deployments) => {
    expect(ownership(comment, 'shop')).toBe(whose);
    expect(deploymentsIn(comment)).toEqual(deployments);
  });
});

test.each([
  [null, 'bus-deployment=shop'],
  ['the shop', 'the shop\nbus-deployment=shop'],
  ['a\nbus-deployment=other\nb', 'a\nb\nbus-deployment=shop'],
  ['bus-deployment=shop', 'bus-deployment=shop'],
] as const)('a mark set on %j keeps all other text', (comment, marked) => {
  expect(withMark(comment, 'shop')).toBe(marked);
});

describe('the limit that a database is born with', () => {
  test('is a positive 31-bit number that depends on deployment and name alone', () => {
    const limits = ['shop', 'shop2'].flatMap((id) => ['app', 'logs'].map((name) => birthLimit(id, name)));
    expect(new Set(limits).size).toBe(4);
    for (const limit of limits) expect(limit).toBeGreaterThan(0);
    for (const limit of limits) expect(limit).toBeLessThan(2 ** 31);
    expect(birthLimit('shop', 'app')).toBe(birthLimit('shop', 'app'));
  });

  // Names are never joined: `a` + `bc` must not be `ab` + `c`.
  test('tells neighbouring names apart', () => expect(birthLimit('a', 'bc')).not.toBe(birthLimit('ab', 'c')));

  test.each([
    ['ours, closed, unmarked, with its limit', unfinished('app'), true],
    ['open', unfinished('app', { allowsConnections: true }), false],
    ['marked', unfinished('app', { comment: 'bus-deployment=shop' }), false],
    ["another's", unfinished('app', { comment: 'bus-deployment=other' }), false],
    ['with some other text', unfinished('app', { comment: 'a note' }), true],
    ["another owner's", unfinished('app', { owner: 'somebody' }), false],
    ["another name's limit", unfinished('app', { connectionLimit: birthLimit('shop', 'logs') }), false],
    ['an ordinary one', database('app'), false],
  ] as const)('makes %s: unfinished %s', (_, one, expected) => {
    expect(isUnfinished(one, 'shop', 'admin')).toBe(expected);
  });
});
