// The same state left by another deployment's apply is not ours to finish.
import { birthLimit } from '../../packages/bus-integration-postgres/src/observe/mark.ts';
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: "another deployment's unfinished database",
  desired: { databases: ['app'], serviceRole: 'app_service' },
  start: [
    {
      sql: `CREATE DATABASE app TEMPLATE template0 ALLOW_CONNECTIONS false CONNECTION LIMIT ${birthLimit('shop', 'app')}`,
      as: 'admin',
    },
  ],
  rounds: [
    {
      refused: { errorClass: 'not-ours', codes: ['not-ours'], remedies: [/ALLOW_CONNECTIONS true/] },
      steps: ['create-role app_service'],
    },
  ],
};
