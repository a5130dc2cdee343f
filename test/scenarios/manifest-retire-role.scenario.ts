// Roles that a manifest retires: what they own goes to another, then they go, and nothing of anybody else changes.
import { expect } from 'vitest';
import { fromManifest } from './deployment.ts';
import type { Scenario, Statement } from './scenario.ts';

const before = fromManifest(`
roles: {o: {}, svc: {login: true}, other: {login: true}, old: {login: true}}
databases:
  app: {owner: o, schemas: [data], access: {svc: create, other: create, old: create}}
  logs: {access: {svc: create, old: create}}
`);

const declared = `
roles: {o: {}, svc: {login: true}, other: {login: true}}
databases:
  app: {owner: o, schemas: [data], access: {svc: create, other: create}}
  logs: {access: {svc: create}}
`;
const after = fromManifest(`${declared}retire: {roles: {old: {reassign_to: o}}}`);

/** Made by a role in a database, as its own session would. */
const by = (role: string, database: string, sql: string): Statement => ({
  sql: `SET SESSION AUTHORIZATION ${role}; ${sql}; RESET SESSION AUTHORIZATION`,
  database,
});

/** Told as left over, and removed by who is told. */
const oldFiles = [{ remove: 'app.old.dsn' }, { remove: 'logs.old.dsn' }];

