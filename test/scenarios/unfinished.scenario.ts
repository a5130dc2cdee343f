// An apply was cut off after CREATE DATABASE: the next one goes on with what it left.
import { birthLimit } from '../../packages/bus-integration-postgres/src/observe/mark.ts';
import { exampleId } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const birth = (name: string, limit: number) =>
  `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' ALLOW_CONNECTIONS false CONNECTION LIMIT ${limit}`;

export const scenario: Scenario = {
  name: 'unfinished database continued',
  desired: { databases: ['app', 'logs'], serviceRole: 'app_service' },
  start: [{ sql: birth('app', birthLimit(exampleId, 'app')), as: 'admin' }],
  rounds: [
    {
      steps: [
        'create-role app_service',
        'create-database app',
        'grant-privileges app',
        'write-dsn-file ./local/dsn/app.dsn',
        'create-database logs',
        'grant-privileges logs',
        'write-dsn-file ./local/dsn/logs.dsn',
      ],
      answers: [
        {
          ask: `SELECT datallowconn, datconnlimit, shobj_description(oid, 'pg_database') AS mark
                  FROM pg_database WHERE datname = 'app'`,
          answer: { datallowconn: true, datconnlimit: -1, mark: 'bus-deployment=example-dev' },
        },
      ],
    },
  ],
};
