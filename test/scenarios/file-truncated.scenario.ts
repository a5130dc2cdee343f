// A DSN file was cut short (IN-48): fixed from its sibling; alone it is as good as lost.
import type { Scenario } from './scenario.ts';

export const scenarios: readonly Scenario[] = [
  {
    name: 'DSN file truncated beside a sibling',
    earlier: { databases: ['app', 'logs'], serviceRole: 'app_service' },
    desired: { databases: ['app', 'logs'], serviceRole: 'app_service' },
    files: [{ truncate: 'logs.dsn' }],
    rounds: [{ steps: ['write-dsn-file ./local/dsn/logs.dsn'] }],
  },
  {
    name: 'the only DSN file truncated',
    earlier: { databases: ['app'], serviceRole: 'app_service' },
    desired: { databases: ['app'], serviceRole: 'app_service' },
    files: [{ truncate: 'app.dsn' }],
    rounds: [
      { refused: { errorClass: 'unsafe', codes: ['password-lost'], remedies: [/--rotate app_service/] }, steps: [] },
      {
        flags: { rotate: ['app_service'] },
        steps: ['alter-role app_service', 'write-dsn-file ./local/dsn/app.dsn'],
      },
    ],
  },
];
