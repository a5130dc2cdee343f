import { describe, expect, test } from 'vitest';
import type { Declaration } from '../../src/model/declaration.ts';
import { loginsOf, rolesOf } from '../../src/model/desired.ts';

const plain: Declaration = {
  databases: ['app', 'logs'],
  roles: ['svc', 'rep'],
  serviceRole: 'svc',
  schemas: ['public', 'data'],
};
const template: Declaration = { ...plain, roles: ['{database}_svc', 'rep'], serviceRole: '{database}_svc' };

describe('logins and roles', () => {
  test('every role logs in to every database; the service role is told apart', () => {
    expect(loginsOf(plain)).toEqual([
      { database: 'app', role: 'svc', isServiceRole: true },
      { database: 'app', role: 'rep', isServiceRole: false },
      { database: 'logs', role: 'svc', isServiceRole: true },
      { database: 'logs', role: 'rep', isServiceRole: false },
    ]);
  });

  test.each<[what: string, declaration: Declaration, roles: readonly string[]]>([
    ['plain roles, each once', plain, ['svc', 'rep']],
    ['a template makes one for each database', template, ['rep', 'app_svc', 'logs_svc']],
    ['roles without databases', { ...plain, databases: [] }, ['svc', 'rep']],
    ['a template without databases is no role', { ...template, databases: [] }, ['rep']],
    [
      "a database's own `$&` and `{database}` mean nothing",
      { ...template, databases: ['$&', '{database}'] },
      ['rep', '$&_svc', '{database}_svc'],
    ],
  ])('%s', (_, declaration, roles) => expect(rolesOf(declaration)).toEqual(roles));
});
