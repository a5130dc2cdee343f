// A role declared before there is any database: no file could hold its password, so it gets none until it is rotated.
import type { Scenario } from './scenario.ts';

export const scenarios: readonly Scenario[] = [
  {
    name: 'role without a database',
    wish: { databases: [], serviceRole: 'app_service' },
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
    name: 'first database of a role that was there before',
    earlier: { databases: [], serviceRole: 'app_service' },
    wish: { databases: ['app'], serviceRole: 'app_service' },
    rounds: [
      { refused: { errorClass: 'unsafe', codes: ['password-lost'], remedies: [/--rotate app_service/] } },
      {
        flags: { rotate: ['app_service'] },
        steps: [
          'alter-role app_service',
          'create-database app',
          'grant-privileges app',
          'write-dsn-file ./local/dsn/app.dsn',
        ],
      },
    ],
  },
];
