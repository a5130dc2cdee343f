import { describe, expect, test } from 'vitest';
import { type DifferingKinds, differences } from '../../src/kinds/differences.ts';
import { idOf, kinds, type Resource } from '../../src/kinds/index.ts';
import type { Meanings } from '../../src/kinds/kind/kind.ts';
import { type Note, note, notes } from '../made-up-kind.ts';
import { database, desiredOf, role, type Said, schema, scopeWith, seen } from '../observed.ts';

const declaration = { databases: ['app'], roles: ['svc'], serviceRole: 'svc', schemas: ['public'] };
const converged: Said = {
  roles: [role('svc')],
  databases: [database('app', {}, ['svc=CONNECT/admin', 'svc=TEMPORARY/admin'])],
  schemas: { app: [schema('public', {}, ['svc=CREATE/admin', 'svc=USAGE/admin'])] },
};
const declared = desiredOf(declaration).resources;

function found(desired: readonly Note[], observed: readonly Note[], said: Parameters<typeof notes>[1] = {}) {
  const table: DifferingKinds<Resource | Note> = { ...kinds, note: notes(observed, said) };
  return differences<Resource | Note>(table, [...declared, ...desired], scopeWith(declaration, seen(converged)));
}

describe('a made-up kind beside the others', () => {
  test.each<[what: string, desired: readonly Note[], observed: readonly Note[], comesTo: readonly string[]]>([
    ['nothing', [note('a', 'x')], [note('a', 'x')], []],
    ['made: a step', [note('a', 'x')], [], ['write-note a']],
    ['changed: a finding', [note('a', 'x')], [note('a', 'y')], ['y should be x']],
    ['gone: a finding', [], [note('a', 'y')], ['y is not declared']],
    ['not ours: neither gone nor made', [note('theirs', 'x')], [note('theirs', 'y')], []],
  ])('%s', (_, desired, observed, comesTo) => {
    const meanings = found(desired, observed).flatMap((difference) => difference.meanings);
    const texts = meanings.map((meaning) =>
      'step' in meaning
        ? `${meaning.step.action} ${meaning.step.target}`
        : 'finding' in meaning
          ? meaning.finding.message
          : JSON.stringify(meaning),
    );
    expect(texts).toEqual(comesTo);
  });

  test('a table without a kind, or a kind without a member, does not compile', () => {
    // @ts-expect-error no row for notes
    const withoutKind: DifferingKinds<Resource | Note> = kinds;
    const { gone: _, ...withoutGone } = notes([]);
    // @ts-expect-error no rule for what is gone
    const withoutMember: DifferingKinds<Note> = { note: withoutGone };
    expect([withoutKind, withoutMember]).toHaveLength(2);
  });

  test('a difference that comes to nothing is an internal error', () => {
    const nothing = [] as unknown as Meanings<never>;
    const untold = 'internal error: a difference became neither a step nor a finding';
    expect(() => found([note('a', 'x')], [], { made: () => nothing })).toThrow(untold);
    expect(() => found([note('a', 'x')], [note('a', 'y')], { changed: () => nothing })).toThrow(untold);
    expect(() => found([], [note('a', 'x')], { gone: () => nothing })).toThrow(untold);
  });

  test('so is one that is told with another that does not differ', () => {
    expect(() => found([note('a', 'x')], [], { made: () => [{ with: 'another' }] })).toThrow(
      "internal error: another doesn't differ",
    );
  });
});

/** What every kind's difference comes to, where nothing is declared but what the configuration keeps. */
describe('what is there and no longer declared', () => {
  const gone = (said: Said, of: Partial<typeof declaration> = {}, configured?: typeof declaration) => {
    const now = { ...declaration, ...of };
    const { resources } = desiredOf(now);
    return differences<Resource>(kinds, resources, scopeWith(now, seen(said), configured && { configured })).map(
      ({ delta: { before, after }, meanings: [first] }) => {
        expect(after).toBeUndefined();
        const id = before === undefined ? '' : idOf(before);
        return `${id}: ${'finding' in first ? first.finding.message : JSON.stringify(first)}`;
      },
    );
  };
  const left: Said = {
    roles: [role('svc'), role('old')],
    databases: [
      database('app', {}, [
        'svc=CONNECT/admin',
        'svc=TEMPORARY/admin',
        'old=CONNECT/admin',
        'guest=CONNECT/admin',
        'old=CREATE/other',
      ]),
      database('logs'),
    ],
    schemas: { app: [schema('public', {}, ['svc=CREATE/admin', 'svc=USAGE/admin'])] },
    markedSchemas: { app: ['data', 'public'] },
  };

  test('is a difference: told among what is left over, and never dropped', () => {
    expect(gone(left)).toEqual([
      '["role","old"]: {"leftover":"role"}',
      '["database","logs"]: {"leftover":"database"}',
      '["schema","app","data"]: {"leftover":"schema"}',
      '["grant","database","app","old"]: {"with":"[\\"role\\",\\"old\\"]"}',
    ]);
  });

  test('is none where the configuration still declares it', () => {
    const configured = { databases: ['logs'], roles: ['old'], serviceRole: 'old', schemas: ['data'] };
    expect(gone(left, {}, configured)).toEqual([]);
  });

  test("the admin's own role with the deployment's mark is told: nobody can retire the role that looks", () => {
    const marked = { ...converged, roles: [role('svc'), role('admin')] };
    expect(gone(marked)).toEqual([
      `["role","admin"]: role admin, the admin itself, carries this deployment's mark, and is not declared`,
    ]);
  });

  test("a right of a declared role that nobody declared is told, as others' roles' are not", () => {
    const said: Said = {
      ...converged,
      roles: [role('app_svc'), role('logs_svc')],
      databases: [
        database('app', {}, ['app_svc=CONNECT/admin', 'app_svc=TEMPORARY/admin', 'logs_svc=CONNECT/admin']),
        database('logs', {}, ['logs_svc=CONNECT/admin', 'logs_svc=TEMPORARY/admin', 'guest=CONNECT/admin']),
      ],
      schemas: { app: [], logs: [] },
    };
    const of = { databases: ['app', 'logs'], roles: ['{database}_svc'], serviceRole: '{database}_svc', schemas: [] };
    expect(gone(said, of)).toEqual([
      '["grant","database","app","logs_svc"]: role logs_svc has CONNECT on database app, which is not declared',
    ]);
  });
});
