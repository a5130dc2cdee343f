// How what is declared no longer would be retired where the admin can't do it, and what only looks left over.
import { describe, expect, it } from 'vitest';
import type { Wish } from '../src/compute.ts';
import { type LeftoversInput, leftoversOf } from '../src/leftovers.ts';
import type { Remains } from '../src/remains.ts';

const declaration = { databases: ['app'], roles: ['svc'], serviceRole: 'svc', schemas: ['public'] };
const wish: Wish = {
  deploymentId: 'shop',
  declaration,
  allowed: { allow: [], adopt: false, rotate: [] },
  service: {
    target: { addresses: [{ host: 'db', port: 5432 }], sslmode: 'prefer', loadBalanceHosts: 'disable' },
    service: {},
    absolute: (file) => file,
  },
};

function leftovers(remains: Partial<Remains>, said: Partial<LeftoversInput> = {}) {
  return leftoversOf({
    wish,
    remains: { databases: [], roles: [], ...remains },
    markedSchemas: new Map(),
    server: { database: 'postgres', versionNum: 180004 },
    admin: { name: 'admin', isSuperuser: false },
    ...said,
  });
}

const role = (said: Partial<Remains['roles'][number]> = {}): Remains['roles'][number] => ({
  name: 'old',
  adminMayGrant: true,
  databases: ['app'],
  isInShared: true,
  grantors: [],
  ...said,
});

describe('leftoversOf', () => {
  it('says who else has to run it, and has nobody made a member of anything then', () => {
    const grantors = [{ name: 'dba', adminMayGrant: false, adminActsAs: false, databases: ['app'] }];
    for (const found of [role({ adminMayGrant: false }), role({ grantors })]) {
      const [left] = leftovers({ roles: [found] });
      expect(left?.needs).toBe('a superuser');
      expect(JSON.stringify(left?.retire)).not.toMatch(/GRANT|REVOKE/);
    }
    expect(leftovers({ databases: [{ name: 'gone', owner: 'dba', adminActsAsOwner: false }] })).toMatchObject([
      { needs: 'dba, which owns it, or a superuser' },
    ]);
  });

  it('gives back the membership that it needs in another role', () => {
    const grantors = [{ name: 'svc', adminMayGrant: true, adminActsAs: false, databases: ['app'] }];
    const [left] = leftovers({ roles: [role({ grantors })] });
    expect(left?.retire?.flatMap(({ sql }) => sql)).toEqual([
      'GRANT "old" TO "admin" WITH INHERIT TRUE;',
      'GRANT "svc" TO "admin" WITH INHERIT TRUE;',
      'REASSIGN OWNED BY "old" TO "admin";',
      'DROP OWNED BY "old";',
      'DROP ROLE "old";',
      'REVOKE "svc" FROM "admin";',
    ]);
  });

  it('is in no database that it drops, nor looks for a role in one', () => {
    const databases = [{ name: 'postgresql', owner: 'admin', adminActsAsOwner: true }];
    const left = leftovers(
      { databases, roles: [role({ databases: ['postgresql'], isInShared: false })] },
      { server: { database: 'postgresql', versionNum: 140000 } },
    );
    expect(left.map(({ retire }) => retire)).toEqual([
      [{ database: 'postgres', sql: ['DROP DATABASE "postgresql";'] }],
      [{ database: 'postgres', sql: ['DROP ROLE "old";'] }],
    ]);
  });

  it('is not what the configuration declares, and a request does not', () => {
    const names = new Set(['app.dsn', 'more.dsn', 'gone.dsn']);
    const directory = { names: () => names, shown: './dsn', path: '/dsn', uid: 0 };
    const markedSchemas = new Map([['app', ['public', 'data', 'gone']]]);
    const configured = { ...declaration, databases: ['app', 'more'], schemas: ['public', 'data'] };
    const found = leftovers({}, { wish: { ...wish, configured }, directory, markedSchemas });
    expect(found.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['schema gone', 'dsn-file gone.dsn']);
  });
});
