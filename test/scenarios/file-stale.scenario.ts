// The password was changed on the server (IN-47): a superuser can tell, a plain admin can't tell it from an expiry.
import type { Scenario } from './scenario.ts';

const base = {
  earlier: { databases: ['app'], serviceRole: 'app_service' },
  desired: { databases: ['app'], serviceRole: 'app_service' },
  start: [{ sql: "ALTER ROLE app_service PASSWORD 'set by hand'" }],
} as const;

const rotation = {
  flags: { rotate: ['app_service'] },
  steps: ['alter-role app_service', 'write-dsn-file ./local/dsn/app.dsn'],
} as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'DSN file stale, verifiers readable',
    admins: ['superuser'],
    ...base,
    rounds: [
      { refused: { errorClass: 'unsafe', codes: ['password-wrong'], remedies: [/--rotate app_service/] }, steps: [] },
      rotation,
    ],
  },
  {
    name: 'DSN file stale, verifiers unreadable',
    admins: ['plain'],
    ...base,
    rounds: [
      {
        refused: { errorClass: 'not-converged', codes: ['password-unproven'], remedies: [/--rotate app_service/] },
        steps: [],
      },
      rotation,
    ],
  },
  {
    name: 'one of two DSN files stale',
    earlier: { databases: ['app', 'logs'], serviceRole: 'app_service' },
    desired: { databases: ['app', 'logs'], serviceRole: 'app_service' },
    files: [{ edit: 'app.dsn', from: /:[^:@]*@/, to: ':older@' }],
    rounds: [{ steps: ['write-dsn-file ./local/dsn/app.dsn'] }],
  },
];
