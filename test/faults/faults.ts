// Single faults that one can make in a healthy deployment, as data: how each is made and undone, and by what verify (or,
// where verify is ok, plan or status) tells it.
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CertificateRequest, createCertificateAuthority, startServer } from 'embedded';
import { hba, type Stage } from './stage.ts';

export interface Act {
  readonly sql: string;
  /** Default: `postgres`. */
  readonly in?: string;
}

export interface Fault {
  readonly name: string;
  readonly make: readonly Act[] | ((stage: Stage) => Promise<void> | void);
  readonly undo: readonly Act[] | ((stage: Stage) => Promise<void> | void);
  /** What verify says; `by` others where verify has nothing to say. */
  readonly expected: RegExp;
  readonly by?: 'plan' | 'status';
  /** What plan says beside that. */
  readonly plan?: RegExp;
  /** The first major that knows it. */
  readonly since?: number;
}

export const sql = (
  name: string,
  make: string,
  undo: string,
  expected: RegExp,
  more: { in?: string; by?: 'plan' | 'status' } = {},
): Fault => {
  const acts = (text: string) =>
    text.split(';; ').map((statement) => ({ sql: statement, ...(more.in && { in: more.in }) }));
  return { name, make: acts(make), undo: acts(undo), expected, ...(more.by && { by: more.by }) };
};
const inside = { in: 'app' };
const escaped = (text: string) => text.replace(/[().]/g, '\\$&');

