// What a provider registers is what its answers are held against.
import { describe, expect, test } from 'vitest';
import type { ProviderFacts } from '../../src/contract/facts.ts';
import { responseFaults } from '../../src/contract/response-schema.ts';

const facts: ProviderFacts = {
  target: {},
  found: { flavour: { type: 'text', meaning: 'What it tastes of.' } },
  actions: {
    bake: {
      about: 'database',
      before: ({ shape, text }) => shape({ dough: text }),
      after: ({ shape, text, number, list, may, oneOf, orNull, flag, always }) =>
        shape({
          name: text,
          slices: may(number),
          toppings: list(oneOf(['salt', 'seeds'])),
          baker: orNull(text),
          hot: flag,
          kind: always('bread'),
        }),
    },
    eat: {},
  },
  leftovers: ['crumb'],
};
const bread = { name: 'rye', toppings: ['salt'], baker: null, hot: true, kind: 'bread' };

function faultsOf(step: object, more: object = {}, by: { facts?: ProviderFacts } = { facts }): readonly string[] {
  const base = { target: 'x', risk: 'create', summary: '' };
  const { action } = step as { action: string };
  const about = { ok: true, deployment_id: 'shop', provider: 'bakery', diagnostics: [] };
  return responseFaults({ ...about, actions: [action], steps: [{ ...base, ...step }], ...more }, by);
}

describe('a step of an action', () => {
  test.each<[step: object, faults: readonly string[]]>([
    [{ action: 'bake', after: bread }, []],
    [{ action: 'bake' }, []],
    [{ action: 'bake', before: { dough: 'sour' }, after: { ...bread, slices: 3, baker: 'Ann' } }, []],
    [{ action: 'bake', after: { ...bread, slices: '3' } }, ['steps.0.after.slices: missing or of another type']],
    [
      { action: 'bake', after: { ...bread, toppings: ['lead'] } },
      ['steps.0.after.toppings.0: not a value of the contract'],
    ],
    [{ action: 'bake', after: { ...bread, kind: 'cake' } }, ['steps.0.after.kind: not a value of the contract']],
    [{ action: 'bake', after: { ...bread, stray: 1 } }, ['steps.0.after: unknown key stray']],
    [{ action: 'bake', before: {} }, ['steps.0.before.dough: missing or of another type']],
    [{ action: 'eat' }, []],
    [{ action: 'eat', after: {} }, ['steps.0.after: missing or of another type']],
    [{ action: 'burn' }, ['steps.0.action: not a value of the contract']],
    [{ action: 'promote-dsn-file', after: { file: 'a', database: 'b', role: 'c' } }, []],
    [
      { action: 'promote-dsn-file', after: { file: 'a' } },
      expect.arrayContaining(['steps.0.after.role: missing or of another type']),
    ],
    [
      { action: 'discover-provider', after: { provider: 'bakery', server_version: '1', admin_may_create: [] } },
      ['steps.0.after.flavour: missing or of another type'],
    ],
  ])('%j', (step, faults) => {
    expect(faultsOf(step)).toEqual(faults);
  });
});

describe('where nothing was registered', () => {
  test.each<[step: object, isOne: boolean]>([
    [{ action: 'burn', after: { anything: [1] } }, true],
    [{ action: 'burn', after: 'text' }, false],
    [{ action: 'burn', stray: 1 }, false],
    // Those that every provider has are known all the same.
    [{ action: 'promote-dsn-file', after: { file: 'a', database: 'b', role: 'c' } }, true],
    [{ action: 'promote-dsn-file', after: { file: 'a' } }, false],
    [{ action: 'apply-database-plan', before: {} }, false],
  ])('%j: %j', (step, isOne) => {
    expect(faultsOf(step, {}, {}).length === 0).toBe(isOne);
  });
});

test('a kind of leftover', () => {
  const step = { action: 'eat' };
  const of = (kind: string) => ({ leftovers: [{ kind, name: 'x' }] });
  for (const kind of ['role', 'dsn-file', 'crumb']) expect(faultsOf(step, of(kind))).toEqual([]);
  expect(faultsOf(step, of('stone'))).toEqual(['leftovers.0.kind: not a value of the contract']);
  expect(faultsOf({ action: 'burn' }, of('stone'), {})).toEqual([]);
});

test('an action of the name of one that every provider has is refused', () => {
  const twice: ProviderFacts = { ...facts, actions: { 'write-dsn-file': {} } };
  expect(() => faultsOf({ action: 'eat' }, {}, { facts: twice })).toThrow(/write-dsn-file/);
});
