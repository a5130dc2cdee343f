// One of two DSN files is gone: the other one lends its password.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'one DSN file deleted',
  earlier: { databases: ['app', 'logs'], serviceRole: 'app_service' },
  desired: { databases: ['app', 'logs'], serviceRole: 'app_service' },
  files: [{ remove: 'app.dsn' }],
  rounds: [{ steps: ['write-dsn-file ./local/dsn/app.dsn'] }],
};
