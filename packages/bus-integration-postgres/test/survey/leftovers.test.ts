// How what is declared no longer would be retired where the admin can't do it, and what only looks left over.
import { describe, expect, it, test } from 'vitest';
import { namesOfUnjudged } from '../../../bus-integration-database/src/model/desired-names.ts';
import type { Lists } from '../../../bus-integration-database/src/model/lists.ts';
import { differences } from '../../src/kinds/differences.ts';
import { kinds, type Resource } from '../../src/kinds/index.ts';
import { nothingRemains, type Remains } from '../../src/observe/remains.ts';
import type { MarkedSchema } from '../../src/sql/leftovers-query.ts';
import { type LeftoversInput, leftoversOf } from '../../src/survey/leftovers.ts';
import { database as anyDatabase, role as anyRole, desiredOf, intentOf, scopeWith, seen } from '../observed.ts';

const declaration = { databases: ['app'], roles: ['svc'], serviceRole: 'svc', schemas: ['public'] };
function leftovers(remains: Partial<Remains>, said: Partial<LeftoversInput> = {}) {
  return leftoversOf({
    intent: intentOf(declaration),
    remains: { ...nothingRemains, ...remains },
    markedSchemas: new Map(),
    reached: { host: 'db', port: 5432, isEncrypted: false, hasSsl: false },
    server: { database: 'postgres', versionNum: 180004, entersPostgres: true },
    admin: { name: 'admin', isSuperuser: false },
    ...said,
  });
}

const held = (name: string) => ({ name, allowsConnections: true, adminMayConnect: true });

const role = (said: Partial<Remains['roles'][number]> = {}): Remains['roles'][number] => ({
  name: 'old',
  adminMayGrant: true,
  sessions: 0,
  databases: [held('app')],
  isInShared: true,
  ownsShared: false,
  grantors: [],
  ...said,
});

const database = (name: string): Remains['databases'][number] => ({
  name,
  owner: 'admin',
  adminActsAsOwner: true,
  sessions: 0,
  isCredible: true,
});

const schema = (name: string): MarkedSchema => ({ name, owner: 'admin', adminActsAsOwner: true });

