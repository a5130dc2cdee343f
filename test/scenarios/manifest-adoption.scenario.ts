// What exists and is adopted by a manifest: the plan says each thing that it changes, and what is not named stays as it is.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'manifest: an adoption is told thing by thing, and leaves what is not named',
  desired: fromManifest(`
roles: {old_group: {connections: 9}}
databases: {old_db: {connections: 30}}
`),
  start: [
    { sql: "CREATE ROLE old_group NOLOGIN NOINHERIT CONNECTION LIMIT 7 VALID UNTIL '2030-01-01Z'", as: 'admin' },
    { sql: "ALTER ROLE old_group SET statement_timeout = '7s'; COMMENT ON ROLE old_group IS 'of people'", as: 'admin' },
    { sql: 'CREATE DATABASE old_db CONNECTION LIMIT 40', as: 'admin' },
    { sql: "ALTER DATABASE old_db SET work_mem = '8MB'; REVOKE ALL ON DATABASE old_db FROM PUBLIC", as: 'admin' },
  ],
  rounds: [
    { refused: { errorClass: 'not-ours', codes: ['not-ours', 'not-ours', 'hazard'] } },
    {
      flags: { adopt: true, allow: ['update', 'revoke'] },
      steps: ['adopt-role old_group', 'alter-role old_group', 'adopt-database old_db', 'limit-database old_db'],
      answers: [
        {
          ask: `SELECT rolinherit AS inherits, rolconnlimit AS connections, rolvaliduntil = '2030-01-01Z' AS valid,
                       shobj_description(oid, 'pg_authid') AS comment,
                       (SELECT setconfig::text FROM pg_db_role_setting WHERE setrole = role.oid) AS settings
                  FROM pg_roles AS role WHERE rolname = 'old_group'`,
          answer: {
            inherits: false,
            connections: 9,
            valid: true,
            comment: 'of people\nbus-deployment=example-dev',
            settings: '{statement_timeout=7s}',
          },
        },
        {
          ask: `SELECT datconnlimit AS connections, (SELECT setconfig::text FROM pg_db_role_setting WHERE setdatabase = d.oid) AS settings
                  FROM pg_database AS d WHERE datname = 'old_db'`,
          answer: { connections: 30, settings: '{work_mem=8MB}' },
        },
      ],
    },
  ],
};
