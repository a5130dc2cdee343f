// A file with the role's right password is a good password: the role keeps it.
import type { Scenario } from './scenario.ts';

const desired = { databases: ['app'], serviceRole: 'app_service' };
const start = [
  { sql: "CREATE ROLE app_service LOGIN PASSWORD 'p/w#1 +%'", as: 'admin' },
  { sql: 'CREATE DATABASE app', as: 'admin' },
] as const;
const file = { write: 'app.dsn', database: 'app', role: 'app_service', password: 'p/w#1 +%' };
const flags = { adopt: true, allow: ['grant', 'revoke'] } as const;
const adopting = ['adopt-role app_service', 'adopt-database app', 'grant-privileges app', 'revoke-privileges app'];

export const scenarios: Scenario[] = [
  {
    name: 'adopted with its DSN file',
    majors: [15, 16, 17, 18],
    desired,
    start,
    files: [file],
    rounds: [{ flags, steps: adopting }],
  },
  {
    name: 'adopted with a DSN file that names no sslmode',
    majors: [15, 16, 17, 18],
    desired,
    start,
    files: [file, { edit: 'app.dsn', from: '?sslmode=disable', to: '' }],
    rounds: [{ flags, steps: [...adopting, 'write-dsn-file ./local/dsn/app.dsn'] }],
  },
];
