// Adopted with the DSN file that services already use: the password stays theirs.
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'adopted with its DSN file',
  majors: [15, 16, 17, 18],
  wish: { databases: ['app'], serviceRole: 'app_service' },
  start: [
    { sql: "CREATE ROLE app_service LOGIN PASSWORD 'p/w#1 +%'", as: 'admin' },
    { sql: 'CREATE DATABASE app', as: 'admin' },
  ],
  files: [{ write: 'app.dsn', database: 'app', role: 'app_service', password: 'p/w#1 +%' }],
  rounds: [
    {
      flags: { adopt: true, allow: ['grant', 'revoke'] },
      steps: ['adopt-role app_service', 'adopt-database app', 'grant-privileges app', 'revoke-privileges app'],
    },
  ],
};
