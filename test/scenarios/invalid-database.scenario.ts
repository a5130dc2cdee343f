// A DROP DATABASE was cut off: PostgreSQL calls what is left invalid, and only a new DROP is possible.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'invalid database (datconnlimit -2)',
  earlier: { databases: ['app', 'logs'], serviceRole: 'app_service' },
  desired: { databases: ['app', 'logs'], serviceRole: 'app_service' },
  start: [{ sql: "UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'app'" }],
  rounds: [
    {
      refused: { errorClass: 'not-ours', codes: ['not-ours'], remedies: [/DROP DATABASE "app";$/] },
      steps: [],
    },
  ],
};