const role: readonly Fault[] = [
  sql(
    'NOLOGIN',
    'ALTER ROLE svc NOLOGIN',
    'ALTER ROLE svc LOGIN',
    /fail service-login .*NOLOGIN.*next: the admin role or a superuser runs, in any database: ALTER ROLE "?svc"? LOGIN/,
  ),
  sql(
    'expired',
    "ALTER ROLE svc VALID UNTIL '2001-01-01'",
    "ALTER ROLE svc VALID UNTIL 'infinity'",
    /fail service-login .*expired.*VALID UNTIL 'infinity'/,
  ),
  sql(
    'about to expire',
    `DO $$BEGIN EXECUTE format('ALTER ROLE svc VALID UNTIL %L', now() + '3 days'::interval); END$$`,
    "ALTER ROLE svc VALID UNTIL 'infinity'",
    /warn expiring-password svc/,
  ),
  sql(
    'no connections',
    'ALTER ROLE svc CONNECTION LIMIT 0',
    'ALTER ROLE svc CONNECTION LIMIT 15',
    /fail service-login .*role svc takes no connections \(CONNECTION LIMIT 0\)/,
  ),
  sql(
    'no limit',
    'ALTER ROLE svc CONNECTION LIMIT -1',
    'ALTER ROLE svc CONNECTION LIMIT 15',
    /info no-connection-limit .*CONNECTION LIMIT 20/,
  ),
  sql(
    'a limit beyond the server',
    'ALTER ROLE svc CONNECTION LIMIT 500',
    'ALTER ROLE svc CONNECTION LIMIT 15',
    /info no-connection-limit/,
  ),
  sql(
    'superuser',
    'ALTER ROLE svc SUPERUSER',
    'ALTER ROLE svc NOSUPERUSER',
    /fail service-limits svc: svc is a superuser.*next: a superuser runs, in any database: ALTER ROLE "?svc"? NOSUPERUSER;/,
  ),
  sql(
    'CREATEROLE',
    'ALTER ROLE svc CREATEROLE',
    'ALTER ROLE svc NOCREATEROLE',
    /fail service-limits svc.*has CREATEROLE.*next: a superuser runs, in any database: ALTER ROLE "?svc"? NOCREATEROLE;/,
  ),
  sql(
    'CREATEDB',
    'ALTER ROLE svc CREATEDB',
    'ALTER ROLE svc NOCREATEDB',
    /fail service-limits svc.*has CREATEDB.*next: .*ALTER ROLE "?svc"? NOCREATEDB;/,
  ),
  sql(
    'REPLICATION',
    'ALTER ROLE svc REPLICATION',
    'ALTER ROLE svc NOREPLICATION',
    /fail service-limits svc.*has REPLICATION.*next: .*ALTER ROLE "?svc"? NOREPLICATION;/,
  ),
  sql(
    'BYPASSRLS',
    'ALTER ROLE svc BYPASSRLS',
    'ALTER ROLE svc NOBYPASSRLS',
    /fail service-limits svc.*has BYPASSRLS.*next: .*ALTER ROLE "?svc"? NOBYPASSRLS;/,
  ),
  sql(
    'member of a predefined role',
    'GRANT pg_read_all_data TO svc',
    'REVOKE pg_read_all_data FROM svc',
    /fail service-limits svc.*pg_read_all_data.*next: .*REVOKE "?pg_read_all_data"? FROM "?svc"?;/,
  ),
  sql(
    'member of a role with CREATEDB',
    'GRANT maker TO svc',
    'REVOKE maker FROM svc',
    /fail service-limits svc.*maker.*next: a superuser runs, in any database: REVOKE "?maker"? FROM "?svc"?;/,
  ),
  sql(
    'reads verifiers in the other database',
    'GRANT SELECT ON pg_catalog.pg_authid TO svc',
    'REVOKE SELECT ON pg_catalog.pg_authid FROM svc',
    /fail service-limits svc: .*verifiers in logs/,
    { in: 'logs' },
  ),
  sql(
    'reads verifiers',
    'GRANT SELECT ON pg_catalog.pg_authid TO svc',
    'REVOKE SELECT ON pg_catalog.pg_authid FROM svc',
    /fail service-limits svc.*verifiers/,
    inside,
  ),
  sql(
    'reads pg_shadow through PUBLIC',
    'GRANT SELECT ON pg_catalog.pg_shadow TO PUBLIC',
    'REVOKE SELECT ON pg_catalog.pg_shadow FROM PUBLIC',
    /fail service-limits svc: svc may read password verifiers in app \(pg_catalog.pg_shadow, granted to PUBLIC\).*next: a superuser runs, in database app: REVOKE SELECT ON pg_catalog.pg_shadow FROM PUBLIC;/,
    inside,
  ),
  sql(
    'reads the column of pg_shadow',
    'GRANT SELECT (passwd) ON pg_catalog.pg_shadow TO svc',
    'REVOKE SELECT (passwd) ON pg_catalog.pg_shadow FROM svc',
    /fail service-limits svc: svc may read password verifiers in logs \(pg_catalog.pg_shadow, granted to svc\)/,
    { in: 'logs' },
  ),
  sql(
    'reads the column of pg_authid through a group',
    'GRANT grp TO svc;; GRANT SELECT (rolpassword) ON pg_catalog.pg_authid TO grp',
    'REVOKE SELECT (rolpassword) ON pg_catalog.pg_authid FROM grp;; REVOKE grp FROM svc',
    /fail service-limits svc: svc may read password verifiers in app \(pg_catalog.pg_authid, granted to grp\)/,
    inside,
  ),
  sql(
    'reads user mappings',
    'GRANT SELECT ON pg_catalog.pg_user_mapping TO PUBLIC',
    'REVOKE SELECT ON pg_catalog.pg_user_mapping FROM PUBLIC',
    /fail service-limits svc: svc may read passwords of user mappings in app /,
    inside,
  ),
  sql(
    'reads subscriptions',
    'GRANT SELECT ON pg_catalog.pg_subscription TO svc',
    'REVOKE SELECT ON pg_catalog.pg_subscription FROM svc',
    /fail service-limits svc: svc may read passwords of subscriptions in app /,
    inside,
  ),
  sql(
    "reads verifiers in the admin's database",
    'GRANT SELECT ON pg_catalog.pg_authid TO PUBLIC',
    'REVOKE SELECT ON pg_catalog.pg_authid FROM PUBLIC',
    /fail service-limits svc: svc may read password verifiers in postgres \(.* PUBLIC\).*next: a superuser runs, in database postgres: REVOKE SELECT ON pg_catalog.pg_authid FROM PUBLIC;/,
  ),
  sql(
    "reads files in the admin's database",
    'GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO svc',
    'REVOKE EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) FROM svc',
    /fail service-limits svc: svc may call pg_catalog.pg_read_file\(.*\) in postgres /,
  ),
  sql(
    'ALTER SYSTEM ON PARAMETER archive_command for svc',
    'GRANT ALTER SYSTEM ON PARAMETER archive_command TO svc',
    'REVOKE ALTER SYSTEM ON PARAMETER archive_command FROM svc',
    /fail service-limits svc: svc may use ALTER SYSTEM ON PARAMETER archive_command \(granted to svc\).*next: a superuser runs, in any database: REVOKE ALTER SYSTEM ON PARAMETER archive_command FROM "?svc"?;/,
  ),
  sql(
    'ALTER SYSTEM ON PARAMETER archive_command for PUBLIC',
    'GRANT ALTER SYSTEM ON PARAMETER archive_command TO PUBLIC',
    'REVOKE ALTER SYSTEM ON PARAMETER archive_command FROM PUBLIC',
    /fail service-limits svc: svc may use ALTER SYSTEM ON PARAMETER archive_command \(granted to PUBLIC\).*next: a superuser runs, in any database: REVOKE ALTER SYSTEM ON PARAMETER archive_command FROM "?PUBLIC"?;/,
  ),
  sql(
    'SET ON PARAMETER session_preload_libraries for svc',
    'GRANT SET ON PARAMETER session_preload_libraries TO svc',
    'REVOKE SET ON PARAMETER session_preload_libraries FROM svc',
    /fail service-limits svc: svc may use SET ON PARAMETER session_preload_libraries \(granted to svc\).*next: a superuser runs, in any database: REVOKE SET ON PARAMETER session_preload_libraries FROM "?svc"?;/,
  ),
  sql(
    'ALTER SYSTEM for a group',
    'GRANT grp TO svc;; GRANT ALTER SYSTEM ON PARAMETER ssl TO grp',
    'REVOKE ALTER SYSTEM ON PARAMETER ssl FROM grp;; REVOKE grp FROM svc',
    /fail service-limits svc: svc may use ALTER SYSTEM ON PARAMETER ssl \(granted to grp\)/,
  ),
  sql(
    'may call pg_read_file(text)',
    'GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO svc',
    'REVOKE EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) FROM svc',
    /fail service-limits svc: svc may call pg_catalog.pg_read_file\(.*\) in app .*next: a superuser runs, in database app: REVOKE EXECUTE ON FUNCTION pg_catalog.pg_read_file\(.*\) FROM "?svc"?;/,
    inside,
  ),
  sql(
    'may call pg_read_binary_file(text, bigint, bigint)',
    'GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text, bigint, bigint) TO svc',
    'REVOKE EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text, bigint, bigint) FROM svc',
    /fail service-limits svc: svc may call pg_catalog.pg_read_binary_file\(.*\) in app .*next: a superuser runs, in database app: REVOKE EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file\(.*\) FROM "?svc"?;/,
    inside,
  ),
  sql(
    'may call pg_ls_dir(text)',
    'GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) TO PUBLIC',
    'REVOKE EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) FROM PUBLIC',
    /fail service-limits svc: svc may call pg_catalog.pg_ls_dir\(.*\) in app .*next: a superuser runs, in database app: REVOKE EXECUTE ON FUNCTION pg_catalog.pg_ls_dir\(.*\) FROM "?PUBLIC"?;/,
    inside,
  ),
  sql(
    'may call lo_import(text)',
    'GRANT EXECUTE ON FUNCTION pg_catalog.lo_import(text) TO svc',
    'REVOKE EXECUTE ON FUNCTION pg_catalog.lo_import(text) FROM svc',
    /fail service-limits svc: svc may call pg_catalog.lo_import\(.*\) in app .*next: a superuser runs, in database app: REVOKE EXECUTE ON FUNCTION pg_catalog.lo_import\(.*\) FROM "?svc"?;/,
    inside,
  ),
  sql(
    'may call lo_export(oid, text)',
    'GRANT EXECUTE ON FUNCTION pg_catalog.lo_export(oid, text) TO PUBLIC',
    'REVOKE EXECUTE ON FUNCTION pg_catalog.lo_export(oid, text) FROM PUBLIC',
    /fail service-limits svc: svc may call pg_catalog.lo_export\(.*\) in app .*next: a superuser runs, in database app: REVOKE EXECUTE ON FUNCTION pg_catalog.lo_export\(.*\) FROM "?PUBLIC"?;/,
    inside,
  ),
  sql(
    'a language that is not to be trusted',
    "UPDATE pg_catalog.pg_language SET lanpltrusted = true WHERE lanname = 'c'",
    "UPDATE pg_catalog.pg_language SET lanpltrusted = false WHERE lanname = 'c'",
    /fail service-limits svc: svc may create functions in language c in app .*next: a superuser runs, in database app: UPDATE/,
    inside,
  ),
  sql(
    'others may act as it',
    'GRANT svc TO stranger',
    'REVOKE svc FROM stranger',
    /warn acts-as-service svc: stranger/,
  ),
  {
    ...sql(
      'another may make itself act as it',
      'GRANT svc TO stranger WITH ADMIN TRUE, INHERIT FALSE, SET FALSE',
      'REVOKE svc FROM stranger',
      /warn acts-as-service svc: stranger may make itself a member of svc \(ADMIN\).*REVOKE "svc" FROM "stranger";/,
    ),
    since: 16,
  },
  sql(
    'it may pass a membership on',
    'GRANT grp TO svc WITH ADMIN OPTION',
    'REVOKE grp FROM svc',
    /warn service-limits svc: svc may make itself and others members of grp \(ADMIN\).*REVOKE ADMIN OPTION FOR "grp" FROM "svc";/,
  ),
  sql(
    'renamed',
    'ALTER ROLE svc RENAME TO svc_gone',
    'ALTER ROLE svc_gone RENAME TO svc',
    /fail service-login .*role svc does not exist.*next: bus operator database plan/,
  ),
  sql(
    'mark lost',
    'COMMENT ON ROLE svc IS NULL',
    "COMMENT ON ROLE svc IS 'bus-deployment=example-dev'",
    /not-ours.*svc/,
    { by: 'plan' },
  ),
  {
    name: 'password changed',
    make: [{ sql: "ALTER ROLE svc PASSWORD 'another one'" }],
    undo: restorePassword,
    expected: /fail service-login .*the password in .* is not the one/,
  },
  {
    name: 'no password',
    make: [{ sql: 'ALTER ROLE svc PASSWORD NULL' }],
    undo: restorePassword,
    expected: /fail service-login .*the password in .* is not the one/,
  },
];

