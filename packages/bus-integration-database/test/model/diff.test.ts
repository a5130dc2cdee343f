import { describe, expect, test } from 'vitest';
import { diff } from '../../src/model/diff.ts';
import { privilegesOf, type Resource } from '../../src/model/resource.ts';

const role = (name: string, canLogin = true): Resource => ({ kind: 'role', name, canLogin });
const app: Resource = { kind: 'database', name: 'app' };
const rights = (...privileges: string[]): Resource => privilegesOf({ database: 'app' }, { role: 'svc' }, privileges);

describe('diff', () => {
  test.each<[what: string, desired: readonly Resource[], observed: readonly Resource[], expected: readonly unknown[]]>([
    ['nothing of nothing', [], [], []],
    ['equal, in another order', [role('a'), app], [app, role('a')], []],
    ['made', [app], [], [{ after: app }]],
    ['gone', [], [app], [{ before: app }]],
    ['changed', [role('a', true)], [role('a', false)], [{ before: role('a', false), after: role('a', true) }]],
    ['privileges, as sets', [rights('A', 'B')], [rights('B', 'A')], []],
    ['fewer privileges', [rights()], [rights('A')], [{ before: rights('A'), after: rights() }]],
    ['of one name and two kinds', [role('app')], [app], [{ after: role('app') }, { before: app }]],
    [
      'in the order of what is desired, then what is to go',
      [role('c'), role('b', false), role('a')],
      [role('z'), role('b'), role('y')],
      [
        { after: role('c') },
        { before: role('b'), after: role('b', false) },
        { after: role('a') },
        { before: role('z') },
        { before: role('y') },
      ],
    ],
  ])('%s', (_, desired, observed, expected) => {
    expect(diff(desired, observed)).toEqual(expected);
  });

  test('carried out, there is nothing left to do', () => {
    const desired = [role('a'), app, rights('A')];
    const observed = [role('a', false), rights('B'), role('old')];
    const after = diff(desired, observed).flatMap((delta) => delta.after ?? []);
    const kept = observed.filter((one) => !diff(desired, observed).some(({ before }) => before === one));
    expect(diff(desired, [...kept, ...after])).toEqual([]);
  });
});
