// The server lost the role and its files stand: what services hold works again.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'role lost, files stand',
  earlier: { databases: ['app', 'logs'], serviceRole: 'app_service' },
  desired: { databases: ['app', 'logs'], serviceRole: 'app_service' },
  start: [
    { sql: 'DROP OWNED BY app_service', database: 'app' },
    { sql: 'DROP OWNED BY app_service', database: 'logs' },
    { sql: 'DROP ROLE app_service' },
  ],
  rounds: [{ steps: ['create-role app_service', 'grant-privileges app', 'grant-privileges logs'] }],
};
