// A service must not log in as somebody powerful (IN-38), whatever is allowed.
import type { Flags } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const flags: Flags = {
  adopt: true,
  allow: ['create', 'grant', 'update', 'revoke', 'destructive'],
  rotate: ['app_service'],
};

const powers: readonly (readonly [name: string, sql: readonly string[]])[] = [
  ['a superuser', ['CREATE ROLE app_service LOGIN SUPERUSER']],
  ['a role with CREATEROLE', ['CREATE ROLE app_service LOGIN CREATEROLE']],
  ['a role with CREATEDB', ['CREATE ROLE app_service LOGIN CREATEDB']],
  ['a role with REPLICATION', ['CREATE ROLE app_service LOGIN REPLICATION']],
  ['a role with BYPASSRLS', ['CREATE ROLE app_service LOGIN BYPASSRLS']],
  ['a member of pg_read_all_data', ['CREATE ROLE app_service LOGIN', 'GRANT pg_read_all_data TO app_service']],
  [
    'an indirect member of pg_monitor',
    ['CREATE ROLE app_service LOGIN', 'CREATE ROLE ops', 'GRANT pg_monitor TO ops', 'GRANT ops TO app_service'],
  ],
  [
    "the owner of a database that isn't ours",
    ['CREATE ROLE app_service LOGIN', 'CREATE DATABASE theirs OWNER app_service'],
  ],
  ['a member of a superuser', ['CREATE ROLE app_service LOGIN', 'GRANT postgres TO app_service']],
  [
    'a member of a role with CREATEROLE',
    ['CREATE ROLE app_service LOGIN', 'CREATE ROLE ops CREATEROLE', 'GRANT ops TO app_service'],
  ],
];

export const scenarios: readonly Scenario[] = powers.map(([name, sql]) => ({
  name: `service role is ${name}`,
  desired: { databases: ['app'], serviceRole: 'app_service' },
  start: sql.map((statement) => ({ sql: statement })),
  rounds: [{ flags, refused: { errorClass: 'not-ours', codes: ['not-ours'] } }],
}));