const setting = (name: string, where: string, value: string, expected: RegExp): Fault =>
  sql(`${name} of ${where}`, `ALTER ${where} SET ${name} = ${value}`, `ALTER ${where} RESET ${name}`, expected);

const settings: readonly Fault[] = [
  ...['ROLE svc', 'DATABASE app', 'ROLE svc IN DATABASE app', 'ROLE ALL'].map((where) =>
    setting('search_path', where, 'nowhere', /fail service-login svc@app: its search_path .*RESET search_path/),
  ),
  ...['ROLE svc', 'DATABASE app', 'ROLE svc IN DATABASE app'].map((where) =>
    setting(
      'statement_timeout',
      where,
      "'1ms'",
      /fail service-login svc@app: statement_timeout = 1ms .*RESET statement_timeout/,
    ),
  ),
  ...['transaction_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout', 'lock_timeout'].flatMap(
    (name) =>
      ['ROLE svc', 'DATABASE app', 'ROLE svc IN DATABASE app'].map((where) => ({
        ...setting(
          name,
          where,
          "'1ms'",
          new RegExp(`(${name === 'lock_timeout' ? 'warn' : 'fail'}) \\S+ svc@app: ${name} = 1ms .*RESET ${name}`),
        ),
        ...(name === 'transaction_timeout' && { since: 17 }),
      })),
  ),
  ...['ROLE svc', 'DATABASE app'].map((where) =>
    setting(
      'default_transaction_read_only',
      where,
      'on',
      /fail service-login svc@app: .*default_transaction_read_only.*RESET default_transaction_read_only/,
    ),
  ),
  sql(
    'role = a group that it is in',
    'GRANT grp TO svc;; ALTER ROLE svc SET role = grp',
    'ALTER ROLE svc RESET role;; REVOKE grp FROM svc',
    /fail service-login .*acts as grp: .*next: the admin role or a superuser runs, in any database: ALTER ROLE "?svc"? RESET role/,
  ),
];

