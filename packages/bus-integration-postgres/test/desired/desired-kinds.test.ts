import type { Lists } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { resourceCount } from '../../../bus-integration-database/src/model/bounds.ts';
import { namesOf } from '../../../bus-integration-database/src/model/desired-names.ts';
import { resourcesOf } from '../../src/desired/desired-kinds.ts';
import { granteeName } from '../../src/kinds/access/grant-object.ts';
import { idOf, type Resource } from '../../src/kinds/index.ts';

const profile = { database: ['CONNECT'], schema: ['USAGE'] };
const desiredResources = (lists: Lists) => resourcesOf(namesOf('shop', lists), profile);
const plain: Lists = {
  databases: ['app', 'logs'],
  roles: ['svc', 'rep'],
  serviceRole: 'svc',
  schemas: ['public', 'data'],
};
const template: Lists = { ...plain, roles: ['{database}_svc', 'rep'], serviceRole: '{database}_svc' };

const line = (resource: Resource): string => {
  if (resource.kind === 'dsn-file') return `file ${resource.file}`;
  if (resource.kind !== 'grant')
    return [
      resource.kind,
      'database' in resource ? resource.database : '',
      'name' in resource ? resource.name : '',
    ].join(' ');
  const { on, grantee, privileges } = resource;
  const object = on.type === 'schema' ? [on.database, on.schema] : [on.database];
  return `${granteeName(grantee) ?? '*'} on ${object.join('.')}: ${privileges}`;
};

describe('desired resources', () => {
  test('of one database', () => {
    const resources = desiredResources({ ...plain, databases: ['app'], roles: ['svc'] });
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
    const lines = desiredResources(template).map(line);
    expect(lines).toContain('app_svc on app: CONNECT');
    expect(lines.filter((text) => text.startsWith('app_svc on logs'))).toEqual([]);
  });

  test('no identity is given twice', () => {
    for (const lists of [plain, template]) {
      const ids = desiredResources(lists).map(idOf);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('there are as many as the bounds count', () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
    const lists = { databases: names(35), roles: names(35), schemas: names(35) };
    for (const roles of [lists.roles, ['{database}_svc', 'other'], []])
      expect(resourceCount({ ...lists, roles })).toBe(desiredResources({ ...lists, roles }).length);
  });
});
