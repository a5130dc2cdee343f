// A database added later: the role's other file lends its password.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'second database added',
  earlier: { databases: ['app'], serviceRole: 'app_service' },
  desired: { databases: ['app', 'logs'], serviceRole: 'app_service' },
  rounds: [{ steps: ['create-database logs', 'grant-privileges logs', 'write-dsn-file ./local/dsn/logs.dsn'] }],
};
