// A role has a right in another role's database: told, and left to whoever gave it.
import type { Scenario } from './scenario.ts';

const desired = { databases: ['app', 'logs'], serviceRole: '{database}_service' };

export const scenario: Scenario = {
  name: "one role for each database, one with a right in the other's",
  earlier: desired,
  desired,
  start: [{ sql: 'GRANT TEMPORARY ON DATABASE logs TO app_service', as: 'admin' }],
  rounds: [
    {
      steps: [],
      findings: ['extra-privilege'],
      answers: [
        {
          ask: `SELECT has_database_privilege('app_service', 'logs', 'TEMPORARY') AS stays`,
          answer: { stays: true },
        },
      ],
    },
  ],
};
