// Somebody took the service's rights on its schema: they come back without any flag.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'rights on a schema taken by hand',
  earlier: { databases: ['app'], serviceRole: 'app_service', schemas: ['data'] },
  desired: { databases: ['app'], serviceRole: 'app_service', schemas: ['data'] },
  start: [
    { sql: 'REVOKE ALL ON SCHEMA data FROM app_service', database: 'app', as: 'admin' },
    { sql: 'REVOKE TEMPORARY ON DATABASE app FROM app_service', as: 'admin' },
  ],
  rounds: [{ steps: ['grant-privileges app'] }],
};