const paths: readonly Fault[] = [
  sql(
    'search_path to another schema',
    'CREATE SCHEMA x;; GRANT USAGE ON SCHEMA x TO svc;; ALTER ROLE svc SET search_path TO x, public',
    'ALTER ROLE svc RESET search_path;; DROP SCHEMA x',
    /fail service-login svc@app: search_path = x, public \(of role svc\) is in its way: .*permission denied for schema x.*ALTER ROLE "?svc"? RESET search_path/,
    inside,
  ),
  sql(
    'search_path to another schema of its own',
    'CREATE SCHEMA x AUTHORIZATION svc;; ALTER ROLE svc SET search_path TO x, public',
    'ALTER ROLE svc RESET search_path;; DROP SCHEMA x',
    /fail service-login svc@app: its search_path \(x, public\) makes tables without a schema's name in schema x; expected public .*ALTER ROLE "?svc"? RESET search_path/,
    inside,
  ),
  ...['ROLE svc', 'DATABASE app', 'ROLE svc IN DATABASE app'].map((where) => ({
    ...setting(
      'search_path',
      where,
      'pg_temp, public',
      /fail service-login svc@app: its search_path \(pg_temp, public\) makes tables without a schema's name in pg_temp, where they end with the session; expected public .*RESET search_path/,
    ),
    name: `pg_temp first in search_path of ${where}`,
  })),
];

/** Refusals of which the SQLSTATE alone doesn't tell the cause. */
const refusals: readonly Fault[] = [
  sql(
    'no SELECT on a catalog',
    'REVOKE SELECT ON pg_catalog.pg_namespace FROM PUBLIC',
    'GRANT SELECT ON pg_catalog.pg_namespace TO PUBLIC',
    /fail service-login svc@app: (?!.*no CONNECT).*permission denied for table pg_namespace.*next: grant the role what the message names/,
    inside,
  ),
  setting(
    'session_preload_libraries',
    'ROLE svc',
    'nope',
    /fail service-login svc@app: session_preload_libraries = \S*nope\S* \(of role svc\).*ALTER ROLE "?svc"? RESET session_preload_libraries/,
  ),
];

const database: readonly Fault[] = [
  sql(
    'closed',
    'ALTER DATABASE app ALLOW_CONNECTIONS false',
    'ALTER DATABASE app ALLOW_CONNECTIONS true',
    /fail service-login svc@app: database app allows no connections.*ALLOW_CONNECTIONS true/,
  ),
  sql(
    'no connections to it',
    'ALTER DATABASE app CONNECTION LIMIT 0',
    'ALTER DATABASE app CONNECTION LIMIT -1',
    /fail service-login svc@app: database app takes no connections \(CONNECTION LIMIT 0\)/,
  ),
  sql(
    'marked as a template',
    'ALTER DATABASE app IS_TEMPLATE true',
    'ALTER DATABASE app IS_TEMPLATE false',
    /warn template-database app/,
  ),
  sql(
    'renamed database',
    'ALTER DATABASE app RENAME TO app_gone',
    'ALTER DATABASE app_gone RENAME TO app',
    /fail service-login svc@app: database app does not exist/,
  ),
  sql(
    'open to PUBLIC',
    'GRANT CONNECT ON DATABASE app TO PUBLIC',
    'REVOKE CONNECT ON DATABASE app FROM PUBLIC',
    /fail public-connect .*app/,
  ),
  sql(
    'CONNECT lost',
    'REVOKE CONNECT ON DATABASE app FROM svc',
    'GRANT CONNECT ON DATABASE app TO svc',
    /fail service-login svc@app: role svc has no CONNECT on database app/,
  ),
  sql(
    'TEMPORARY lost',
    'REVOKE TEMPORARY ON DATABASE app FROM svc',
    'GRANT TEMPORARY ON DATABASE app TO svc',
    /fail service-login svc@app: may not make temporary tables/,
  ),
  sql(
    'CREATE on it',
    'GRANT CREATE ON DATABASE app TO svc',
    'REVOKE CREATE ON DATABASE app FROM svc',
    /fail service-limits svc@app: .*create schemas.*next: .*REVOKE CREATE ON DATABASE "?app"? FROM PUBLIC, "?svc"?;/,
  ),
  sql(
    'CONNECT of another role',
    'GRANT CONNECT ON DATABASE app TO stranger',
    'REVOKE CONNECT ON DATABASE app FROM stranger',
    /warn connect-of-others app: stranger/,
  ),
  sql(
    'CONNECT of a group',
    'GRANT CONNECT ON DATABASE app TO grp',
    'REVOKE CONNECT ON DATABASE app FROM grp',
    /warn connect-of-others app: grp/,
  ),
  sql(
    'the service may enter another database',
    'GRANT CONNECT ON DATABASE other TO svc',
    'REVOKE CONNECT ON DATABASE other FROM svc',
    /info other-database svc: .*other/,
  ),
  sql(
    "the service may enter another deployment's",
    "GRANT CONNECT ON DATABASE other TO svc;; COMMENT ON DATABASE other IS 'bus-deployment=elsewhere'",
    'COMMENT ON DATABASE other IS NULL;; REVOKE CONNECT ON DATABASE other FROM svc',
    /fail foreign-database svc: .*other/,
  ),
];

