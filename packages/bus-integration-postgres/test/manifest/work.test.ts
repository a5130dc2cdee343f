// How much work judging a manifest's memberships is: a request with very many must not keep a serving process from others.
import type { Node } from 'bus-integration-database/manifest';
import { expect, it } from 'vitest';
import { expandManifest } from '../../src/manifest/expand.ts';

const names = Array.from({ length: 120 }, (_, at) => `r${at}`);
const nowhere = { start: 0, end: 0 };
const text = (value: string) => ({ kind: 'text', value, source: value, ...nowhere }) as const;
const map = (entries: readonly (readonly [string, Node])[]): Node => ({
  kind: 'map',
  entries: new Map(entries.map(([name, value]) => [name, { key: text(name), value }])),
  ...nowhere,
});

/** Each role is a member of those that `groupsOf` says; how many of the lists' items were looked at, and what was told. */
function judged(groupsOf: (at: number) => readonly string[]) {
  let looks = 0;
  const messages: string[] = [];
  const counted = (items: readonly Node[]) =>
    new Proxy(items, {
      get: (target, key, receiver) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
        return Reflect.get(target, key, receiver);
      },
    });
  const roles = names.map((name, at) => [name, { member_of: groupsOf(at) }] as const);
  const nodes = roles.map(
    ([name, { member_of }]) =>
      [name, map([['member_of', { kind: 'list', items: counted(member_of.map(text)), ...nowhere }]])] as const,
  );
  expandManifest({ version: 1, deployment: 'd', roles: Object.fromEntries(roles) }, map([['roles', map(nodes)]]), {
    report: (_, __, message) => messages.push(message),
    remember: () => {},
    nodeOf: () => undefined,
    hide: () => {},
    found: () => [],
    hidden: () => [],
    isEmpty: () => messages.length === 0,
    isFull: () => false,
    unkept: () => 0,
  });
  return { looks, messages, memberships: roles.reduce((sum, [, { member_of }]) => sum + member_of.length, 0) };
}

it('grows with the number of memberships, not with its square', () => {
  const { looks, messages, memberships } = judged((at) => names.slice(0, at));
  expect(messages).toEqual([]);
  expect(memberships).toBe(7_140);
  expect(looks).toBeLessThanOrEqual(memberships);
});

it('is bounded where all are members of all: the first circles are told', () => {
  const { messages } = judged((at) => names.filter((_, other) => other !== at));
  expect(messages.length).toBeGreaterThan(1);
  expect(messages.length).toBeLessThanOrEqual(20);
  expect(messages.every((message) => message.startsWith('roles are members of each other: '))).toBe(true);
});
