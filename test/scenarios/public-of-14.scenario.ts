// On 14 the schema public is the bootstrap superuser's and open to PUBLIC: a plain admin can't shut it, and says so.
import type { Scenario } from './scenario.ts';

const app = { databases: ['app'], serviceRole: 'app_service' } as const;
const steps = [
  'create-role app_service',
  'create-database app',
  'grant-privileges app',
  'write-dsn-file ./local/dsn/app.dsn',
];
const publicCreates = (answer: boolean) => ({
  database: 'app',
  ask: `SELECT EXISTS (SELECT FROM pg_namespace, aclexplode(nspacl)
                        WHERE nspname = 'public' AND grantee = 0 AND privilege_type = 'CREATE') AS creates`,
  answer: { creates: answer },
});

export const scenarios: readonly Scenario[] = [
  {
    name: '14: schema public, plain admin',
    majors: [14],
    admins: ['plain'],
    desired: app,
    rounds: [
      { steps, answers: [publicCreates(true)] },
      { steps: [], findings: ['public-writable'] },
    ],
  },
  {
    name: '14: schema public, superuser',
    majors: [14],
    admins: ['superuser'],
    desired: app,
    rounds: [{ steps, answers: [publicCreates(false)] }],
  },
];
