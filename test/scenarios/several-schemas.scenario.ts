// Schemas in every database, under names that need quoting.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'several schemas',
  earlier: { databases: ['app'], serviceRole: 'app_service' },
  desired: { databases: ['app', 'Lögs "x"'], serviceRole: 'app_service', schemas: ['public', 'Data sets', "it's"] },
  rounds: [
    {
      steps: [
        'create-schema app.Data sets',
        "create-schema app.it's",
        'grant-privileges app',
        'create-database Lögs "x"',
        'create-schema Lögs "x".Data sets',
        `create-schema Lögs "x".it's`,
        'grant-privileges Lögs "x"',
        'write-dsn-file ./local/dsn/L%C3%B6gs%20%22x%22.dsn',
      ],
      answers: [
        {
          database: 'app',
          ask: `SELECT has_schema_privilege('app_service', 'Data sets', 'USAGE')
                   AND has_schema_privilege('app_service', 'Data sets', 'CREATE') AS reaches,
                       obj_description('"Data sets"'::regnamespace, 'pg_namespace') AS mark`,
          answer: { reaches: true, mark: 'bus-deployment=example-dev' },
        },
      ],
    },
  ],
};
