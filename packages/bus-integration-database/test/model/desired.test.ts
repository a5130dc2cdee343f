import { describe, expect, test } from 'vitest';
import type { Declaration } from '../../src/model/declaration.ts';
import { desiredResources, loginsOf, rolesOf } from '../../src/model/desired.ts';
import { idOf, type Resource } from '../../src/model/resource.ts';

const profile = { database: ['CONNECT'], schema: ['USAGE'] };
const plain: Declaration = {
  databases: ['app', 'logs'],
  roles: ['svc', 'rep'],
  serviceRole: 'svc',
  schemas: ['public', 'data'],
};
const template: Declaration = { ...plain, roles: ['{database}_svc', 'rep'], serviceRole: '{database}_svc' };

const line = (resource: Resource): string => {
  if (resource.kind !== 'privileges')
    return [resource.kind, 'database' in resource ? resource.database : '', resource.name].join(' ');
  const who = 'role' in resource.grantee ? resource.grantee.role : '*';
  return `${who} on ${[resource.on.database, resource.on.schema].filter(Boolean).join('.')}: ${resource.privileges}`;
};

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

describe('desired resources', () => {
  test('of one database', () => {
    const resources = desiredResources({ ...plain, databases: ['app'], roles: ['svc'] }, profile);
    expect(resources.map(line)).toEqual([
      'role  svc',
      'database  app',
      'schema app public',
      'schema app data',
      'svc on app: CONNECT',
      '* on app: ',
      'svc on app.public: USAGE',
      '* on app.public: ',
      'svc on app.data: USAGE',
      '* on app.data: ',
    ]);
  });

  test("a template's role has rights in its own database alone", () => {
    const lines = desiredResources(template, profile).map(line);
    expect(lines).toContain('app_svc on app: CONNECT');
    expect(lines.filter((text) => text.startsWith('app_svc on logs'))).toEqual([]);
  });

  test('no identity is given twice', () => {
    for (const declaration of [plain, template]) {
      const ids = desiredResources(declaration, profile).map(idOf);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});
