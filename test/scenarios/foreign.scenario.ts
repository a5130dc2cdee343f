// Another deployment's: --adopt is not enough, --adopt-from names whose it was.
import type { Scenario } from './scenario.ts';

const refused = {
  errorClass: 'not-ours',
  codes: ['not-ours', 'not-ours', 'password-lost', 'hazard', 'hazard'],
  remedies: [/(plan|apply) --allow grant,revoke --adopt-from shop-live --rotate app_service$/],
} as const;

export const scenario: Scenario = {
  name: "another deployment's role and database",
  majors: [15, 16, 17, 18],
  desired: { databases: ['app'], serviceRole: 'app_service' },
  start: [
    { sql: "CREATE ROLE app_service LOGIN PASSWORD 'known to nobody'", as: 'admin' },
    { sql: "COMMENT ON ROLE app_service IS 'bus-deployment=shop-live'", as: 'admin' },
    { sql: 'CREATE DATABASE app', as: 'admin' },
    { sql: "COMMENT ON DATABASE app IS E'kept\\nbus-deployment=shop-live\\nkept too'", as: 'admin' },
  ],
  rounds: [
    { refused, steps: [] },
    {
      flags: { adopt: true, allow: ['grant', 'revoke'], rotate: ['app_service'] },
      refused: {
        ...refused,
        codes: ['not-ours', 'not-ours'],
        remedies: [/ --allow grant,revoke --adopt --adopt-from shop-live --rotate app_service$/],
      },
    },
    {
      flags: { adopt_from: 'shop' },
      refused: {
        ...refused,
        remedies: [/ --allow grant,revoke --adopt-from shop --adopt-from shop-live --rotate app_service$/],
      },
    },
    {
      flags: { adopt_from: 'shop-live', allow: ['grant', 'revoke'], rotate: ['app_service'] },
      answers: [
        {
          ask: `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = 'app'`,
          answer: { comment: 'kept\nkept too\nbus-deployment=example-dev' },
        },
      ],
    },
  ],
};
