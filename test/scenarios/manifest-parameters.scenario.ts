// Parameters that a superuser alone sets, given to a role by manifest; and what a superuser gave beyond that.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const manifest = (names: string) => `
roles: {team: {parameters: {SET: [${names}]}}, ops: {login: true, member_of: [team], parameters: {}}}
databases: {orders: {access: {ops: connect}}}
`;
const may = `SELECT has_parameter_privilege('ops', 'log_statement', 'SET') AS statement,
  has_parameter_privilege('ops', 'log_duration', 'SET') AS duration`;

export const scenarios: readonly Scenario[] = [
  {
    name: 'manifest: parameters that a superuser alone sets',
    majors: [15, 16, 17, 18],
    admins: ['superuser'],
    desired: fromManifest(manifest('log_statement, log_duration')),
    rounds: [
      { refused: { errorClass: 'unsafe', codes: ['hazard'], remedies: [/--allow elevate/] } },
      { flags: { allow: ['elevate'] }, answers: [{ ask: may, answer: { statement: true, duration: true } }] },
      {
        desired: fromManifest(manifest('log_duration')),
        flags: { allow: ['revoke'] },
        steps: ['revoke-privileges team'],
        answers: [{ ask: may, answer: { statement: false, duration: true } }],
      },
    ],
  },
  {
    name: 'manifest: parameters that a superuser gave beyond the file',
    majors: [15, 16, 17, 18],
    admins: ['plain'],
    start: [
      { sql: 'GRANT SET ON PARAMETER log_statement TO deploy_admin WITH GRANT OPTION' },
      { sql: 'CREATE ROLE ops LOGIN', as: 'admin' },
      { sql: 'GRANT SET ON PARAMETER log_duration TO ops' },
    ],
    desired: fromManifest(manifest('log_statement')),
    rounds: [
      {
        flags: { allow: ['elevate', 'update', 'grant'], adopt: true, rotate: ['ops'] },
        findings: ['extra-privilege'],
        answers: [{ ask: may, answer: { statement: true, duration: true } }],
        verify: 'failed',
      },
    ],
  },
];
