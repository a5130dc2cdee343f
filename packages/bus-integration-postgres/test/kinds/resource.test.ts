import { expect, test } from 'vitest';
import { grantOf } from '../../src/kinds/access/grant-held.ts';
import { idOf, type Resource } from '../../src/kinds/index.ts';

const role = { deployment: null, canLogin: true, password: 'held' } as const;

test('identities tell apart what a separator would confuse', () => {
  const resources: readonly Resource[] = [
    { kind: 'role', name: 'a', ...role },
    { kind: 'role', name: 'public', ...role },
    { kind: 'database', name: 'a', deployment: null, isFinished: true },
    { kind: 'schema', database: 'a.b', name: 'c' },
    { kind: 'schema', database: 'a', name: 'b.c' },
    { kind: 'schema', database: 'a","b', name: 'c' },
    grantOf({ type: 'database', database: 'a' }, { role: 'x' }, []),
    grantOf({ type: 'schema', database: 'a', schema: 'x' }, { role: 'x' }, []),
    grantOf({ type: 'database', database: 'a' }, { everyone: true }, []),
    // A role may well be called so.
    grantOf({ type: 'database', database: 'a' }, { role: 'everyone' }, []),
    grantOf({ type: 'database', database: 'a' }, { role: 'PUBLIC' }, []),
  ];
  expect(new Set(resources.map(idOf)).size).toBe(resources.length);
});

test('an identity does not depend on what is held', () => {
  const on = { type: 'database', database: 'a' } as const;
  expect(idOf(grantOf(on, { role: 'x' }, ['CONNECT']))).toBe(idOf(grantOf(on, { role: 'x' }, [])));
});

test('privileges are normalised when they are made', () => {
  const made = grantOf({ type: 'database', database: 'a' }, { role: 'x' }, ['TEMPORARY', 'CONNECT', 'TEMPORARY']);
  expect(made.privileges).toEqual(['CONNECT', 'TEMPORARY']);
  expect(made).toEqual(grantOf({ type: 'database', database: 'a' }, { role: 'x' }, new Set(['CONNECT', 'TEMPORARY'])));
});
