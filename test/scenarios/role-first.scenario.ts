// A role declared before there is any database: no file could hold its password, so it gets none until it is rotated.
import type { Scenario } from './scenario.ts';

const later = {
  earlier: { databases: [], serviceRole: 'app_service' },
  desired: { databases: ['app'], serviceRole: 'app_service' },
} as const;
const databaseSteps = ['create-database app', 'grant-privileges app', 'write-dsn-file ./local/dsn/app.dsn'];

export const scenarios: readonly Scenario[] = [
  {
    name: 'role without a database',
    desired: { databases: [], serviceRole: 'app_service' },
    rounds: [
      {
        steps: ['create-role app_service'],
        answers: [
          {
            ask: "SELECT rolcanlogin, rolpassword IS NULL AS none FROM pg_authid WHERE rolname = 'app_service'",
            answer: { rolcanlogin: true, none: true },
          },
        ],
      },
    ],
  },
  {
    name: 'first database of a role that is known to have no password, by the server or by its comment',
    admins: ['superuser', 'plain'],
    ...later,
    rounds: [{ steps: ['alter-role app_service', ...databaseSteps] }],
  },
  {
    name: 'first database of a role that may have a password',
    admins: ['plain'],
    ...later,
    start: [{ sql: `COMMENT ON ROLE app_service IS 'bus-deployment=example-dev'` }],
    rounds: [
      { refused: { errorClass: 'unsafe', codes: ['password-lost'], remedies: [/--rotate app_service/] } },
      { flags: { rotate: ['app_service'] }, steps: ['alter-role app_service', ...databaseSteps] },
    ],
  },
];
