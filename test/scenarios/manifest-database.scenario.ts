// How databases are made, limited and owned by a manifest; what is not said of one is left as it is.
import { birthLimit } from '../../packages/bus-integration-postgres/src/observe/mark.ts';
import { exampleId, fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const made = (
  name: string,
) => `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS locale, datconnlimit AS limit,
  datallowconn AS open, (SELECT spcname FROM pg_tablespace s WHERE s.oid = dattablespace) AS space FROM pg_database WHERE datname = '${name}'`;

const create = (name: string) => [
  `create-database ${name}`,
  `grant-privileges ${name}`,
  `write-dsn-file ./local/dsn/${name}.dsn`,
];

const marked = (name: string, options: string) => [
  { sql: `CREATE DATABASE ${name} TEMPLATE template0 ${options}`, as: 'admin' as const },
  { sql: `COMMENT ON DATABASE ${name} IS 'bus-deployment=${exampleId}'` },
  { sql: `REVOKE ALL ON DATABASE ${name} FROM PUBLIC` },
];

export const scenarios: readonly Scenario[] = [
  {
    name: 'manifest: encoding, locale and limit of a database',
    desired: fromManifest(`
roles: {svc: {login: true}}
databases:
  latin: {encoding: LATIN1, locale: C, connections: 7, access: {svc: create}}
  posix: {locale: POSIX, provider: libc, tablespace: pg_default, access: {svc: create}}
  system: {locale: C.utf8, connections: unlimited, access: {svc: create}}
`),
    rounds: [
      {
        steps: ['create-role svc', ...create('latin'), ...create('posix'), ...create('system')],
        answers: [
          {
            ask: made('latin'),
            answer: { encoding: 'LATIN1', locale: 'C', limit: 7, open: true, space: 'pg_default' },
          },
          { ask: made('posix'), answer: { encoding: 'UTF8', locale: 'C', limit: -1, open: true, space: 'pg_default' } },
          {
            ask: made('system'),
            answer: { encoding: 'UTF8', locale: 'C.utf8', limit: -1, open: true, space: 'pg_default' },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: locales of ICU, however they are spelled',
    majors: [15, 16, 17, 18],
    desired: fromManifest(`
roles: {o: {}}
databases:
  german: {provider: icu, locale: de_DE@collation=phonebook}
  numeric: {provider: icu, locale: 'en@colNumeric=yes;colStrength=secondary'}
  american: {provider: icu, locale: en-us}
  tagged: {provider: icu, locale: en-US-u-kn-true}
  chinese: {provider: icu, locale: zh_Hans_CN}
`),
    rounds: [
      {
        steps: [
          'create-role o',
          ...['german', 'numeric', 'american', 'tagged', 'chinese'].map((name) => `create-database ${name}`),
        ],
        answers: [
          {
            ask: "SELECT count(*)::int AS of_icu FROM pg_database WHERE datlocprovider = 'i'",
            answer: { of_icu: 5 },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: ICU is unknown before 15',
    majors: [14],
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {provider: icu, locale: de-DE}}'),
    rounds: [{ refused: { errorClass: 'invalid-request', codes: ['unknown-locale'] } }],
  },
  {
    name: 'manifest: the builtin provider is known from 17 on',
    majors: [14, 16],
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {provider: builtin, locale: C.UTF-8}}'),
    rounds: [{ refused: { errorClass: 'invalid-request', codes: ['unknown-locale'] } }],
  },
  {
    name: 'manifest: locales of the builtin provider',
    majors: [17, 18],
    desired: fromManifest(`
roles: {o: {}}
databases: {app: {provider: builtin, locale: C.UTF8}, plain: {provider: builtin, locale: C}}
`),
    rounds: [{ steps: ['create-role o', 'create-database app', 'create-database plain'] }],
  },
  {
    name: 'manifest: what a database can not be made with is foreseen',
    desired: fromManifest(`
roles: {o: {}}
databases:
  strange: {locale: xx_YY.UTF-8}
  mixed: {encoding: LATIN1, locale: C.UTF-8}
  nowhere: {tablespace: fast}
  copy: {template: nothing}
`),
    rounds: [
      {
        refused: {
          errorClass: 'invalid-request',
          codes: ['unknown-locale', 'other-encoding', 'no-tablespace', 'no-template'],
        },
      },
    ],
  },
  {
    name: 'manifest: another encoding or locale is refused by name, with what was seen and expected',
    desired: fromManifest(`
roles: {o: {}}
databases: {app: {encoding: LATIN1}, logs: {locale: C.utf8}}
`),
    start: [...marked('app', "ENCODING 'UTF8'"), ...marked('logs', "LOCALE 'C'")],
    rounds: [
      {
        flags: { allow: ['revoke'] },
        refused: {
          errorClass: 'invalid-request',
          codes: ['other-encoding', 'other-locale'],
          remedies: [/write encoding: "UTF8"/, /write locale: "C"/],
        },
      },
    ],
  },
  {
    name: 'manifest: adoption resets nothing that is not named',
    desired: fromManifest(`
roles: {svc: {login: true}}
databases: {app: {access: {svc: create}}, logs: {connections: 9, access: {svc: create}}}
`),
    start: ['app', 'logs'].map((name) => ({
      sql: `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' CONNECTION LIMIT 3`,
      as: 'admin' as const,
    })),
    rounds: [
      {
        flags: { adopt: true, allow: ['revoke', 'grant', 'update'] },
        answers: [
          { ask: made('app'), answer: { encoding: 'LATIN1', locale: 'C', limit: 3, open: true, space: 'pg_default' } },
          { ask: made('logs'), answer: { encoding: 'LATIN1', locale: 'C', limit: 9, open: true, space: 'pg_default' } },
        ],
      },
    ],
  },
  {
    name: 'manifest: a limit of nought shuts a plain admin out',
    admins: ['plain'],
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {connections: 0}}'),
    rounds: [{ refused: { errorClass: 'invalid-request', codes: ['connection-limit'] } }],
  },
  {
    name: 'manifest: a limit of nought, superuser',
    admins: ['superuser'],
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {connections: 0}}'),
    rounds: [{ steps: ['create-role o', 'create-database app'] }],
  },
  {
    name: 'manifest: an unfinished database gets the limit that is declared',
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {connections: 12}}'),
    start: [
      {
        sql: `CREATE DATABASE app TEMPLATE template0 ENCODING 'UTF8' ALLOW_CONNECTIONS false CONNECTION LIMIT ${birthLimit(exampleId, 'app')}`,
        as: 'admin',
      },
    ],
    rounds: [
      {
        steps: ['create-role o', 'create-database app'],
        answers: [
          {
            ask: "SELECT datconnlimit AS limit, datallowconn AS open FROM pg_database WHERE datname = 'app'",
            answer: { limit: 12, open: true },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: a copy of a template has its encoding, and what is in it',
    desired: fromManifest(`
roles: {o: {}, svc: {login: true}}
databases: {app: {template: model, owner: o, schemas: [data], access: {svc: create}}}
`),
    start: [
      { sql: "CREATE DATABASE model TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'", as: 'admin' },
      { sql: 'CREATE SCHEMA data; CREATE TABLE data.seed (id int)', database: 'model', as: 'admin' },
    ],
    rounds: [
      {
        answers: [
          {
            database: 'app',
            ask: `SELECT relowner::regrole::text AS owner, current_setting('server_encoding') AS encoding
                    FROM pg_class WHERE oid = 'data.seed'::regclass`,
            answer: { owner: 'o', encoding: 'LATIN1' },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: names beyond ASCII in a database that keeps bytes as they are',
    desired: fromManifest(`
roles: {ö: {}, größe: {login: true}}
databases: {äpp: {encoding: SQL_ASCII, locale: C, owner: ö, schemas: [data], access: {größe: create}}}
`),
    rounds: [{}],
  },
  {
    name: 'manifest: names beyond ASCII beside a database of another encoding',
    desired: fromManifest(`
roles: {o: {}, größe: {login: true}}
databases: {old: {owner: o}, new: {owner: o, access: {größe: connect}}}
`),
    start: [{ sql: "CREATE DATABASE old TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'", as: 'admin' }],
    rounds: [
      {
        flags: { adopt: true, allow: ['grant', 'revoke', 'update'] },
        refused: { errorClass: 'invalid-request', codes: ['database-encoding'] },
      },
    ],
  },
  {
    name: "manifest: another's database is no template for a plain admin",
    admins: ['plain'],
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {template: model}}'),
    start: [{ sql: 'CREATE DATABASE model' }],
    rounds: [
      {
        refused: {
          errorClass: 'insufficient-privilege',
          codes: ['lacks-template'],
          remedies: [/ALTER DATABASE "model" IS_TEMPLATE true;/],
        },
      },
    ],
  },
  {
    name: 'manifest: the database itself is given away, and the admin keeps its way in',
    desired: fromManifest(`
roles: {o: {}, svc: {login: true}}
databases: {app: {owner: o, owner_of_database: true, schemas: [data], connections: 9, access: {svc: create}}}
`),
    rounds: [
      {
        steps: [
          'create-role o',
          'create-role svc',
          'create-database app',
          'give-database app',
          'change-settings app',
          'create-schema app.data',
          'grant-privileges app',
          'grant-privileges app',
          'write-dsn-file ./local/dsn/app.dsn',
        ],
        findings: ['owner-of-database'],
        answers: [
          {
            ask: `SELECT datdba::regrole::text AS owner, has_database_privilege('svc', 'app', 'CONNECT') AS enters,
                         shobj_description(oid, 'pg_database') AS mark FROM pg_database WHERE datname = 'app'`,
            answer: { owner: 'o', enters: true, mark: `bus-deployment=${exampleId}` },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: a database that was given away is worked on as its owner',
    earlier: fromManifest(`
roles: {o: {}, svc: {login: true}, more: {login: true}}
databases: {app: {owner: o, owner_of_database: true, schemas: [data], access: {svc: create, more: connect}}}
`),
    desired: fromManifest(`
roles: {o: {}, svc: {login: true}, more: {login: true}}
databases:
  app:
    owner: o
    owner_of_database: true
    schemas: [data, further]
    connections: 9
    settings: {work_mem: 8MB}
    extensions: [citext]
    access: {svc: create, more: create}
`),
    rounds: [
      {
        flags: { allow: ['revoke'] },
        answers: [
          {
            ask: `SELECT datdba::regrole::text AS owner, datconnlimit AS limit, has_database_privilege('more', 'app', 'CONNECT') AS enters,
                         (SELECT setconfig::text FROM pg_db_role_setting WHERE setdatabase = d.oid AND setrole = 0) LIKE '%work_mem%' AS set
                    FROM pg_database d WHERE datname = 'app'`,
            answer: { owner: 'o', limit: 9, enters: true, set: true },
          },
          {
            ask: `SELECT count(*)::int AS joined FROM pg_auth_members WHERE roleid = 'o'::regrole AND member <> grantor AND grantor <> 10`,
            answer: { joined: 0 },
          },
        ],
      },
    ],
  },
];
