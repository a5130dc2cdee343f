import type { Step } from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { privilegeStatements, privilegesSummary, type StepPrivileges } from '../../src/kinds/access/privileges.ts';
import { statementsOf, summaryOf } from '../../src/kinds/index.ts';
import type { RuleContext } from '../../src/kinds/kind/kind.ts';
import { birthLimit } from '../../src/observe/mark.ts';

const context: RuleContext = {
  deploymentId: 'shop',
  versionNum: 180000,
  selfGrantOf: () => undefined,
  joinedFor: () => undefined,
  commentOf: (kind) => (kind === 'role' ? "it's theirs" : null),
  passwordOf: (role) => (role === 'svc' ? "SCRAM-SHA-256$4096:s'alt$stored:server" : undefined),
};
const withoutPasswords: RuleContext = { ...context, passwordOf: () => undefined };
const endpoint = { host: 'db', port: '5432' };
const file = { file: 'app.dsn', database: 'app', role: 'svc' };

/** Every kind of step, with the statements that carry it out: `phase: SQL`. */
const table: readonly (readonly [step: Omit<Step, 'summary' | 'target' | 'risk'>, statements: readonly string[]])[] = [
  [{ action: 'discover-provider', after: { provider: 'postgres', server_version: '18', admin_may_create: [] } }, []],
  [{ action: 'compute-database-plan', after: { roles: 1, databases: 1, schemas: ['public'], dsn_files: 1 } }, []],
  [{ action: 'apply-database-plan', after: { steps: 1 } }, []],
  [
    { action: 'create-role', after: { name: 'svc', can_login: true, password: 'new' } },
    [
      `roles: CREATE ROLE "svc" LOGIN PASSWORD 'SCRAM-SHA-256$4096:s''alt$stored:server'`,
      `roles: COMMENT ON ROLE "svc" IS 'bus-deployment=shop'`,
    ],
  ],
  [
    { action: 'create-role', after: { name: 'a "b"', can_login: true, password: 'none' } },
    [
      'roles: CREATE ROLE "a ""b""" LOGIN',
      `roles: COMMENT ON ROLE "a ""b""" IS E'bus-deployment=shop\\u000abus-password=none'`,
    ],
  ],
  [
    { action: 'alter-role', before: { name: 'svc', can_login: false }, after: { name: 'svc', can_login: true } },
    ['roles: ALTER ROLE "svc" LOGIN'],
  ],
  [
    { action: 'alter-role', before: { name: 'svc' }, after: { name: 'svc', password: 'new' } },
    [`passwords: ALTER ROLE "svc" PASSWORD 'SCRAM-SHA-256$4096:s''alt$stored:server'`],
  ],
  [
    { action: 'adopt-role', before: { name: 'svc', deployment: null }, after: { name: 'svc', deployment: 'shop' } },
    [`roles: COMMENT ON ROLE "svc" IS E'it''s theirs\\u000abus-deployment=shop'`],
  ],
  [
    { action: 'create-database', after: { name: 'app', owner: 'admin', encoding: 'UTF8' } },
    [
      `create: CREATE DATABASE "app" TEMPLATE template0 ENCODING 'UTF8' ALLOW_CONNECTIONS false CONNECTION LIMIT ${birthLimit('shop', 'app')}`,
      `open: COMMENT ON DATABASE "app" IS 'bus-deployment=shop'`,
      'open: REVOKE ALL ON DATABASE "app" FROM PUBLIC',
      'open: ALTER DATABASE "app" WITH ALLOW_CONNECTIONS true CONNECTION LIMIT -1',
    ],
  ],
  [
    {
      action: 'create-database',
      before: { name: 'app', unfinished: true },
      after: { name: 'app', owner: 'admin', encoding: 'UTF8' },
    },
    [
      `open: COMMENT ON DATABASE "app" IS 'bus-deployment=shop'`,
      'open: REVOKE ALL ON DATABASE "app" FROM PUBLIC',
      'open: ALTER DATABASE "app" WITH ALLOW_CONNECTIONS true CONNECTION LIMIT -1',
    ],
  ],
  [
    {
      action: 'adopt-database',
      before: { name: 'app', deployment: 'other' },
      after: { name: 'app', deployment: 'shop' },
    },
    [`open: COMMENT ON DATABASE "app" IS 'bus-deployment=shop'`],
  ],
  [
    { action: 'create-schema', after: { database: 'app', name: 'data' } },
    ['inside: CREATE SCHEMA "data"', `inside: COMMENT ON SCHEMA "data" IS 'bus-deployment=shop'`],
  ],
  [
    {
      action: 'grant-privileges',
      after: {
        database: 'app',
        grantee: 'svc',
        on: [
          { type: 'database', privileges: ['CONNECT', 'TEMPORARY'] },
          { type: 'schema', schema: 'data', privileges: ['CREATE', 'USAGE'] },
        ],
      },
    },
    [
      'inside: GRANT CREATE, USAGE ON SCHEMA "data" TO "svc"',
      'enter: GRANT CONNECT, TEMPORARY ON DATABASE "app" TO "svc"',
    ],
  ],
  [
    {
      action: 'revoke-privileges',
      before: { database: 'app', grantee: null, on: [{ type: 'database', privileges: ['CONNECT'] }] },
    },
    ['enter: REVOKE CONNECT ON DATABASE "app" FROM PUBLIC'],
  ],
  [{ action: 'write-dsn-file', after: { ...file, endpoint, password: 'new' } }, []],
  [{ action: 'promote-dsn-file', after: file }, []],
  [{ action: 'discard-staged-file', before: file }, []],
];

