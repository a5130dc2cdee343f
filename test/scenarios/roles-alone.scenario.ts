// Roles without a service role: the first one is it, for every verb alike.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'role list without a service role',
  desired: { databases: ['app'], roles: ['first', 'second'] },
  rounds: [
    {
      steps: [
        'create-role first',
        'create-role second',
        'create-database app',
        'grant-privileges app',
        'grant-privileges app',
        'write-dsn-file ./local/dsn/app.dsn',
        'write-dsn-file ./local/dsn/app.second.dsn',
      ],
    },
  ],
};
