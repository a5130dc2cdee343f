// A staged file was left: the one that the server knows is put in its place, a needless one goes.
import type { Scenario } from './scenario.ts';

const app = { databases: ['app'], serviceRole: 'app_service' } as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'needless staged file',
    earlier: app,
    desired: app,
    files: [
      { copy: 'app.dsn', to: 'app.dsn.staged' },
      { edit: 'app.dsn.staged', from: /:[^:@]*@/, to: ':never-committed@' },
    ],
    rounds: [{ steps: ['discard-staged-file ./local/dsn/app.dsn'] }],
  },
  {
    name: 'identical staged file',
    earlier: app,
    desired: app,
    files: [{ copy: 'app.dsn', to: 'app.dsn.staged' }],
    rounds: [{ steps: ['discard-staged-file ./local/dsn/app.dsn'] }],
  },
  {
    name: 'staged password committed, live file stale',
    earlier: app,
    desired: app,
    files: [
      { copy: 'app.dsn', to: 'app.dsn.staged' },
      { edit: 'app.dsn', from: /:[^:@]*@/, to: ':before-the-rotation@' },
    ],
    rounds: [{ steps: ['promote-dsn-file ./local/dsn/app.dsn'] }],
  },
  {
    name: 'staged file alone, role not yet made',
    desired: app,
    files: [
      {
        write: 'app.dsn.staged',
        database: 'app',
        role: 'app_service',
        password: 'staged-before-the-crash_0123456789abcdefghi',
      },
    ],
    rounds: [
      {
        steps: [
          'create-role app_service',
          'create-database app',
          'grant-privileges app',
          'promote-dsn-file ./local/dsn/app.dsn',
        ],
      },
    ],
  },
];
