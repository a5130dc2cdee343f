// Memberships by manifest: groups, who acts as an owner, groups without other members.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const manifest = `
roles:
  owner: {}
  migrator: {login: true, acts_as: owner}
  team: {members: exact}
  svc: {login: true, member_of: [team]}
every_database: {owner: owner, schemas: [app], access: {migrator: connect, svc: create}}
databases: {app: {}, logs: {}}
`;
const admins = ['superuser', 'plain', 'self-granting'] as const;

/** Who it is in each database, and what it may there by itself. */
const acting = `SELECT string_agg(coalesce(d.datname, '-') || ' ' || item, '; ' ORDER BY d.datname) AS items
  FROM pg_db_role_setting LEFT JOIN pg_database AS d ON d.oid = setdatabase, unnest(setconfig) AS item
 WHERE setrole = 'migrator'::regrole`;
const rights = `SELECT pg_has_role('migrator', 'owner', 'MEMBER') AS member, pg_has_role('migrator', 'owner', 'USAGE') AS usage,
  pg_has_role('svc', 'team', 'USAGE') AS team`;

export const scenarios: readonly Scenario[] = [
  {
    name: 'manifest: memberships, and a migrator that acts as the owner',
    admins,
    desired: fromManifest(manifest),
    rounds: [
      {
        answers: [
          { ask: acting, answer: { items: 'app role=owner; logs role=owner' } },
          { ask: rights, answer: { member: true, usage: false, team: true } },
        ],
      },
    ],
  },
  {
    name: 'manifest: a member too many, a role setting and a membership lost',
    admins,
    earlier: fromManifest(manifest),
    desired: fromManifest(manifest),
    start: [
      { sql: 'CREATE ROLE guest' },
      { sql: 'GRANT team TO guest', as: 'admin' },
      { sql: 'ALTER ROLE migrator IN DATABASE logs RESET role' },
      { sql: 'REVOKE owner FROM migrator', as: 'admin' },
    ],
    rounds: [
      { refused: { errorClass: 'unsafe', codes: ['hazard'], remedies: [/--allow revoke/] } },
      {
        flags: { allow: ['revoke'] },
        steps: ['grant-membership migrator', 'revoke-membership team', 'change-settings migrator'],
        answers: [
          { ask: acting, answer: { items: 'app role=owner; logs role=owner' } },
          { ask: rights, answer: { member: true, usage: false, team: true } },
          {
            ask: `SELECT count(*)::int AS guests FROM pg_auth_members WHERE member = 'guest'::regrole`,
            answer: { guests: 0 },
          },
        ],
      },
    ],
  },
];
