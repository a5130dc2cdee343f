// An upgraded cluster can carry 14's schema public in its template0 on any version: inspected, never inferred.
import type { Scenario } from './scenario.ts';

const app = { databases: ['app'], serviceRole: 'app_service' } as const;
const begin = { sql: "UPDATE pg_database SET datallowconn = true WHERE datname = 'template0'" };
const owner = { sql: 'ALTER SCHEMA public OWNER TO postgres', database: 'template0' };
const open = { sql: 'GRANT ALL ON SCHEMA public TO PUBLIC', database: 'template0' };
const shut = { sql: 'REVOKE ALL ON SCHEMA public FROM PUBLIC', database: 'template0' };
const end = { sql: "UPDATE pg_database SET datallowconn = false WHERE datname = 'template0'" };
const steps = [
  'create-role app_service',
  'create-database app',
  'grant-privileges app',
  'write-dsn-file ./local/dsn/app.dsn',
];

export const scenarios: readonly Scenario[] = [
  {
    name: "upgraded cluster: template0's public open to PUBLIC, plain admin",
    majors: [15, 16, 17, 18],
    admins: ['plain'],
    desired: app,
    start: [begin, owner, open, end],
    rounds: [{ steps }, { steps: [], findings: ['public-writable'] }],
  },
  {
    name: "upgraded cluster: template0's public open to PUBLIC, superuser",
    majors: [15, 16, 17, 18],
    admins: ['superuser'],
    desired: app,
    start: [begin, owner, open, end],
    rounds: [
      {
        steps,
        answers: [
          {
            database: 'app',
            ask: `SELECT has_schema_privilege('app_service', 'public', 'CREATE') AS service,
                         EXISTS (SELECT FROM pg_namespace, aclexplode(nspacl)
                                  WHERE nspname = 'public' AND grantee = 0 AND privilege_type = 'CREATE') AS everyone`,
            answer: { service: true, everyone: false },
          },
        ],
      },
    ],
  },
  {
    // Nobody can look into template0 beforehand: what the new database holds is met, and the SQL is told.
    name: "upgraded cluster: template0's public shut and the superuser's",
    majors: [15, 16, 17, 18],
    admins: ['plain'],
    desired: app,
    start: [begin, owner, shut, end],
    rounds: [
      {
        steps,
        applyFails: {
          errorClass: 'not-converged',
          remedies: [
            /postgres or a superuser runs, in database app: GRANT .*CREATE.* ON SCHEMA "public" TO "app_service";/,
          ],
        },
      },
    ],
  },
];
