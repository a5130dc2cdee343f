// What bites about roles, settings and memberships, by manifest.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const owned = `
roles: {o: {}, svc: {login: true}}
databases: {app: {owner: o, schemas: [data], access: {svc: create}}}
`;
const elevated = `
roles: {ci: {login: true, createdb: true}, svc: {login: true, member_of: [makers]}, makers: {createdb: true}}
databases: {app: {schemas: [data], access: {svc: create, ci: connect}}}
`;
const edges = `SELECT md5(coalesce(string_agg(edge::text, '|' ORDER BY edge::text), '')) <> '' AS is_there,
  count(*) FILTER (WHERE member <> grantor AND pg_get_userbyid(member) ~ 'deploy_admin' AND inherit_option)::int AS inheriting
  FROM pg_auth_members AS edge`;

export const scenarios: readonly Scenario[] = [
  {
    name: 'manifest trap: joining the admin to a role with rds_iam locks it out',
    admins: ['plain'],
    earlier: fromManifest('roles: {o: {}}\ndatabases: {app: {}}'),
    desired: fromManifest(owned),
    start: [{ sql: 'CREATE ROLE rds_iam; GRANT rds_iam TO o' }],
    rounds: [
      {
        refused: {
          errorClass: 'insufficient-privilege',
          codes: ['platform-group'],
          remedies: [/REVOKE "rds_iam" FROM "o";/],
        },
      },
    ],
  },
  {
    name: 'manifest trap: a NOINHERIT member has membership and no privilege',
    majors: [14, 15],
    admins: ['plain'],
    desired: fromManifest(owned),
    start: [{ sql: 'ALTER ROLE deploy_admin NOINHERIT' }],
    rounds: [
      {
        refused: {
          errorClass: 'insufficient-privilege',
          codes: ['lacks-inherit'],
          remedies: [/ALTER ROLE "deploy_admin" INHERIT;/],
        },
      },
    ],
  },
  {
    name: 'manifest trap: a NOINHERIT admin gets rights from 16 on, and none of them stays',
    majors: [16, 17, 18],
    admins: ['plain'],
    desired: fromManifest(owned),
    start: [{ sql: 'ALTER ROLE deploy_admin NOINHERIT' }],
    rounds: [{ answers: [{ ask: edges, answer: { is_there: true, inheriting: 0 } }] }],
  },
  {
    name: 'manifest trap: two files for one cluster fight',
    earlier: fromManifest('roles: {shared: {settings: {work_mem: 1MB}}}\ndatabases: {one: {}}'),
    desired: fromManifest('roles: {shared: {settings: {work_mem: 2MB}}}\ndatabases: {other: {}}'),
    start: [{ sql: `COMMENT ON ROLE shared IS 'bus-deployment=their-deployment'` }],
    rounds: [
      {
        refused: {
          errorClass: 'not-ours',
          codes: ['not-ours', 'hazard'],
          remedies: [/--adopt-from their-deployment/],
        },
      },
    ],
  },
  {
    name: 'manifest trap: names with @ and .; ids joined by separators',
    desired: fromManifest(`
roles:
  "team@eu.x": {}
  "team@eu": {}
  "x.y": {settings: {work_mem: 1MB}}
  "x": {login: true, member_of: ["team@eu.x", "x.y"], settings: {work_mem: 2MB}}
databases: {"a.b": {settings: {work_mem: 3MB}, access: {"x": create}}, a: {access: {"x": create}}}
`),
    rounds: [
      {
        answers: [
          {
            ask: `SELECT string_agg(pg_get_userbyid(roleid) || ' ' || pg_get_userbyid(member), ', ' ORDER BY 1) AS members
                    FROM (SELECT roleid, member FROM pg_auth_members WHERE pg_get_userbyid(member) = 'x' ORDER BY 1, 2) AS edge`,
            answer: { members: 'team@eu.x x, x.y x' },
          },
          {
            ask: `SELECT string_agg(coalesce(pg_get_userbyid(nullif(setrole, 0)), '-') || ' ' || coalesce(datname, '-') || ' ' || item,
                           ', ' ORDER BY item) AS items
                    FROM pg_db_role_setting LEFT JOIN pg_database AS d ON d.oid = setdatabase, unnest(setconfig) AS item
                   WHERE item ~ '^work_mem'`,
            answer: { items: 'x.y - work_mem=1MB, x - work_mem=2MB, - a.b work_mem=3MB' },
          },
        ],
      },
    ],
  },
  {
    name: "manifest trap: a superuser's grants are recorded as the bootstrap superuser's",
    majors: [16, 17, 18],
    admins: ['superuser'],
    earlier: fromManifest('roles: {team: {}, svc: {login: true}}\ndatabases: {app: {access: {svc: create}}}'),
    desired: fromManifest(
      'roles: {team: {members: exact}, svc: {login: true, member_of: [team]}}\ndatabases: {app: {access: {svc: create}}}',
    ),
    start: [
      { sql: 'CREATE ROLE boss SUPERUSER; CREATE ROLE guest; SET ROLE boss; GRANT team TO guest; RESET ROLE' },
      { sql: 'CREATE ROLE lead; GRANT team TO lead WITH ADMIN TRUE, INHERIT FALSE, SET FALSE' },
      { sql: 'CREATE ROLE other; SET ROLE lead; GRANT team TO other' },
    ],
    rounds: [
      {
        flags: { allow: ['revoke'] },
        steps: ['grant-membership svc', 'revoke-membership team', 'revoke-membership team'],
        answers: [
          {
            ask: `SELECT string_agg(pg_get_userbyid(member) || ' by ' || pg_get_userbyid(grantor), ', ' ORDER BY 1) AS members
                    FROM (SELECT * FROM pg_auth_members WHERE pg_get_userbyid(roleid) = 'team' ORDER BY pg_get_userbyid(member)) AS edge`,
            answer: { members: 'lead by postgres, svc by postgres' },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: power is given where it is allowed, and is no reason to refuse a role afterwards',
    desired: fromManifest(elevated),
    rounds: [
      { refused: { errorClass: 'unsafe', codes: ['hazard'], remedies: [/--allow elevate/] } },
      {
        flags: { allow: ['elevate'] },
        answers: [
          {
            ask: `SELECT string_agg(rolname, ', ' ORDER BY rolname) AS makers FROM pg_roles
                   WHERE rolcreatedb AND rolname IN ('ci', 'svc', 'makers')`,
            answer: { makers: 'ci, makers' },
          },
        ],
      },
    ],
  },
];
