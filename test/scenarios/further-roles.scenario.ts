// Further roles have the same rights and files of their own names.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'further roles',
  desired: { databases: ['app'], serviceRole: 'app_service', roles: ['reporting', 'Back up'] },
  rounds: [
    {
      steps: [
        'create-role app_service',
        'create-role reporting',
        'create-role Back up',
        'create-database app',
        'grant-privileges app',
        'grant-privileges app',
        'grant-privileges app',
        'write-dsn-file ./local/dsn/app.dsn',
        'write-dsn-file ./local/dsn/app.reporting.dsn',
        'write-dsn-file ./local/dsn/app.Back%20up.dsn',
      ],
    },
  ],
};
