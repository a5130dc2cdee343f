// Another service role for the same database: its file would replace the only one that holds the old role's password.
import type { Scenario } from './scenario.ts';

const steps = ['create-role newer', 'grant-privileges app', 'write-dsn-file ./local/dsn/app.dsn'];

export const scenarios: readonly Scenario[] = [
  {
    name: 'service role renamed',
    earlier: { databases: ['app'], serviceRole: 'app_service' },
    desired: { databases: ['app'], serviceRole: 'newer' },
    rounds: [
      {
        steps,
        refused: { errorClass: 'unsafe', codes: ['hazard'], remedies: [/--allow destructive/] },
        findings: ['file-of-another-role'],
      },
      { flags: { allow: ['destructive'] }, steps, leftovers: ['app_service'] },
    ],
  },
];
