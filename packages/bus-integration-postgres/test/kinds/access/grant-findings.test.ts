import { expect, test } from 'vitest';
import { undeclaredGrant } from '../../../src/kinds/access/grant-findings.ts';

test('what is advised against an undeclared right is what the server takes: an option goes with its privilege', () => {
  const on = { type: 'database', database: 'app' } as const;
  const privileges = ['CONNECT', 'TEMPORARY'];
  const { message, remedy } = undeclaredGrant({ on, privileges, grantable: ['CONNECT'], grantee: { role: 'other' } });
  expect(message).toBe('role other has CONNECT with grant option, TEMPORARY on database app, which is not declared');
  expect(remedy).toMatch(/^the admin role runs, .*: REVOKE CONNECT, TEMPORARY ON DATABASE "app" FROM "other";$/);
});