describe('statements', () => {
  test.each(table)('%j', (bare, expected) => {
    const step = { ...bare, target: 'x', risk: 'create', summary: '' } as Step;
    expect(statementsOf(step, context).map(({ phase, sql }) => `${phase}: ${sql}`)).toEqual(expected);
    expect(summaryOf(step)).not.toBe('');
  });

  test('without a lookup no password clause is shown', () => {
    for (const [bare] of table) {
      const step = { ...bare, target: 'x', risk: 'create', summary: '' } as Step;
      for (const { sql } of statementsOf(step, withoutPasswords)) expect(sql).not.toContain('PASSWORD');
    }
  });
});

describe('grant options', () => {
  const on = [
    { type: 'database', privileges: ['CREATE'] },
    { type: 'database', privileges: ['CONNECT', 'TEMPORARY'], grantable: true },
  ] as const;
  const privileges = { database: 'app', grantee: 'svc', on };
  const sqlOf = (verb: 'GRANT' | 'REVOKE') => privilegeStatements(verb, privileges).map(({ sql }) => sql);

  test('are given with the privilege', () => {
    expect(sqlOf('GRANT')).toEqual([
      'GRANT CREATE ON DATABASE "app" TO "svc"',
      'GRANT CONNECT, TEMPORARY ON DATABASE "app" TO "svc" WITH GRANT OPTION',
    ]);
    expect(privilegesSummary('GRANT', privileges)).toBe('svc: CREATE; CONNECT, TEMPORARY with grant option');
  });

  test('are taken alone', () => {
    expect(sqlOf('REVOKE')).toEqual([
      'REVOKE CREATE ON DATABASE "app" FROM "svc"',
      'REVOKE GRANT OPTION FOR CONNECT, TEMPORARY ON DATABASE "app" FROM "svc"',
    ]);
    expect(privilegesSummary('REVOKE', privileges)).toBe('svc loses CREATE; grant option for CONNECT, TEMPORARY');
  });
});

describe('privileges on what is in a schema', () => {
  const inSchema = { schema: 'my "app"', privileges: ['SELECT'], as: 'owner' };
  test.each<[StepPrivileges['on'][number], grants: string, words: string]>([
    [{ type: 'tables', ...inSchema }, 'SELECT ON ALL TABLES IN SCHEMA "my ""app"""', 'tables of "my "app"": SELECT'],
    [
      { type: 'sequences', ...inSchema, names: ['a.b', 'c'] },
      'SELECT ON SEQUENCE "my ""app"""."a.b", "my ""app"""."c"',
      'sequences "my "app"".a.b, "my "app"".c: SELECT',
    ],
    [
      { type: 'columns', ...inSchema, table: 't', columns: ['id', 'x y'], privileges: ['SELECT', 'UPDATE'] },
      'SELECT ("id", "x y"), UPDATE ("id", "x y") ON TABLE "my ""app"""."t"',
      'columns id, "x y" of "my "app"".t: SELECT, UPDATE',
    ],
    [
      {
        type: 'routines',
        ...inSchema,
        privileges: ['EXECUTE'],
        routines: [{ name: 'f', arguments: 'IN "a\n\\! b" app."my type"[], integer' }],
      },
      'EXECUTE ON ROUTINE "my ""app"""."f"(IN U&"a\\000a\\\\! b" app."my type"[], integer)',
      'routines "my "app""."f(IN "a\\u000a\\! b" app."my type"[], integer)": EXECUTE',
    ],
  ])('%j', (on, grants, words) => {
    const privileges = { database: 'app', grantee: null, on: [on] };
    expect(privilegeStatements('GRANT', privileges)).toEqual([
      { phase: 'inside', database: 'app', as: 'owner', sql: `GRANT ${grants} TO PUBLIC` },
    ]);
    expect(privilegesSummary('GRANT', privileges)).toBe(`PUBLIC: ${words}`);
  });
});
