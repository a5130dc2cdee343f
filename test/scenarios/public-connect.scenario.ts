// Somebody let PUBLIC in again: taking that away needs the operator's word.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'PUBLIC granted CONNECT by hand',
  earlier: { databases: ['app'], serviceRole: 'app_service' },
  desired: { databases: ['app'], serviceRole: 'app_service' },
  start: [{ sql: 'GRANT CONNECT ON DATABASE app TO PUBLIC', as: 'admin' }],
  rounds: [
    {
      steps: ['revoke-privileges app'],
      refused: { errorClass: 'unsafe', codes: ['hazard'], remedies: [/(plan|apply) --allow revoke$/] },
    },
    {
      flags: { allow: ['revoke'] },
      steps: ['revoke-privileges app'],
      answers: [
        {
          ask: `SELECT count(*)::int AS entries FROM pg_database, aclexplode(datacl) WHERE datname = 'app' AND grantee = 0`,
          answer: { entries: 0 },
        },
      ],
    },
  ],
};
