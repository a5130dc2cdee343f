// Nobody has the password any more (IN-50): only --rotate makes a new one.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'all DSN files deleted',
  earlier: { databases: ['app', 'logs'], serviceRole: 'app_service' },
  desired: { databases: ['app', 'logs'], serviceRole: 'app_service' },
  files: [{ remove: 'app.dsn' }, { remove: 'logs.dsn' }],
  rounds: [
    {
      refused: { errorClass: 'unsafe', codes: ['password-lost'], remedies: [/(plan|apply) --rotate app_service$/] },
      steps: [],
    },
    {
      flags: { rotate: ['app_service'] },
      steps: ['alter-role app_service', 'write-dsn-file ./local/dsn/app.dsn', 'write-dsn-file ./local/dsn/logs.dsn'],
    },
  ],
};
