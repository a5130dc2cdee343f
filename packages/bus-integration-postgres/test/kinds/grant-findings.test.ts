import { expect, test } from 'vitest';
import { undeclaredGrant } from '../../src/kinds/grant-findings.ts';

test('what is advised against an undeclared right is what the server takes: an option goes with its privilege', () => {
  const on = { type: 'database', database: 'app' } as const;
  const remedy = (privileges: readonly string[]) =>
    undeclaredGrant({ on, privileges, grantee: { role: 'other' } }).remedy;
  expect(remedy(['CONNECT', 'GRANT OPTION FOR CONNECT', 'TEMPORARY'])).toMatch(
    /^the admin role runs, .*: REVOKE CONNECT, TEMPORARY ON DATABASE "app" FROM "other";$/,
  );
  expect(remedy(['GRANT OPTION FOR CONNECT'])).toMatch(/: REVOKE GRANT OPTION FOR CONNECT ON DATABASE "app" FROM/);
});
