import type { Step } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { missingAuthority } from '../../src/plan/authority.ts';
import { database, role, type Said, schema, seen } from '../observed.ts';

const sql = ['…'];
const makeRole: Step = {
  action: 'create-role',
  target: 'svc',
  risk: 'create',
  summary: '',
  sql,
  after: { name: 'svc', can_login: true, password: 'new' },
};
const alterRole: Step = {
  action: 'alter-role',
  target: 'svc',
  risk: 'update',
  summary: '',
  sql,
  before: { name: 'svc' },
  after: { name: 'svc', can_login: true },
};
const makeDatabase: Step = {
  action: 'create-database',
  target: 'app',
  risk: 'create',
  summary: '',
  sql,
  after: { name: 'app', owner: 'admin', encoding: 'UTF8' },
};
const finish: Step = { ...makeDatabase, before: { name: 'app', unfinished: true } };
const makeSchema: Step = {
  action: 'create-schema',
  target: 'app.s',
  risk: 'create',
  summary: '',
  sql,
  after: { database: 'app', name: 's' },
};
const grantOn = (onDatabase: readonly string[], schemas: readonly string[]): Step => ({
  action: 'grant-privileges',
  target: 'app',
  risk: 'grant',
  summary: '',
  sql,
  after: {
    database: 'app',
    grantee: 'svc',
    on: [
      ...(onDatabase.length === 0 ? [] : [{ type: 'database', privileges: onDatabase }]),
      ...schemas.map((name) => ({ type: 'schema', schema: name, privileges: ['USAGE'] })),
    ],
  },
});
const adopt: Step = {
  action: 'adopt-database',
  target: 'app',
  risk: 'update',
  summary: '',
  sql,
  before: { name: 'app', deployment: null },
  after: { name: 'app', deployment: 'shop' },
};
const write: Step = {
  action: 'write-dsn-file',
  target: 'app.dsn',
  risk: 'create',
  summary: '',
  after: { file: 'app.dsn', database: 'app', role: 'svc', endpoint: {}, password: 'new' },
};
const theirs = database('app', { owner: 'boss', adminActsAsOwner: false });
const inTheirs: Said = { databases: [theirs], schemas: { app: [] } };

describe('what the admin lacks, and the SQL that gives it (IN-41, IN-42)', () => {
  test.each<
    [what: string, steps: readonly Step[], said: Said, found: readonly (readonly [code: string, remedy: string])[]]
  >([
    ['nothing', [makeRole, makeDatabase], {}, []],
    [
      'CREATEROLE',
      [makeRole, makeRole],
      { admin: { createsRoles: false } },
      [['lacks-createrole', 'ALTER ROLE "admin" CREATEROLE;']],
    ],
    [
      'CREATEDB',
      [makeDatabase],
      { admin: { createsDatabases: false } },
      [['lacks-createdb', 'ALTER ROLE "admin" CREATEDB;']],
    ],
    ['nothing to finish a database', [finish], { admin: { createsDatabases: false } }, []],
    [
      'ADMIN on a role, 16 and newer',
      [alterRole],
      { roles: [role('svc', { adminMayAlter: false })] },
      [['lacks-role-admin', 'GRANT "svc" TO "admin" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;']],
    ],
    [
      'CREATEROLE to alter a role, before 16',
      [alterRole],
      {
        server: { versionNum: 150010 },
        admin: { createsRoles: false },
        roles: [role('svc', { adminMayAlter: false })],
      },
      [['lacks-role-admin', 'ALTER ROLE "admin" CREATEROLE;']],
    ],
    [
      'a superuser for a role with REPLICATION, before 16',
      [alterRole],
      { server: { versionNum: 150010 }, roles: [role('svc', { adminMayAlter: false })] },
      [['lacks-role-admin', 'name a superuser in the admin DSN, or do not declare the role']],
    ],
    [
      'ownership, to grant on a database',
      [grantOn(['CONNECT'], [])],
      inTheirs,
      [['lacks-ownership', 'ALTER DATABASE "app" OWNER TO "admin";']],
    ],
    [
      'ownership, to mark a database',
      [adopt],
      inTheirs,
      [['lacks-ownership', 'ALTER DATABASE "app" OWNER TO "admin";']],
    ],
    [
      'CREATE in a database',
      [makeSchema],
      { ...inTheirs, adminMayCreateSchemas: false },
      [['lacks-create', 'GRANT CREATE ON DATABASE "app" TO "admin";']],
    ],
    [
      'ownership of a schema',
      [grantOn([], ['s'])],
      { databases: [database('app')], schemas: { app: [schema('s', { owner: 'boss', adminActsAsOwner: false })] } },
      [['lacks-ownership', 'boss or a superuser runs, in database app: GRANT USAGE ON SCHEMA "s" TO "svc";']],
    ],
    [
      'nothing for a schema that is still to be made',
      [grantOn([], ['s'])],
      { databases: [database('app')], schemas: { app: [] } },
      [],
    ],
    [
      'CONNECT, with no step at all',
      [],
      { databases: [database('app')] },
      [['lacks-connect', 'GRANT CONNECT ON DATABASE "app" TO "admin";']],
    ],
    [
      'a primary',
      [makeRole],
      { server: { isInRecovery: true, readsOnlyByDefault: true } },
      [['standby', 'point the admin DSN at the primary']],
    ],
    [
      'a writing session',
      [makeRole],
      { server: { readsOnlyByDefault: true } },
      [['read-only', 'ALTER ROLE "admin" SET default_transaction_read_only = off;']],
    ],
    ['no server at all for files', [write], { server: { isInRecovery: true } }, []],
  ])('%s', (_, steps, said, expected) => {
    const observation = seen(said);
    const standings = new Map([...observation.databases.keys()].map((name) => [name, 'ours' as const]));
    const found = missingAuthority(steps, { seen: observation, databases: standings, deploymentId: 'shop' });
    expect(found.map(({ code }) => code)).toEqual(expected.map(([code]) => code));
    for (const [index, [, remedy]] of expected.entries()) expect(found[index]?.remedy).toContain(remedy);
  });
});

test('a database that is refused need not be entered', () => {
  const scope = { seen: seen({ databases: [theirs] }), databases: new Map([['app', 'refused' as const]]) };
  expect(missingAuthority([], { ...scope, deploymentId: 'shop' })).toEqual([]);
});
