// Settings that a role, a database or a tenant left for whoever logs in: they change nothing of what a run does.
import type { Scenario, Statement } from './scenario.ts';

const app = { databases: ['app', 'logs'], serviceRole: 'app_service' } as const;
const roleSettings = [
  "search_path = 'public'",
  "statement_timeout = '1ms'",
  "lock_timeout = '1ms'",
  "client_encoding = 'LATIN1'",
  "default_transaction_isolation = 'serializable'",
  'standard_conforming_strings = off',
  'quote_all_identifiers = on',
  "datestyle = 'German'",
  "intervalstyle = 'sql_standard'",
  "bytea_output = 'escape'",
  "xmloption = 'document'",
  "client_min_messages = 'error'",
  "backslash_quote = 'on'",
  "plan_cache_mode = 'force_generic_plan'",
  "idle_session_timeout = '1ms'",
  "idle_in_transaction_session_timeout = '1ms'",
  'default_transaction_deferrable = on',
  'escape_string_warning = on',
  'array_nulls = off',
  'extra_float_digits = -15',
  'check_function_bodies = off',
  'synchronous_commit = off',
  'enable_seqscan = off',
  "role = 'owners'",
];

/** What a tenant can put in the way in a schema of its own database: functions and operators of the system's names. */
const tenant: readonly Statement[] = [
  ...['has_database_privilege(name, text)', 'pg_get_userbyid(oid)', 'current_database()'].map((signature) => ({
    sql: `CREATE FUNCTION public.${signature} RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'hijacked'; END $$`,
    database: 'app',
  })),
  { sql: 'ALTER DATABASE app SET search_path = public, pg_catalog' },
  { sql: "ALTER DATABASE app SET lock_timeout = '1ms'" },
];

const wholeServer = [
  "search_path = 'public'",
  "lock_timeout = '1ms'",
  "default_transaction_isolation = 'serializable'",
  'default_transaction_deferrable = on',
  "client_min_messages = 'error'",
  'standard_conforming_strings = off',
  'quote_all_identifiers = on',
  'synchronous_commit = off',
];

export const scenarios: readonly Scenario[] = [
  {
    name: 'an admin who grants itself the roles that it makes',
    admins: ['plain'],
    majors: [16, 17, 18],
    desired: app,
    start: [{ sql: "ALTER ROLE deploy_admin SET createrole_self_grant = 'set, inherit'" }],
    rounds: [{}, { flags: { rotate: ['app_service'] } }],
  },
  {
    name: 'the settings of a whole server',
    desired: app,
    start: [
      ...wholeServer.map((setting) => ({ sql: `ALTER SYSTEM SET ${setting}` })),
      { sql: 'SELECT pg_catalog.pg_reload_conf()' },
      { sql: 'SELECT pg_catalog.pg_sleep(0.05)' },
    ],
    rounds: [{}, { flags: { rotate: ['app_service'] } }],
  },
  {
    name: "the admin role's own settings, another role among them",
    admins: ['plain'],
    majors: [15, 16, 17, 18],
    desired: app,
    start: [
      { sql: 'CREATE ROLE owners CREATEDB CREATEROLE; GRANT owners TO deploy_admin' },
      ...roleSettings.map((setting) => ({ sql: `ALTER ROLE deploy_admin SET ${setting}` })),
    ],
    rounds: [
      {
        answers: [
          {
            ask: "SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = 'app'",
            answer: { owner: 'owners' },
          },
        ],
      },
      { flags: { rotate: ['app_service'] } },
    ],
  },
  {
    name: 'what a tenant put in the way',
    earlier: { databases: ['app'], serviceRole: 'app_service' },
    desired: { ...app, schemas: ['public', 'data'] },
    majors: [15, 16, 17, 18],
    start: tenant,
    rounds: [
      {
        steps: [
          'create-schema app.data',
          'grant-privileges app',
          'create-database logs',
          'create-schema logs.data',
          'grant-privileges logs',
          'write-dsn-file ./local/dsn/logs.dsn',
        ],
      },
    ],
  },
  {
    // The service can't write there either, which verify tells.
    name: 'a database that is read-only by default',
    earlier: { databases: ['app'], serviceRole: 'app_service' },
    desired: { databases: ['app'], serviceRole: 'app_service', schemas: ['public', 'data'] },
    start: [{ sql: 'ALTER DATABASE app SET default_transaction_read_only = on' }],
    rounds: [{ steps: ['create-schema app.data', 'grant-privileges app'], verify: 'failed' }],
  },
];
