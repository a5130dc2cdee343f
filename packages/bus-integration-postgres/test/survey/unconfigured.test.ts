import { expect, test } from 'vitest';
import { unconfigured } from '../../src/survey/unconfigured.ts';

const configured = { databases: ['app'], roles: ['svc'], schemas: ['public'], serviceRole: 'svc' };

test('what is configured, or less of it, is nothing to speak of', () => {
  expect(unconfigured(configured, configured)).toEqual([]);
  expect(unconfigured({ ...configured, databases: [] }, configured)).toEqual([]);
});

test('what is beyond it is named, with the keys that would declare it', () => {
  const asked = { ...configured, databases: ['app', 'a', 'b', 'c', 'd', 'e'], schemas: ['public', 'odd name'] };
  expect(unconfigured(asked, configured)).toEqual([
    {
      severity: 'warn',
      code: 'not-configured-here',
      message: `only this request declares databases a, b, c, d and 1 more; schemas "odd name": status and verify don't look there`,
      remedy: 'set BUS_DATABASE_NAMES and BUS_DATABASE_SCHEMAS where the worker or API runs',
    },
  ]);
});
