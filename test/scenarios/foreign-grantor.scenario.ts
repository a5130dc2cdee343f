// Only a grantor's own REVOKE takes a grant away: what others granted is reported with their SQL, and makes no step.
import type { Scenario } from './scenario.ts';

const app = { databases: ['app'], serviceRole: 'app_service' } as const;
const grantor = [
  { sql: 'CREATE ROLE helpful' },
  { sql: 'GRANT CONNECT ON DATABASE app TO helpful WITH GRANT OPTION', as: 'admin' },
] as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'PUBLIC granted CONNECT by a foreign grantor',
    earlier: app,
    desired: app,
    start: [...grantor, { sql: 'SET ROLE helpful; GRANT CONNECT ON DATABASE app TO PUBLIC' }],
    rounds: [{ steps: [], findings: ['public-connect'] }],
  },
  {
    name: 'PUBLIC granted CONNECT by the owner and by a foreign grantor',
    earlier: app,
    desired: app,
    start: [
      ...grantor,
      { sql: 'SET ROLE helpful; GRANT CONNECT ON DATABASE app TO PUBLIC' },
      { sql: 'GRANT CONNECT ON DATABASE app TO PUBLIC', as: 'admin' },
    ],
    rounds: [{ flags: { allow: ['revoke'] }, steps: ['revoke-privileges app'], findings: ['public-connect'] }],
  },
  {
    name: 'a service granted more by a foreign grantor',
    earlier: app,
    desired: app,
    start: [
      ...grantor,
      { sql: 'GRANT CREATE ON DATABASE app TO helpful WITH GRANT OPTION', as: 'admin' },
      { sql: 'SET ROLE helpful; GRANT CREATE ON DATABASE app TO app_service' },
    ],
    // The service's own verification must tell that it may create schemas.
    rounds: [{ steps: [], findings: ['extra-privilege'], verify: 'failed' }],
  },
];
