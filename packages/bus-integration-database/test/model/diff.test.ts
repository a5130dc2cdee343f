import { describe, expect, test } from 'vitest';
import { type Delta, diff } from '../../src/model/diff.ts';

interface Thing {
  readonly kind: string;
  readonly name: string;
  readonly canLogin?: boolean;
  readonly privileges?: readonly string[];
}

const role = (name: string, canLogin = true): Thing => ({ kind: 'role', name, canLogin });
const app: Thing = { kind: 'database', name: 'app' };
const rights = (...privileges: string[]): Thing => ({ kind: 'grant', name: 'svc', privileges: privileges.sort() });
const differences = (desired: readonly Thing[], observed: readonly Thing[]): Delta<Thing>[] =>
  diff(desired, observed, ({ kind, name }) => JSON.stringify([kind, name]));

describe('diff', () => {
  test.each<[what: string, desired: readonly Thing[], observed: readonly Thing[], expected: readonly unknown[]]>([
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
    expect(differences(desired, observed)).toEqual(expected);
  });

  test('carried out, there is nothing left to do', () => {
    const desired = [role('a'), app, rights('A')];
    const observed = [role('a', false), rights('B'), role('old')];
    const after = differences(desired, observed).flatMap((delta) => delta.after ?? []);
    const kept = observed.filter((one) => !differences(desired, observed).some(({ before }) => before === one));
    expect(differences(desired, [...kept, ...after])).toEqual([]);
  });
});