const inDatabase: readonly Fault[] = [
  sql(
    'USAGE lost',
    'REVOKE USAGE ON SCHEMA public FROM svc, PUBLIC',
    'GRANT USAGE ON SCHEMA public TO svc, PUBLIC',
    /fail service-login svc@app: .*may not use and create in schema public/,
    inside,
  ),
  sql(
    'CREATE lost',
    'REVOKE CREATE ON SCHEMA public FROM svc',
    'GRANT CREATE ON SCHEMA public TO svc',
    /fail service-login svc@app: .*may not use and create in schema public/,
    inside,
  ),
  sql(
    'schema renamed',
    'ALTER SCHEMA public RENAME TO gone',
    'ALTER SCHEMA gone RENAME TO public',
    /fail service-login svc@app: .*public/,
    inside,
  ),
  sql(
    'schema open to all',
    'GRANT CREATE ON SCHEMA public TO PUBLIC',
    'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
    /warn public-writable .*app/,
    inside,
  ),
  sql(
    'create in an undeclared schema',
    'CREATE SCHEMA more;; GRANT CREATE ON SCHEMA more TO svc',
    'DROP SCHEMA more',
    /fail service-limits svc@app: .*more/,
    inside,
  ),
  sql(
    'table of the admin',
    'CREATE TABLE kept (v int)',
    'DROP TABLE kept',
    /warn unusable-objects app: no declared role may use 1 of the tables in schema public.*runs, in database app: GRANT ALL ON ALL TABLES IN SCHEMA "public" TO "svc";/,
    inside,
  ),
  sql(
    'view of the admin',
    'CREATE VIEW kept AS SELECT 1 AS v',
    'DROP VIEW kept',
    /warn unusable-objects app: .*tables/,
    inside,
  ),
  sql(
    'sequence of the admin',
    'CREATE SEQUENCE kept',
    'DROP SEQUENCE kept',
    /warn unusable-objects app: .*1 of the sequences/,
    inside,
  ),
  sql(
    'function closed to all',
    "CREATE FUNCTION kept() RETURNS int LANGUAGE sql AS 'SELECT 1';; REVOKE ALL ON FUNCTION kept() FROM PUBLIC",
    'DROP FUNCTION kept()',
    /warn unusable-objects app: .*1 of the routines/,
    inside,
  ),
  sql(
    'default privileges of tables',
    'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC',
    'ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC',
    /warn default-privileges app: .*SELECT on tables/,
    inside,
  ),
  sql(
    'default privileges of the service',
    'ALTER DEFAULT PRIVILEGES FOR ROLE svc GRANT ALL ON SEQUENCES TO PUBLIC',
    'ALTER DEFAULT PRIVILEGES FOR ROLE svc REVOKE ALL ON SEQUENCES FROM PUBLIC',
    /warn default-privileges app: .*sequences that svc makes/,
    inside,
  ),
  sql(
    'default privileges in a schema',
    'ALTER DEFAULT PRIVILEGES FOR ROLE svc IN SCHEMA public GRANT INSERT ON TABLES TO PUBLIC',
    'ALTER DEFAULT PRIVILEGES FOR ROLE svc IN SCHEMA public REVOKE INSERT ON TABLES FROM PUBLIC',
    /warn default-privileges app: .*in public/,
    inside,
  ),
  sql(
    'an event trigger that refuses',
    `CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no'; END$$;; CREATE EVENT TRIGGER no ON ddl_command_start EXECUTE FUNCTION no()`,
    'DROP EVENT TRIGGER no;; DROP FUNCTION no()',
    /fail service-login svc@app: .*no/,
    inside,
  ),
];

const path = ({ deployment }: Stage, name = 'app.dsn') => join(deployment.dsnDirectory, name);

/** Puts a file's text back with its mode; the text is kept while the fault lasts. */
function file(name: string, change: (text: string, at: string) => string | undefined, expected: RegExp): Fault {
  let kept = '';
  return {
    name,
    make: (stage) => {
      kept = readFileSync(path(stage), 'utf8');
      const changed = change(kept, path(stage));
      if (changed !== undefined) writeFileSync(path(stage), changed, { mode: 0o600 });
    },
    undo: (stage) => {
      writeFileSync(path(stage), kept, { mode: 0o600 });
      chmodSync(path(stage), 0o600);
    },
    expected,
  };
}

