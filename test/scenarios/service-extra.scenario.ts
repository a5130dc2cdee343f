// The service role may do more than asked, and may pass it on: both are taken back.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'service role granted CREATE on its database, with grant option',
  earlier: { databases: ['app'], serviceRole: 'app_service' },
  desired: { databases: ['app'], serviceRole: 'app_service' },
  start: [
    { sql: 'GRANT CREATE ON DATABASE app TO app_service', as: 'admin' },
    { sql: 'GRANT TEMPORARY ON DATABASE app TO app_service WITH GRANT OPTION', as: 'admin' },
  ],
  rounds: [
    { steps: ['revoke-privileges app'], refused: { errorClass: 'unsafe', codes: ['hazard'] } },
    {
      flags: { allow: ['revoke'] },
      steps: ['revoke-privileges app'],
      answers: [
        {
          ask: `SELECT array_agg(privilege_type::text || CASE WHEN is_grantable THEN '*' ELSE '' END ORDER BY privilege_type::text) AS held
                  FROM pg_database, aclexplode(datacl) WHERE datname = 'app' AND grantee = 'app_service'::regrole`,
          answer: { held: ['CONNECT', 'TEMPORARY'] },
        },
      ],
    },
  ],
};
