// An admin that may not do what the plan needs (IN-41): said by the plan, with the SQL.
import type { Scenario } from './scenario.ts';

const desired = { databases: ['app'], serviceRole: 'app_service' } as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'admin without CREATEROLE and CREATEDB',
    admins: ['plain'],
    desired,
    start: [{ sql: 'ALTER ROLE deploy_admin NOCREATEROLE NOCREATEDB' }],
    rounds: [
      {
        refused: {
          errorClass: 'insufficient-privilege',
          codes: ['lacks-createrole', 'lacks-createdb'],
          remedies: [/ALTER ROLE "deploy_admin" CREATEROLE;/, /ALTER ROLE "deploy_admin" CREATEDB;/],
        },
      },
    ],
  },
  {
    name: "another owner's database",
    admins: ['plain'],
    majors: [15, 16, 17, 18],
    earlier: desired,
    desired,
    start: [
      { sql: 'ALTER DATABASE app OWNER TO postgres' },
      { sql: 'REVOKE TEMPORARY ON DATABASE app FROM app_service' },
    ],
    rounds: [
      {
        steps: ['grant-privileges app'],
        refused: {
          errorClass: 'insufficient-privilege',
          codes: ['lacks-connect', 'lacks-ownership'],
          remedies: [
            /GRANT CONNECT ON DATABASE "app" TO "deploy_admin";/,
            /ALTER DATABASE "app" OWNER TO "deploy_admin";/,
          ],
        },
      },
    ],
  },
];
