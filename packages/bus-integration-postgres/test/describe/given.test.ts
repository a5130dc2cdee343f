import { expect, it } from 'vitest';
import { detailOf, type GivenInDatabase, wordOf } from '../../src/describe/given.ts';

const set = (...names: string[]) => new Set(names);
const nothing: GivenInDatabase = {
  database: set('CONNECT'),
  mayDatabase: set('CONNECT'),
  schemas: new Map([['app', { given: set(), may: set() }]]),
  all: { tables: set(), sequences: set() },
  free: set() as Set<never>,
  relations: [],
  columns: [],
  routines: [],
  used: [],
};
const entered = { database: set('CONNECT', 'TEMPORARY'), mayDatabase: set('CONNECT', 'TEMPORARY') };
const used = { schemas: new Map([['app', { given: set('USAGE'), may: set('USAGE') }]]) };

it('a word stands for just what it gives', () => {
  expect(wordOf(nothing)).toBe('connect');
  const read = { ...nothing, ...entered, ...used, all: { tables: set('SELECT'), sequences: set('SELECT') } };
  expect(wordOf(read)).toBe('read');
  expect(wordOf({ ...read, all: { tables: set('SELECT'), sequences: set() } })).toBeUndefined();
  expect(wordOf({ ...read, all: { tables: set('SELECT'), sequences: set() }, free: set('sequences') as never })).toBe(
    'read',
  );
  expect(wordOf({ ...read, database: set('CONNECT', 'CREATE', 'TEMPORARY') })).toBeUndefined();
  const creating = { schemas: new Map([['app', { given: set('CREATE', 'USAGE'), may: set('CREATE', 'USAGE') }]]) };
  expect(wordOf({ ...nothing, ...entered, ...creating })).toBe('create');
  // What everybody may is not an access of its own.
  const everybody = { schemas: new Map([['app', { given: set(), may: set('CREATE', 'USAGE') }]]) };
  expect(wordOf({ ...nothing, ...entered, ...everybody })).toBeUndefined();
});

it('details leave out what goes without saying, and say why there are none', () => {
  const relations = [{ schema: 'app', name: 'T', privileges: set('SELECT') }];
  expect(detailOf({ ...nothing, ...used, relations })).toEqual({ SELECT: ['app.T'] });
  expect(detailOf({ ...nothing, relations })).toEqual({
    fault: 'was given privileges in schema app, and no USAGE on it',
  });
  expect(detailOf({ ...nothing, mayDatabase: set() })).toEqual({
    fault: 'was given privileges in a database that it may not enter',
  });
  const columns = [{ schema: 'app', table: 'u', column: 'id', privileges: set('SELECT') }];
  expect(detailOf({ ...nothing, ...used, columns })).toEqual({ SELECT: { 'app.u': ['id'] } });
  expect(detailOf({ ...nothing, ...used, columns, relations })).toEqual({
    fault: 'was given SELECT on single columns and on whole tables',
  });
});
