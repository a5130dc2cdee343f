// A role and a database that others made: nothing is touched without --adopt, and every change wants its own word.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'adopted role and database',
  desired: { databases: ['app'], serviceRole: 'app_service', schemas: ['public', 'data'] },
  start: [
    { sql: "CREATE ROLE app_service LOGIN PASSWORD 'known to nobody'", as: 'admin' },
    { sql: "COMMENT ON ROLE app_service IS 'asked for by the shop team'", as: 'admin' },
    { sql: 'CREATE DATABASE app', as: 'admin' },
    { sql: `COMMENT ON DATABASE app IS 'the shop''s\nbus-deploymentish=no mark'`, as: 'admin' },
  ],
  rounds: [
    {
      refused: {
        errorClass: 'not-ours',
        codes: ['not-ours', 'not-ours', 'password-lost', 'hazard', 'hazard', 'hazard'],
        remedies: [/(plan|apply) --allow create,grant,revoke --adopt --rotate app_service$/],
      },
      steps: [],
    },
    {
      flags: { adopt: true },
      refused: {
        errorClass: 'unsafe',
        codes: ['password-lost', 'hazard', 'hazard', 'hazard'],
        remedies: [/(plan|apply) --allow create,grant,revoke --adopt --rotate app_service$/],
      },
    },
    {
      flags: { adopt: true, allow: ['create', 'grant', 'revoke'], rotate: ['app_service'] },
      steps: [
        'adopt-role app_service',
        'alter-role app_service',
        'adopt-database app',
        'create-schema app.data',
        'grant-privileges app',
        'revoke-privileges app',
        'write-dsn-file ./local/dsn/app.dsn',
      ],
      answers: [
        {
          ask: `SELECT shobj_description('app_service'::regrole, 'pg_authid') AS role,
                       shobj_description(oid, 'pg_database') AS database FROM pg_database WHERE datname = 'app'`,
          answer: {
            role: 'asked for by the shop team\nbus-deployment=example-dev',
            database: "the shop's\nbus-deploymentish=no mark\nbus-deployment=example-dev",
          },
        },
      ],
    },
  ],
  // On 14 the schema public is the bootstrap superuser's: see public-of-14.
  majors: [15, 16, 17, 18],
};
