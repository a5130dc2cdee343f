// Where services dial changed: the files follow, the password stays.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'service host changed',
  earlier: { databases: ['app', 'logs'], serviceRole: 'app_service', roles: ['reporting'] },
  desired: {
    databases: ['app', 'logs'],
    serviceRole: 'app_service',
    roles: ['reporting'],
    keys: { BUS_DATABASE_SERVICE_HOST: 'localhost' },
  },
  rounds: [
    {
      steps: [
        'write-dsn-file ./local/dsn/app.dsn',
        'write-dsn-file ./local/dsn/app.reporting.dsn',
        'write-dsn-file ./local/dsn/logs.dsn',
        'write-dsn-file ./local/dsn/logs.reporting.dsn',
      ],
    },
  ],
};
