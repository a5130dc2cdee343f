import { expect, test } from 'vitest';
import { idOf, privilegesOf, type Resource } from '../../src/model/resource.ts';

test('identities tell apart what a separator would confuse', () => {
  const resources: readonly Resource[] = [
    { kind: 'role', name: 'a', canLogin: true },
    { kind: 'role', name: 'public', canLogin: true },
    { kind: 'database', name: 'a' },
    { kind: 'schema', database: 'a.b', name: 'c' },
    { kind: 'schema', database: 'a', name: 'b.c' },
    { kind: 'schema', database: 'a","b', name: 'c' },
    privilegesOf({ database: 'a' }, { role: 'x' }, []),
    privilegesOf({ database: 'a', schema: 'x' }, { role: 'x' }, []),
    privilegesOf({ database: 'a' }, { everyone: true }, []),
    // A role may well be called so.
    privilegesOf({ database: 'a' }, { role: 'everyone' }, []),
    privilegesOf({ database: 'a' }, { role: 'PUBLIC' }, []),
  ];
  expect(new Set(resources.map(idOf)).size).toBe(resources.length);
});

test('an identity does not depend on what is held', () => {
  const on = { database: 'a' };
  expect(idOf(privilegesOf(on, { role: 'x' }, ['CONNECT']))).toBe(idOf(privilegesOf(on, { role: 'x' }, [])));
});

test('privileges are normalised when they are made', () => {
  const made = privilegesOf({ database: 'a' }, { role: 'x' }, ['TEMPORARY', 'CONNECT', 'TEMPORARY']);
  expect(made.privileges).toEqual(['CONNECT', 'TEMPORARY']);
  expect(made).toEqual(privilegesOf({ database: 'a' }, { role: 'x' }, new Set(['CONNECT', 'TEMPORARY'])));
});
