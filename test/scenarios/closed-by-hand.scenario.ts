// Ours, but somebody closed it: it stays closed until they open it.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'database closed by hand',
  earlier: { databases: ['app', 'logs'], serviceRole: 'app_service' },
  desired: { databases: ['app', 'logs'], serviceRole: 'app_service' },
  start: [{ sql: 'ALTER DATABASE app ALLOW_CONNECTIONS false', as: 'admin' }],
  rounds: [
    {
      refused: {
        errorClass: 'not-ours',
        codes: ['not-ours'],
        remedies: [/ALTER DATABASE "app" ALLOW_CONNECTIONS true;$/],
      },
      steps: [],
    },
  ],
};
