// A wish is satisfied by effective privilege: what the role has through a group is not granted again.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'rights through a group',
  earlier: { databases: ['app'], serviceRole: 'app_service' },
  wish: { databases: ['app'], serviceRole: 'app_service' },
  start: [
    { sql: 'CREATE ROLE visitors' },
    { sql: 'GRANT CONNECT, TEMPORARY ON DATABASE app TO visitors', as: 'admin' },
    { sql: 'GRANT visitors TO app_service' },
    { sql: 'REVOKE ALL ON DATABASE app FROM app_service', as: 'admin' },
  ],
  rounds: [{ steps: [] }],
};
