// Roles that a manifest retires: what they own goes to another, then they go, and nothing of anybody else changes.
import { expect } from 'vitest';
import { manifestWish } from './deployment.ts';
import type { Scenario, Statement } from './scenario.ts';

const before = manifestWish(`
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
const after = manifestWish(`${declared}retire: {roles: {old: {reassign_to: o}}}`);

/** Made by a role in a database, as its own session would. */
const by = (role: string, database: string, sql: string): Statement => ({
  sql: `SET SESSION AUTHORIZATION ${role}; ${sql}; RESET SESSION AUTHORIZATION`,
  database,
});

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
    wish: after,
    start: oldThings,
    files: [{ remove: 'app.old.dsn' }, { remove: 'logs.old.dsn' }],
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
];