const oldThings: readonly Statement[] = [
  by('old', 'app', 'CREATE TABLE data.of_old (id int)'),
  by(
    'old',
    'logs',
    'CREATE TABLE public.of_old (id int); CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
  ),
  by('old', 'logs', 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO svc'),
  by('o', 'app', 'CREATE TABLE data.of_o (id int); GRANT SELECT ON data.of_o TO old'),
  by('svc', 'logs', 'CREATE TABLE public.of_svc (id int); GRANT SELECT ON public.of_svc TO old'),
];

export const scenarios: readonly Scenario[] = [
  {
    name: 'manifest: a retired role leaves what it owns to another, and goes',
    earlier: before,
    desired: after,
    start: oldThings,
    files: oldFiles,
    rounds: [
      {
        refused: { errorClass: 'unsafe', codes: ['hazard'], remedies: [/--allow destructive/] },
      },
      {
        flags: { allow: ['destructive'] },
        findings: ['retired-role-takes'],
        steps: ['change-owner app.data', 'end-login old', 'clear-role old', 'clear-role old', 'drop-role old'],

        answers: [
          {
            database: 'logs',
            ask: `SELECT relowner::regrole::text AS owner, proowner::regrole::text AS other,
                         (SELECT relowner::regrole::text || ' ' || relacl::text FROM pg_class WHERE relname = 'of_svc') AS kept
                    FROM pg_class, pg_proc WHERE relname = 'of_old' AND proname = 'f'`,
            answer: { owner: 'o', other: 'o', kept: expect.stringMatching(/^svc \{svc=\w+\/svc\}$/) },
          },
          {
            database: 'app',
            ask: `SELECT relowner::regrole::text AS owner FROM pg_class WHERE relname = 'of_old'`,
            answer: { owner: 'o' },
          },
        ],
      },
    ],
  },
  {
    name: 'trap: DROP OWNED drops a policy whose only role it is',
    earlier: before,
    desired: after,
    start: [
      by(
        'o',
        'app',
        `CREATE TABLE data.t (id int); ALTER TABLE data.t ENABLE ROW LEVEL SECURITY;
         CREATE POLICY only_old ON data.t TO old; CREATE POLICY shared ON data.t TO old, svc;
         GRANT SELECT ON data.t TO old WITH GRANT OPTION`,
      ),
      { sql: 'CREATE ROLE stranger' },
      by('old', 'app', 'GRANT SELECT ON data.t TO stranger'),
    ],
    files: oldFiles,
    rounds: [
      { flags: { allow: ['destructive'] }, refused: { errorClass: 'unsafe', codes: ['hazard'], remedies: [/revoke/] } },
      {
        flags: { allow: ['destructive', 'revoke'] },
        findings: ['retired-role-takes'],
        answers: [
          {
            database: 'app',
            ask: 'SELECT string_agg(policyname || roles::text, $$ $$) AS policies FROM pg_policies',
            answer: { policies: 'shared{svc}' },
          },
        ],
      },
    ],
  },
  {
    name: 'trap: REASSIGN moves the role’s databases too',
    earlier: before,
    desired: after,
    start: [
      { sql: 'ALTER DATABASE logs OWNER TO old' },
      // Its CONNECT went with it.
      { sql: 'GRANT CONNECT ON DATABASE logs TO deploy_admin' },
    ],
    admins: ['plain', 'self-granting'],
    files: oldFiles,
    rounds: [
      {
        flags: { allow: ['destructive', 'revoke'] },
        answers: [
          {
            ask: "SELECT datdba::regrole::text IN ('o', 'svc', 'old') AS given FROM pg_database WHERE datname = 'logs'",
            answer: { given: false },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: a retired role with a database of others stays',
    earlier: before,
    desired: after,
    start: [{ sql: 'CREATE DATABASE theirs' }, { sql: 'ALTER DATABASE theirs OWNER TO old' }],
    rounds: [
      {
        flags: { allow: ['destructive'] },
        refused: {
          errorClass: 'unsafe',
          codes: ['retired-role-owns'],
          remedies: [/a superuser runs, in any database: ALTER DATABASE "theirs" OWNER TO /],
        },
      },
    ],
  },
  {
    name: 'manifest: a retired role that owns something needs an heir',
    earlier: before,
    desired: fromManifest(`${declared}retire: {roles: {old: {}}}`),
    start: [
      by(
        'old',
        'logs',
        'CREATE TABLE public.a (id int); CREATE TABLE public.b (id int); CREATE VIEW public.v AS SELECT 1',
      ),
    ],
    rounds: [
      {
        flags: { allow: ['destructive'] },
        refused: { errorClass: 'unsafe', codes: ['retired-role-owns'], remedies: [/reassign_to/] },
      },
    ],
  },
  {
    name: 'manifest: a retired role that owns nothing needs no heir, and what is gone already is nothing to do',
    earlier: before,
    desired: fromManifest(`${declared}retire: {roles: {old: {}, never: {}}, databases: {neither: {drop: neither}}}`),
    files: oldFiles,
    rounds: [
      {
        flags: { allow: ['destructive'] },
        steps: ['end-login old', 'clear-role old', 'clear-role old', 'drop-role old'],
      },
      { steps: [] },
    ],
  },
  {
    name: 'manifest: a retired role is cleared in databases outside the deployment too',
    earlier: before,
    desired: after,
    start: [
      { sql: 'CREATE DATABASE theirs', as: 'admin' },
      { sql: 'CREATE SCHEMA tools; GRANT CREATE, USAGE ON SCHEMA tools TO old', database: 'theirs', as: 'admin' },
      by(
        'old',
        'theirs',
        'CREATE TABLE tools.t (id int); CREATE FUNCTION tools.f() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
      ),
    ],
    files: oldFiles,
    rounds: [
      {
        flags: { allow: ['destructive'] },
        steps: ['end-login old', 'clear-role old', 'clear-role old', 'clear-role old', 'drop-role old'],
        answers: [
          {
            database: 'theirs',
            ask: `SELECT relowner::regrole::text AS owner, proowner::regrole::text AS other, has_schema_privilege('o', 'tools', 'CREATE') AS creates
                    FROM pg_class, pg_proc WHERE relname = 't' AND proname = 'f'`,
            answer: { owner: 'o', other: 'o', creates: false },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: a retired role with rights on what is the superuser’s is refused with what he has to run',
    earlier: before,
    desired: after,
    start: [
      { sql: 'CREATE DATABASE theirs' },
      { sql: 'CREATE SCHEMA tools; GRANT CREATE, USAGE ON SCHEMA tools TO old', database: 'theirs' },
      by('old', 'theirs', 'CREATE TABLE tools.t (id int)'),
    ],
    admins: ['plain', 'self-granting'],
    rounds: [
      {
        flags: { allow: ['destructive'] },
        refused: {
          errorClass: 'insufficient-privilege',
          codes: ['lacks-superuser'],
          remedies: [/a superuser runs, in database theirs: REASSIGN OWNED BY "old" TO "o"; DROP OWNED BY "old";/],
        },
      },
    ],
  },
  {
    name: 'manifest: only what carries the mark is retired, whatever may be adopted',
    earlier: before,
    desired: after,
    start: [{ sql: 'COMMENT ON ROLE old IS NULL' }],
    files: oldFiles,
    rounds: [
      {
        flags: { allow: ['destructive'] },
        refused: { errorClass: 'not-ours', codes: ['not-ours'], remedies: [/--adopt/] },
      },
      {
        flags: { allow: ['destructive'], adopt: true },
        refused: { errorClass: 'not-ours', codes: ['not-ours'] },
      },
    ],
  },
  {
    name: 'manifest: what carries the mark of another deployment too is not retired',
    earlier: before,
    desired: after,
    start: [{ sql: `COMMENT ON ROLE old IS E'bus-deployment=example-dev\\nbus-deployment=other'` }],
    files: oldFiles,
    rounds: [
      {
        flags: { allow: ['destructive'], adopt: true },
        refused: { errorClass: 'not-ours', codes: ['not-ours'] },
      },
    ],
  },
];