const files: readonly Fault[] = [
  file(
    'file missing',
    (_, at) => void renameSync(at, `${at}.moved`),
    /fail service-login svc@app: .*app.dsn is missing/,
  ),
  file('file empty', () => '', /fail service-login svc@app/),
  file('file is no DSN', () => 'hello\n', /fail service-login svc@app/),
  file(
    'file readable by all',
    (_, at) => void chmodSync(at, 0o644),
    /fail secret-file: .*app.dsn is readable by group and others.*chmod 600/,
  ),
  file(
    'another password',
    (text) => text.replace(/:[^:@]+@/, ':wrongwrongwrong@'),
    /fail service-login svc@app: the password in/,
  ),
  file('another role', (text) => text.replace('//svc:', '//stranger:'), /fail service-login svc@app/),
  file('another database', (text) => text.replace(/\/app\b/, '/logs'), /fail service-login svc@app/),
  file(
    'another name of the host',
    (text) => text.replace('127.0.0.1', 'localhost'),
    /fail service-login svc@app: .*is not as declared: host is localhost, expected 127\.0\.0\.1/,
  ),
  file(
    'another port',
    (text) => text.replace(/:\d+\//, ':1/'),
    /fail service-login svc@app: .*is not as declared: port is 1/,
  ),
];

const option = (name: string, options: string, expected: RegExp): Fault =>
  file(name, (text) => `${text.trimEnd()}&options=${encodeURIComponent(options)}\n`, expected);

const options: readonly Fault[] = [
  option(
    'lock_timeout in options of a file',
    '-clock_timeout=1',
    /warn short-timeout svc@app: lock_timeout = 1 \(in options of \S*app\.dsn\).*edit \S*app\.dsn: take lock_timeout out of options/,
  ),
  option(
    'search_path in options of a file',
    '--search-path=pg_temp,public',
    /fail service-login svc@app: its search_path .*in pg_temp.*edit \S*app\.dsn: take search_path out of options/,
  ),
  option(
    'read only by options of a file',
    '-c default_transaction_read_only=on',
    /fail service-login svc@app: .*default_transaction_read_only.*edit \S*app\.dsn: take default_transaction_read_only out/,
  ),
  option(
    'a setting of superusers in options of a file',
    '-c session_preload_libraries=nope',
    /fail service-login svc@app: (?!.*no CONNECT)session_preload_libraries = nope \(in options of .*edit \S*app\.dsn: take session_preload_libraries out/,
  ),
];

const refusedOptions: readonly Fault[] = ['nosuch=1', 'work_mem=lots', 'shared_buffers=1MB', 'log_statement=all'].map(
  (setting) =>
    option(
      `${setting} in options of a file`,
      `-c ${setting}`,
      /fail service-login svc@app: (?!.*no CONNECT).*parameter.*edit \S*app\.dsn: change options or take it out/,
    ),
);

const parameter = (name: string, query: string, expected: RegExp): Fault =>
  file(name, (text) => `${text.trimEnd()}&${query}\n`, expected);

const parameters: readonly Fault[] = [
  {
    ...parameter(
      'client_encoding that no server knows',
      'client_encoding=nope',
      /fail service-login svc@app: \S*app\.dsn: client_encoding is none that the server knows.*edit \S*app\.dsn: change client_encoding or take it out/,
    ),
    plan: /warn unknown-encoding: \S*app\.dsn: client_encoding is none that PostgreSQL knows.*edit \S*app\.dsn: change client_encoding/,
  },
  parameter(
    'sslnegotiation=direct beside sslmode=disable',
    'sslnegotiation=direct',
    /fail service-login svc@app: \S*app\.dsn: sslnegotiation .*needs sslmode require.*edit \S*app\.dsn: change sslnegotiation or take it out, also in BUS_DATABASE_SERVICE_PARAMETERS/,
  ),
  parameter(
    'a word that no client takes',
    'target_session_attrs=nope',
    /fail service-login svc@app: .*target_session_attrs .*must be any, .*edit \S*app\.dsn: change target_session_attrs/,
  ),
];

const rules = (name: string, text: string, expected: RegExp): Fault => ({
  name,
  make: ({ server }) => server.reload({ hba: text }),
  undo: ({ server }) => server.reload({ hba }),
  expected,
});
const line = (text: string) =>
  `local all postgres scram-sha-256\nhost all postgres,deploy_admin all scram-sha-256\n${text}\n`;

/** A setting of the whole server. */
const serverSetting = (title: string, name: string, value: string, expected: RegExp): Fault => ({
  name: title,
  make: async ({ server }) => {
    await server.query(`ALTER SYSTEM SET ${name} = '${value}'`);
    await server.reload();
  },
  // On a busy machine the setting may end what takes it away.
  undo: async ({ server }) => {
    for (let left = 50; ; left -= 1) {
      const refusal = await server.query(`ALTER SYSTEM RESET ${name}`).catch((error: unknown) => error);
      if (!(refusal instanceof Error)) break;
      if (left === 0) throw refusal;
    }
    await server.reload();
  },
  expected,
});

const server: readonly Fault[] = [
  rules('trust', line('host all all 127.0.0.1/32 trust'), /fail challenge svc/),
  rules('password', line('host all all 127.0.0.1/32 password'), /fail service-login svc@app/),
  rules('reject', line('host all all 127.0.0.1/32 reject'), /fail service-login svc@app/),
  rules('no rule', line('host all nobody 127.0.0.1/32 scram-sha-256'), /fail service-login svc@app/),
  rules(
    'TLS only where the server has none',
    line('hostssl all all 127.0.0.1/32 scram-sha-256'),
    /fail service-login svc@app/,
  ),
  serverSetting(
    'a lock_timeout of the server',
    'lock_timeout',
    '20ms',
    /warn short-timeout svc@app: lock_timeout = 20ms \(of the server\).*ALTER SYSTEM RESET lock_timeout;.*pg_reload_conf/,
  ),
  {
    ...serverSetting(
      'a transaction_timeout of the server',
      'transaction_timeout',
      '90ms',
      // On a busy machine it ends a login, too.
      /fail (short-timeout svc@\w+: transaction_timeout = 90ms \(of the server\)|service-login svc@app: .*transaction timeout).*ALTER SYSTEM RESET transaction_timeout/,
    ),
    since: 17,
  },
  serverSetting(
    'temp_file_limit 0 of the server',
    'temp_file_limit',
    '0',
    /fail harmful-setting svc@app: temp_file_limit = 0 \(of the server\).*ALTER SYSTEM RESET temp_file_limit/,
  ),
  serverSetting(
    'an idle_in_transaction_session_timeout of the server',
    'idle_in_transaction_session_timeout',
    '90ms',
    /fail short-timeout svc@app: idle_in_transaction_session_timeout = 90ms \(of the server\)/,
  ),
  serverSetting('passwords stored as MD5', 'password_encryption', 'md5', /warn password-encryption/),
];

/** The server shows a certificate that the file, which asks for `verify-full`, can't accept. */
const certificate = (name: string, desired: CertificateRequest, expected: RegExp, isOfAuthority = true): Fault => {
  let before = '';
  return {
    name,
    make: async (stage) => {
      const [authority, other] = [createCertificateAuthority(), createCertificateAuthority()];
      const trusted = join(dirname(path(stage)), '..', 'ca.pem');
      writeFileSync(trusted, authority.certificate);
      await stage.server.reload({ tls: (isOfAuthority ? authority : other).issue(desired), settings: { ssl: 'on' } });
      before = readFileSync(path(stage), 'utf8');
      const tls = `sslmode=verify-full&sslrootcert=${encodeURIComponent(trusted)}`;
      writeFileSync(path(stage), `${before.trim().replace(/\?.*/, '')}?${tls}\n`);
    },
    undo: async (stage) => {
      writeFileSync(path(stage), before);
      await stage.server.reload({ settings: { ssl: 'off' } });
    },
    expected,
  };
};

const listening = (
  name: string,
  settings: Readonly<Record<string, string>>,
  usual: typeof settings,
  expected: RegExp,
): Fault => ({
  name,
  make: ({ server }) => server.restart({ settings }),
  undo: ({ server }) => server.restart({ settings: usual }),
  expected,
});

const dayMs = 86_400_000;
const transport: readonly Fault[] = [
  certificate(
    'certificate of another host',
    { names: ['db.example'] },
    /fail service-login svc@app: .*shows a certificate that is not trusted: it is for DNS:db\.example, not for/,
  ),
  certificate(
    'certificate that has expired',
    { validFrom: new Date(Date.now() - 9 * dayMs), validTo: new Date(Date.now() - dayMs) },
    /fail service-login svc@app: .*not trusted: it has expired on/,
  ),
  certificate(
    'certificate of an unknown authority',
    {},
    /fail service-login svc@app: .*not trusted: no CA in \S*ca\.pem signed it/,
    false,
  ),
  listening(
    'listens at every address',
    { listen_addresses: '*' },
    { listen_addresses: '127.0.0.1' },
    /(info|unknown) listen-addresses/,
  ),
  rules(
    'trust for the whole network',
    line('host all all all trust'),
    /fail challenge svc at .*: anybody enters over plain TCP as svc: no password is asked for \(trust\)/,
  ),
  rules(
    'plaintext passwords from the whole network',
    line('host all all all password'),
    /fail service-login svc@app: .*asks for the password in plaintext/,
  ),
];

let elsewhere: Awaited<ReturnType<typeof startServer>> | undefined;
const another: Fault = {
  ...file(
    'the file leads to another server',
    (text) => text.replace(/:\d+\//, `:${elsewhere?.port}/`),
    /fail service-login svc@app: .*leads to another server/,
  ),
};
const otherServer: Fault = {
  ...another,
  make: async (stage) => {
    elsewhere = await startServer({ hba });
    const { password } = new URL(readFileSync(path(stage), 'utf8').trim());
    await elsewhere.query(`CREATE ROLE svc LOGIN PASSWORD '${decodeURIComponent(password)}'`);
    await elsewhere.query('CREATE DATABASE app OWNER svc');
    await (another.make as (stage: Stage) => void)(stage);
  },
  undo: async (stage) => {
    await elsewhere?.stop();
    await (another.undo as (stage: Stage) => void)(stage);
  },
};

/** The password that the file holds is the role's again. */
async function restorePassword(stage: Stage): Promise<void> {
  const { password } = new URL(readFileSync(path(stage), 'utf8').trim());
  await stage.server.query(`ALTER ROLE svc PASSWORD '${decodeURIComponent(password)}'`, { isQuiet: true });
}

const usualOwner =
  "DO $$BEGIN EXECUTE format('ALTER DATABASE app OWNER TO %I', (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'logs')); END$$";

const ownership: readonly Fault[] = [
  sql(
    'database of a stranger',
    'ALTER DATABASE app OWNER TO stranger',
    usualOwner,
    /warn other-owner app: app belongs to stranger.*next: if it is not meant, a superuser runs, in any database: ALTER DATABASE "app" OWNER TO "\w+";/,
  ),
  sql(
    'database of the service',
    'ALTER DATABASE app OWNER TO svc',
    `${usualOwner};; GRANT CONNECT, TEMPORARY ON DATABASE app TO svc`,
    /info other-owner app: app belongs to svc/,
  ),
  sql(
    'schema of a stranger',
    'ALTER SCHEMA public OWNER TO stranger',
    'ALTER SCHEMA public OWNER TO pg_database_owner',
    /warn other-owner app: schema public of app belongs to stranger.*runs, in database app: ALTER SCHEMA "public" OWNER TO/,
    inside,
  ),
  sql(
    'schema of the service',
    'ALTER SCHEMA public OWNER TO svc',
    'ALTER SCHEMA public OWNER TO pg_database_owner;; GRANT USAGE, CREATE ON SCHEMA public TO svc',
    /info other-owner app: schema public of app belongs to svc/,
    inside,
  ),
  sql(
    'CREATE of a stranger in a schema',
    'GRANT CREATE ON SCHEMA public TO stranger',
    'REVOKE CREATE ON SCHEMA public FROM stranger',
    /warn create-of-others app: role stranger may create in schema public of app.*runs, in database app: REVOKE CREATE ON SCHEMA "public" FROM "stranger";/,
    inside,
  ),
  sql(
    'CREATE of a stranger in a database',
    'GRANT CREATE ON DATABASE app TO stranger',
    'REVOKE CREATE ON DATABASE app FROM stranger',
    /warn create-of-others app: stranger may create schemas in app.*REVOKE CREATE ON DATABASE "app" FROM "stranger";/,
  ),
  ...(
    [
      ['session_replication_role', 'replica'],
      ['temp_file_limit', '0'],
      ['lo_compat_privileges', 'on'],
    ] as const
  ).flatMap(([name, value]) =>
    ['ROLE svc', 'DATABASE app', 'ROLE svc IN DATABASE app'].map((where) =>
      setting(
        name,
        where,
        value,
        new RegExp(
          `fail harmful-setting svc@app: ${name} = ${value} .*superuser runs, in any database: ALTER ${where.split(' ')[0]} .*RESET ${name};`,
        ),
      ),
    ),
  ),
];

const around: readonly Fault[] = [
  ...(
    [
      ['EXECUTE ON ROUTINE pg_catalog.now()', 'now() is closed'],
      ['USAGE ON TYPE pg_catalog.text', 'a type is closed'],
      ['USAGE ON LANGUAGE sql', 'a language is closed'],
      ['USAGE ON SCHEMA information_schema', 'information_schema is closed'],
      ['SELECT ON pg_catalog.pg_tables', 'a view of the catalogs is closed'],
    ] as const
  ).map(([what, name]) =>
    sql(
      name,
      `REVOKE ${what} FROM PUBLIC`,
      `GRANT ${what} TO PUBLIC`,
      new RegExp(
        `warn revoked-built-in app: svc lacks what PostgreSQL gives every role: ${escaped(what)}  next: a superuser runs, in database app: GRANT ${escaped(what)} TO PUBLIC;`,
      ),
      inside,
    ),
  ),
  sql(
    'a catalog that is read for it is closed',
    'REVOKE SELECT ON pg_catalog.pg_init_privs FROM PUBLIC',
    'GRANT SELECT ON pg_catalog.pg_init_privs TO PUBLIC',
    /unknown revoked-built-in app: .* is not known: permission denied for table pg_init_privs/,
    inside,
  ),
  sql(
    'a rule passes over what is written',
    'SET ROLE svc; CREATE TABLE public.ruled (id int); CREATE RULE nothing AS ON INSERT TO public.ruled DO INSTEAD NOTHING',
    'DROP TABLE public.ruled',
    /warn discarding-rule app: INSERT on table ruled in schema public by svc has no effect .*DROP RULE "nothing" ON "public"."ruled";/,
    inside,
  ),
  sql(
    'a foreign server with a mapping of PUBLIC',
    "CREATE FOREIGN DATA WRAPPER away; CREATE SERVER far FOREIGN DATA WRAPPER away; GRANT USAGE ON FOREIGN SERVER far TO PUBLIC; CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'x')",
    'DROP FOREIGN DATA WRAPPER away CASCADE',
    /warn external-server app: svc may use foreign server far, with the user mapping of PUBLIC .*REVOKE USAGE ON FOREIGN SERVER "far" FROM PUBLIC, "svc";/,
    inside,
  ),
  sql(
    'a subscription of the service',
    "CREATE SUBSCRIPTION sub CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false);; ALTER ROLE svc SUPERUSER;; ALTER SUBSCRIPTION sub OWNER TO svc;; ALTER ROLE svc NOSUPERUSER",
    'ALTER SUBSCRIPTION sub SET (slot_name = NONE);; DROP SUBSCRIPTION sub',
    /warn external-server app: subscription sub belongs to svc/,
    inside,
  ),
  sql(
    'a stranger creates in a schema on the search_path',
    'CREATE SCHEMA x;; GRANT USAGE ON SCHEMA x TO svc;; GRANT CREATE ON SCHEMA x TO stranger;; ALTER ROLE svc SET search_path TO public, x',
    'ALTER ROLE svc RESET search_path;; DROP SCHEMA x',
    /warn path-of-others svc@app: stranger may create in schema x, which is on the search_path of svc: .*its owner or a superuser runs, in database app: REVOKE CREATE ON SCHEMA "x" FROM "stranger";/,
    inside,
  ),
  sql(
    'a schema of a stranger on the search_path',
    'CREATE SCHEMA x AUTHORIZATION stranger;; GRANT USAGE ON SCHEMA x TO svc;; ALTER DATABASE app SET search_path TO public, x',
    'ALTER DATABASE app RESET search_path;; DROP SCHEMA x',
    /warn path-of-others svc@app: stranger may create in schema x, .*a superuser runs, in database app: ALTER SCHEMA "x" OWNER TO /,
    inside,
  ),
];

export const faults: readonly Fault[] = [
  ...around,
  ...ownership,
  ...role,
  ...settings,
  ...paths,
  ...refusals,
  ...database,
  ...inDatabase,
  ...files,
  ...options,
  ...refusedOptions,
  ...parameters,
  ...server,
  ...transport,
  otherServer,
  setting(
    'restrict_nonsystem_relation_kind',
    'ROLE svc',
    'view',
    /fail harmful-setting svc@app: restrict_nonsystem_relation_kind = view .*ALTER ROLE .*RESET restrict_nonsystem_relation_kind;/,
  ),
  setting(
    'standard_conforming_strings',
    'ROLE svc',
    'off',
    /warn harmful-setting svc@app: standard_conforming_strings = off .*ALTER ROLE .*RESET standard_conforming_strings;/,
  ),
];
