// `{database}` makes one role for each database, and none reaches the other's.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'one role for each database',
  desired: { databases: ['app', 'logs'], serviceRole: '{database}_service' },
  rounds: [
    {
      steps: [
        'create-role app_service',
        'create-role logs_service',
        'create-database app',
        'grant-privileges app',
        'write-dsn-file ./local/dsn/app.dsn',
        'create-database logs',
        'grant-privileges logs',
        'write-dsn-file ./local/dsn/logs.dsn',
      ],
      answers: [
        {
          ask: `SELECT has_database_privilege('app_service', 'logs', 'CONNECT, TEMPORARY, CREATE') AS crosses,
                       has_database_privilege('logs_service', 'app', 'CONNECT, TEMPORARY, CREATE') AS crosses_back`,
          answer: { crosses: false, crosses_back: false },
        },
      ],
    },
  ],
};
