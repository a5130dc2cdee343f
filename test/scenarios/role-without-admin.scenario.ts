// From 16 on CREATEROLE reaches only roles one has ADMIN on: predicted, with the SQL, before anything is touched.
import type { Scenario } from './scenario.ts';

const desired = { databases: ['app'], serviceRole: 'app_service' } as const;
const start = [
  { sql: 'CREATE ROLE app_service NOLOGIN' },
  { sql: "COMMENT ON ROLE app_service IS 'bus-deployment=example-dev'" },
];
const flags = { rotate: ['app_service'] };
const steps = [
  'alter-role app_service',
  'alter-role app_service',
  'create-database app',
  'grant-privileges app',
  'write-dsn-file ./local/dsn/app.dsn',
];

export const scenarios: readonly Scenario[] = [
  {
    name: "another admin's role without ADMIN",
    majors: [16, 17, 18],
    admins: ['plain'],
    desired,
    start,
    rounds: [
      {
        flags,
        steps,
        refused: {
          errorClass: 'insufficient-privilege',
          codes: ['lacks-role-admin'],
          remedies: [/GRANT "app_service" TO "deploy_admin" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;/],
        },
      },
    ],
  },
  {
    name: "another admin's role with ADMIN",
    majors: [16, 17, 18],
    admins: ['plain'],
    desired,
    start: [...start, { sql: 'GRANT "app_service" TO "deploy_admin" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE' }],
    rounds: [{ flags, steps }],
  },
  {
    name: "another admin's role, where CREATEROLE reaches everybody",
    majors: [14, 15],
    desired,
    start,
    rounds: [{ flags, steps }],
  },
];
