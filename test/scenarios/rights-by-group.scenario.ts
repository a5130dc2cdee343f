// A declaration is satisfied by effective privilege: what the role has through a group is not granted again.
import type { Scenario } from './scenario.ts';

const app = { databases: ['app'], serviceRole: 'app_service' } as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'rights through a group',
    earlier: app,
    desired: app,
    start: [
      { sql: 'CREATE ROLE visitors' },
      { sql: 'GRANT CONNECT, TEMPORARY ON DATABASE app TO visitors', as: 'admin' },
      { sql: 'GRANT visitors TO app_service' },
      { sql: 'REVOKE ALL ON DATABASE app FROM app_service', as: 'admin' },
    ],
    rounds: [{ steps: [] }],
  },
  {
    name: 'a right too many through a group',
    earlier: app,
    desired: app,
    start: [
      { sql: 'CREATE ROLE builders' },
      { sql: 'GRANT CREATE ON DATABASE app TO builders', as: 'admin' },
      { sql: 'GRANT builders TO app_service' },
    ],
    rounds: [{ steps: [], findings: ['extra-privilege'], verify: 'failed' }],
  },
  {
    name: 'a service that owns its database',
    admins: ['superuser'],
    earlier: app,
    desired: app,
    start: [{ sql: 'ALTER DATABASE app OWNER TO app_service' }],
    rounds: [{ steps: [], findings: ['extra-privilege'] }],
  },
];
