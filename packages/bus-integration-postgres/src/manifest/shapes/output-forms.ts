// The forms in which a connection to PostgreSQL is written for a service. A table; decides nothing.
import type { OutputForms } from 'bus-integration-database/manifest';
import { secretOf } from './secret-name.ts';

export const outputForms = {
  uri: { text: "a libpq URI, by default in the deployment's DSN file", keys: ['pooler'], hasOwnFile: true },
  env: {
    text: 'an env file: PGHOST and the other PG variables, or one variable with the URI',
    keys: ['variable'],
    gathers: true,
  },
  pgpass: { text: 'a line of .pgpass', keys: [], gathers: true },
  service: { text: 'a section of pg_service.conf', keys: [], gathers: true },
  jdbc: { text: 'a JDBC URL', keys: [] },
  secret: { text: 'a Secret for Kubernetes', keys: ['namespace', 'pooler'], makes: secretOf },
} as const satisfies OutputForms;
