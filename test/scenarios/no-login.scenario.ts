// The service role may no longer log in: it may again.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'NOLOGIN by hand',
  earlier: { databases: ['app'], serviceRole: 'app_service' },
  desired: { databases: ['app'], serviceRole: 'app_service' },
  start: [{ sql: 'ALTER ROLE app_service NOLOGIN', as: 'admin' }],
  rounds: [{ steps: ['alter-role app_service'] }],
};
