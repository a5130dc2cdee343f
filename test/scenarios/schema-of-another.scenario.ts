// A schema that somebody else made: a plain admin can't grant on it, and the plan says so with the SQL.
import type { Scenario } from './scenario.ts';

const earlier = { databases: ['app'], serviceRole: 'app_service' } as const;
const desired = { ...earlier, schemas: ['public', 'data'] } as const;
const start = [{ sql: 'CREATE SCHEMA data', database: 'app' }];

export const scenarios: readonly Scenario[] = [
  {
    name: "a superuser's schema, plain admin",
    majors: [15, 16, 17, 18],
    admins: ['plain'],
    earlier,
    desired,
    start,
    rounds: [
      {
        steps: ['grant-privileges app'],
        refused: {
          errorClass: 'insufficient-privilege',
          codes: ['lacks-ownership'],
          remedies: [
            /postgres or a superuser runs, in database app: GRANT CREATE, USAGE ON SCHEMA "data" TO "app_service";/,
          ],
        },
      },
    ],
  },
  {
    name: "a service's own schema",
    earlier,
    desired,
    start: [{ sql: 'CREATE SCHEMA data AUTHORIZATION app_service', database: 'app' }],
    // Its owner has every right already.
    rounds: [{ steps: [] }],
  },
];