test('every difference that is left to the leftovers is among them', () => {
  const file = { name: 'logs.dsn', role: 'old', database: 'logs', server: { host: 'db', port: '5432' } };
  const remains: Remains = { ...nothingRemains, roles: [role()], databases: [database('logs')], files: [file] };
  const observation = seen({
    roles: [anyRole('svc'), anyRole('old')],
    databases: [anyDatabase('app'), anyDatabase('logs')],
    schemas: { app: [] },
    markedSchemas: { app: ['data'] },
  });
  const scope = scopeWith(declaration, { ...observation, remains });
  const { resources } = desiredOf(declaration);
  const left = differences<Resource>(kinds, resources, scope).flatMap(({ delta: { before }, meanings }) =>
    meanings.some((meaning) => 'leftover' in meaning) && before !== undefined ? [before] : [],
  );
  const names = left.map((one) => `${one.kind} ${one.kind === 'dsn-file' ? one.file : 'name' in one ? one.name : ''}`);
  expect(names).toEqual(['role old', 'database logs', 'schema data', 'dsn-file logs.dsn']);
  const told = leftovers(remains, {
    markedSchemas: new Map([['app', [schema('data')]]]),
    directory: { shown: './dsn', path: '/dsn', uid: 0 },
  });
  expect(told.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([...names].sort());
});

describe('leftoversOf', () => {
  it('shows no way to retire a file whose names ./.env declares, where it declares too much to list', () => {
    const file = { name: 'logs.dsn', role: 'old', database: 'logs', server: { host: 'db', port: '5432' } };
    const kept = (overruled: Partial<Lists>) => {
      const intent = { ...intentOf(declaration), overruled: namesOfUnjudged('shop', { ...declaration, ...overruled }) };
      const directory = { shown: './dsn', path: '/dsn', uid: 0 };
      return leftovers({ files: [file] }, { intent, directory }).map(({ name, declared_in }) => [name, declared_in]);
    };
    const many = (prefix: string) => Array.from({ length: 1_000 }, (_, index) => `${prefix}${index}`);
    expect(kept({ databases: ['logs', ...many('d')], roles: ['old', ...many('r')] })).toEqual([['logs.dsn', './.env']]);
    expect(kept({ databases: ['logs', ...many('d')], roles: ['new', ...many('r')] })).toEqual([
      ['logs.dsn', undefined],
    ]);
  });

  it('says who else has to run it, and has nobody made a member of anything then', () => {
    const grantors = [{ name: 'dba', adminMayGrant: false, adminActsAs: false, databases: ['app'] }];
    for (const found of [role({ adminMayGrant: false }), role({ grantors })]) {
      const [left] = leftovers({ roles: [found] });
      expect(left?.needs).toBe('a superuser');
      expect(JSON.stringify(left?.retire)).not.toMatch(/GRANT|REVOKE/);
    }
    expect(leftovers({ databases: [{ ...database('gone'), owner: 'dba', adminActsAsOwner: false }] })).toMatchObject([
      { needs: 'dba, which owns it, or a superuser' },
    ]);
  });

  it('gives back the membership that it needs in another role', () => {
    const grantors = [{ name: 'svc', adminMayGrant: true, adminActsAs: false, databases: ['app'] }];
    const [left] = leftovers({ roles: [role({ grantors })] });
    expect(left?.retire?.flatMap(({ sql }) => sql)).toEqual([
      'GRANT "old" TO "admin" WITH INHERIT TRUE;',
      'GRANT "svc" TO "admin" WITH INHERIT TRUE;',
      'REASSIGN OWNED BY "old" TO "svc";  -- svc is the service role here',
      'DROP OWNED BY "old";',
      'DROP ROLE "old";',
      'REVOKE "svc" FROM "admin";',
    ]);
  });

  it('gives what all databases share to the admin, also where the admin looks from a declared database', () => {
    const server = { database: 'app', versionNum: 180004, entersPostgres: true };
    const heirs = [{ name: 'svc', adminMayGrant: true, adminActsAs: true }];
    const [left] = leftovers({ roles: [role({ ownsShared: true })], heirs }, { server });
    const places = left?.retire?.filter(({ sql }) => sql.some((one) => one.startsWith('REASSIGN')));
    expect(places?.map(({ database: place, sql }) => [place, sql[0]])).toEqual([
      ['postgres', 'REASSIGN OWNED BY "old" TO "admin";'],
      ['app', 'REASSIGN OWNED BY "old" TO "svc";  -- svc is the service role here'],
    ]);
  });

  it('gives what a role owns to the one service role of each database, else to the admin, and says which', () => {
    const databases = ['app', 'tools'].map(held);
    const statements = (said: Partial<LeftoversInput>, found: Partial<Remains> = {}) => {
      const [left] = leftovers(
        { roles: [role({ databases, sessions: 2 })], ...found },
        { admin: { name: 'admin', isSuperuser: true }, ...said },
      );
      return {
        before: left?.before,
        reassigned: left?.retire?.flatMap(({ sql }) => sql.filter((one) => /^REASS/.test(one))),
      };
    };
    const heirs = [{ name: 'svc', adminMayGrant: true, adminActsAs: true }];
    expect(statements({}, { heirs })).toEqual({
      before:
        'no service logs in as old any more, and no session of it is open (now: 2); old made no function (SECURITY DEFINER) or view that must not act as admin',
      reassigned: [
        'REASSIGN OWNED BY "old" TO "admin";',
        'REASSIGN OWNED BY "old" TO "svc";  -- svc is the service role here',
      ],
    });
    expect(statements({}).before).toContain('; bus operator database apply has made svc; ');
    const configured = { ...declaration, roles: ['other'], serviceRole: 'other' };
    expect(statements({ intent: intentOf(declaration, configured) }).reassigned).toEqual(
      Array(2).fill('REASSIGN OWNED BY "old" TO "admin";'),
    );
    const templated = { ...declaration, roles: ['{database}_svc'], serviceRole: '{database}_svc' };
    expect(statements({ intent: intentOf(templated) }).reassigned?.[1]).toContain('TO "app_svc";');
  });

  it('opens a database that lets nobody in, which only a superuser may', () => {
    const databases = [{ ...held('shut'), allowsConnections: false }];
    const [left] = leftovers({ roles: [role({ databases })] });
    expect(left?.needs).toBe('a superuser');
    expect(left?.retire?.map(({ database: place, sql }) => [place, ...sql])).toEqual([
      ['postgres', 'ALTER DATABASE "shut" ALLOW_CONNECTIONS true;'],
      ['shut', 'REASSIGN OWNED BY "old" TO "admin";', 'DROP OWNED BY "old";'],
      ['postgres', 'DROP ROLE "old";', 'ALTER DATABASE "shut" ALLOW_CONNECTIONS false;'],
    ]);
  });

  it.each([
    ['postgresql', ['postgresql'], 'postgres'],
    ['postgresql', ['other', 'postgres', 'postgresql'], 'template1'],
    ['kept', ['other', 'postgres'], 'kept'],
  ])('is in no database that it drops, nor looks for a role in one: from %s, %j', (entered, dropped, home) => {
    const left = leftovers(
      { databases: dropped.map(database), roles: [role({ databases: dropped.map(held), isInShared: false })] },
      { server: { database: entered, versionNum: 140000, entersPostgres: true } },
    );
    expect(left.map(({ retire }) => retire)).toEqual([
      ...dropped.map((name) => [{ database: home, sql: [`DROP DATABASE "${name}";`] }]),
      [{ database: home, sql: ['DROP ROLE "old";'] }],
    ]);
  });

  it('is not what the configuration declares, and a request does not', () => {
    const markedSchemas = new Map([['app', ['public', 'data', 'gone'].map(schema)]]);
    const configured = { ...declaration, databases: ['app', 'more'], schemas: ['public', 'data'] };
    const found = leftovers({}, { intent: intentOf(declaration, configured), markedSchemas });
    expect(found.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['schema gone']);
  });

  it('says who may drop a schema, and how much goes with it', () => {
    const marked = [schema('mine'), { ...schema('theirs'), owner: 'dba', adminActsAsOwner: false }];
    expect(leftovers({}, { markedSchemas: new Map([['app', marked]]) })).toEqual([
      {
        kind: 'schema',
        name: 'mine',
        database: 'app',
        before: 'nothing needs what is in it',
        retire: [{ database: 'app', sql: ['DROP SCHEMA "mine" CASCADE;  -- with all that is in it'] }],
      },
      {
        kind: 'schema',
        name: 'theirs',
        database: 'app',
        before: 'nothing needs what is in it',
        retire: [{ database: 'app', sql: ['DROP SCHEMA "theirs" CASCADE;  -- with all that is in it'] }],
        needs: 'dba, which owns it, or a superuser',
      },
    ]);
  });
});
