import { describe, expect, test } from 'vitest';
import { joined, namesOf } from '../../src/model/desired-names.ts';
import type { Lists } from '../../src/model/lists.ts';

const plain: Lists = {
  databases: ['app', 'logs'],
  roles: ['svc', 'rep'],
  serviceRole: 'svc',
  schemas: ['public', 'data'],
};
const template: Lists = { ...plain, roles: ['{database}_svc', 'rep'], serviceRole: '{database}_svc' };

describe('logins and roles', () => {
  test('every role logs in to every database; the file of the service role is told apart', () => {
    const { outputs, databases } = namesOf('shop', plain);
    expect([...outputs.values()]).toEqual([
      { form: 'uri', connections: [{ database: 'app', role: 'svc' }], file: 'app.dsn' },
      { form: 'uri', connections: [{ database: 'app', role: 'rep' }], file: 'app.rep.dsn' },
      { form: 'uri', connections: [{ database: 'logs', role: 'svc' }], file: 'logs.dsn' },
      { form: 'uri', connections: [{ database: 'logs', role: 'rep' }], file: 'logs.rep.dsn' },
    ]);
    expect([...outputs.keys()]).toEqual([...outputs.values()].map(({ file }) => file));
    expect([...databases]).toEqual(
      ['app', 'logs'].map((name) => [
        name,
        { schemas: new Set(['public', 'data']), logins: ['svc', 'rep'], serviceRoles: ['svc'] },
      ]),
    );
  });

  test.each<[what: string, lists: Lists, roles: readonly string[]]>([
    ['plain roles, each once', plain, ['svc', 'rep']],
    ['a template makes one for each database', template, ['rep', 'app_svc', 'logs_svc']],
    ['roles without databases', { ...plain, databases: [] }, ['svc', 'rep']],
    ['a template without databases is not a role', { ...template, databases: [] }, ['rep']],
    [
      "a database's own `$&` and `{database}` mean nothing",
      { ...template, databases: ['$&', '{database}'] },
      ['rep', '$&_svc', '{database}_svc'],
    ],
  ])('%s', (_, lists, roles) => expect([...namesOf('shop', lists).roles]).toEqual(roles));

  test('where none is named the first role is the service role', () => {
    const { outputs, databases } = namesOf('shop', { databases: ['app'], roles: ['rep', 'svc'], schemas: [] });
    expect([...outputs.keys()]).toEqual(['app.dsn', 'app.svc.dsn']);
    expect(databases.get('app')?.serviceRoles).toEqual(['rep']);
  });
});

describe('what either of two states names', () => {
  const other = namesOf('shop', { databases: ['logs', 'more'], roles: ['else'], schemas: ['data', 'kept'] });
  const both = joined(namesOf('shop', plain), other);

  test('is all of it, each once', () => {
    expect([...both.roles]).toEqual(['svc', 'rep', 'else']);
    expect([...both.databases.keys()]).toEqual(['app', 'logs', 'more']);
    expect([...both.schemas]).toEqual(['public', 'data', 'kept']);
    expect([...both.outputs.keys()].sort()).toEqual(
      ['app.dsn', 'app.rep.dsn', 'logs.dsn', 'logs.rep.dsn', 'more.dsn'].sort(),
    );
    expect(both.databases.get('logs')).toEqual({
      schemas: new Set(['public', 'data', 'kept']),
      logins: ['svc', 'rep', 'else'],
      serviceRoles: ['svc', 'else'],
    });
  });

  test('a database that only one of them knows may have any schema of the other', () => {
    expect(both.databases.get('app')?.schemas).toEqual(new Set(['public', 'data', 'kept']));
  });

  test('thousands of databases beside thousands of schemas are no more than both', () => {
    const many = (prefix: string) => Array.from({ length: 5_000 }, (_, index) => `${prefix}${index}`);
    const databases = namesOf('shop', { databases: many('d'), roles: ['svc'], schemas: ['public'] });
    const schemas = namesOf('shop', { databases: ['x'], roles: [], schemas: many('s') });
    for (const joint of [joined(schemas, databases), joined(databases, schemas)]) {
      const sets = new Set([...joint.databases.values()].map((database) => database.schemas));
      expect([joint.databases.size, sets.size]).toEqual([5_001, 1]);
      expect(joint.databases.get('d4999')?.schemas.has('s4999')).toBe(true);
    }
  });

  test('a state joined with itself is that state', () => expect(joined(other, other)).toBe(other));
});
