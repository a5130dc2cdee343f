import { describe, expect, test } from 'vitest';
import { settingOf } from '../../src/kinds/roles/setting-content.ts';
import type { ObservedSetting } from '../../src/observe/observed-details.ts';
import { overridingFindings } from '../../src/plan/overridden.ts';
import { desiredOf, seen } from '../observed.ts';

const desired = desiredOf({ databases: ['app', 'logs'], roles: ['svc'], serviceRole: 'svc', schemas: [] });
const stored = (role: string | null, database: string | null, value: string, name = 'work_mem'): ObservedSetting => ({
  role,
  database,
  name,
  value,
});
const ofRole = settingOf({ role: 'svc' }, 'work_mem', '64MB');
const ofDatabase = settingOf({ database: 'app' }, 'work_mem', '64MB');
const ofBoth = settingOf({ role: 'svc', database: 'app' }, 'work_mem', '64MB');
const retiredLogs = { kind: 'retired-database', name: 'logs', isGone: false } as const;
const retiredRole = { kind: 'retired-role', name: 'svc', isGone: false } as const;

describe('a setting that nobody declared', () => {
  test.each([
    [
      'of the role, before that of its database',
      [ofDatabase],
      stored('svc', null, '4MB'),
      'ALTER ROLE "svc" RESET "work_mem";',
    ],
    [
      'of the role in the database, before its own',
      [ofRole],
      stored('svc', 'app', '4MB'),
      'ALTER ROLE "svc" IN DATABASE "app" RESET "work_mem";',
    ],
    [
      'by which it works as another role',
      [ofRole],
      stored('svc', 'app', 'owner', 'role'),
      'ALTER ROLE "svc" IN DATABASE "app" RESET "role";',
    ],
  ])('%s, is told', (_, resources, one, sql) => {
    const found = overridingFindings(resources, desired, seen({ details: { settings: [one] } }));
    expect(found).toMatchObject([{ severity: 'warn', code: 'setting-overridden', target: 'svc' }]);
    expect(found[0]?.remedy).toContain(sql);
  });

  test.each([
    ['of another name', [ofRole], stored('svc', 'app', '4MB', 'jit')],
    ['in another database', [ofDatabase], stored('svc', 'logs', '4MB')],
    ['of the database, behind that of the role', [ofRole], stored(null, 'app', '4MB')],
    ['of a role that does not enter the database', [ofDatabase], stored('other', null, '4MB')],
    ['behind one for both', [ofDatabase, ofBoth], stored('svc', null, '4MB')],
    ['that is declared', [ofDatabase, ofRole], stored('svc', null, '4MB')],
    ['with the same value', [ofDatabase], stored('svc', null, '64MB')],
    ['in a database that is retired', [ofRole, retiredLogs], stored('svc', 'logs', 'owner', 'role')],
    ['of a role that is retired', [ofDatabase, retiredRole], stored('svc', 'app', 'owner', 'role')],
  ])('%s, is nobody’s concern', (_, resources, one) => {
    expect(overridingFindings(resources, desired, seen({ details: { settings: [one] } }))).toEqual([]);
  });
});
