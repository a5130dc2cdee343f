import { describe, expect, test } from 'vitest';
import { lacksToActAs } from '../../../src/kinds/owners/acting.ts';
import { details, type Said, seen } from '../../observed.ts';

const owner = (said: Parameters<typeof details>[1] = {}) => ({ details: { roles: [details('owner', said)] } });
const noInherit = { admin: { inherits: false, replicates: false, bypassesRowSecurity: false } };
const v15 = { server: { versionNum: 150004 } };

describe('what the admin lacks to have the rights of role owner', () => {
  test.each<readonly [string, Said, RegExp | undefined]>([
    ['nothing, where it made it', owner(), undefined],
    ['nothing, where it is still to be made', { details: {} }, undefined],
    ['nothing, as a superuser', { admin: { isSuperuser: true }, ...owner({ grantor: null }) }, undefined],
    ['nothing, where it has them', owner({ grantor: null, adminHasRights: true, adminMaySet: true }), undefined],
    [
      'ADMIN on it',
      owner({ grantor: null }),
      /^a superuser runs, in any database: GRANT "owner" TO "admin" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;$/,
    ],
    [
      'SET, beside rights that another gave',
      owner({ grantor: null, adminHasRights: true }),
      /GRANT "owner" TO "admin" WITH ADMIN TRUE/,
    ],
    ['CREATEROLE, before 16', { ...v15, ...owner({ grantor: null }) }, /ALTER ROLE "admin" CREATEROLE;$/],
    [
      'INHERIT, before 16: a NOINHERIT member has membership and no privilege',
      { ...v15, details: { ...owner().details, ...noInherit } },
      /ALTER ROLE "admin" INHERIT;$/,
    ],
    [
      'INHERIT, before 16, of a role still to be made too',
      { ...v15, details: noInherit },
      /ALTER ROLE "admin" INHERIT;$/,
    ],
    ['nothing, NOINHERIT from 16 on', { details: { ...owner().details, ...noInherit } }, undefined],
    [
      'joining the admin to a role with rds_iam locks it out',
      owner({ groups: ['owner', 'rds_iam'] }),
      /^a superuser runs, in any database: REVOKE "rds_iam" FROM "owner";$/,
    ],
    ['nor is it joined to a role with rds_superuser', owner({ groups: ['owner', 'rds_superuser'] }), /"rds_superuser"/],
  ])('%s', (_, said, remedy) => {
    const found = lacksToActAs('owner', seen(said));
    if (remedy === undefined) expect(found).toEqual([]);
    else expect(found).toMatchObject([{ severity: 'fail', remedy: expect.stringMatching(remedy) }]);
  });
});
