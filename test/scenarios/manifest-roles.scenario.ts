// Groups, attributes and settings by manifest: made, then changed by what differs, with what the file does not name left.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const manifest = `
roles:
  team: {}
  svc: {login: true, connections: 40, valid_until: "2099-01-31T18:00:00+01:00", settings: {statement_timeout: 30s}}
databases:
  app:
    schemas: [app]
    settings: {work_mem: 64MB, DateStyle: "ISO, DMY"}
    access: {svc: create}
`;
const made = [
  'create-role team',
  'create-role svc',
  'change-settings svc',
  'create-database app',
  'change-settings app',
  'create-schema app.app',
  'grant-privileges app',
  'write-dsn-file ./local/dsn/app.dsn',
];
const attributes = `SELECT rolname AS name, rolcanlogin AS login, rolconnlimit AS connections,
  coalesce(rolvaliduntil = '2099-01-31 17:00:00+00', false) AS until FROM pg_roles WHERE rolname IN ('svc', 'team') ORDER BY 1`;
const settings = `SELECT pg_catalog.string_agg(item, '; ' ORDER BY item COLLATE "C") AS items
  FROM pg_db_role_setting, unnest(setconfig) AS item WHERE item !~ '^createrole_self_grant'`;

export const scenarios: readonly Scenario[] = [
  {
    name: 'manifest: groups, attributes and settings',
    admins: ['superuser', 'plain', 'self-granting'],
    desired: fromManifest(manifest),
    rounds: [
      {
        steps: made,
        answers: [
          {
            ask: `SELECT json_agg(found) AS all FROM (${attributes}) AS found`,
            answer: {
              all: [
                { name: 'svc', login: true, connections: 40, until: true },
                { name: 'team', login: false, connections: -1, until: false },
              ],
            },
          },
          {
            ask: settings,
            answer: { items: 'DateStyle=ISO, DMY; search_path=app; statement_timeout=30s; work_mem=64MB' },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: attributes and settings that were changed by hand, and others that nobody names',
    admins: ['superuser', 'plain', 'self-granting'],
    earlier: fromManifest(manifest),
    desired: fromManifest(manifest),
    start: [
      { sql: 'ALTER ROLE svc CONNECTION LIMIT 3 NOINHERIT; ALTER ROLE svc SET statement_timeout TO 30000' },
      { sql: `ALTER ROLE svc SET lock_timeout TO '5s'; ALTER DATABASE app SET datestyle TO 'iso,dmy'` },
      { sql: 'ALTER DATABASE app RESET search_path' },
    ],
    rounds: [
      {
        steps: ['alter-role svc', 'change-settings app'],
        answers: [
          {
            ask: settings,
            answer: {
              items: 'DateStyle=iso,dmy; lock_timeout=5s; search_path=app; statement_timeout=30000; work_mem=64MB',
            },
          },
          { ask: `SELECT rolinherit AS inherits FROM pg_roles WHERE rolname = 'svc'`, answer: { inherits: false } },
        ],
      },
    ],
  },
  {
    name: 'manifest: a validity that has ended is given again',
    earlier: fromManifest(manifest),
    desired: fromManifest(manifest),
    // Who reads verifiers knows by them that the file's password is right; others by a login after it.
    start: [{ sql: `ALTER ROLE svc VALID UNTIL '2020-01-01'` }],
    rounds: [{ steps: ['alter-role svc'] }],
  },
  {
    name: 'manifest: settings of roles that stand before those of the file are told',
    earlier: fromManifest(manifest),
    desired: fromManifest(manifest),
    start: [
      { sql: `ALTER ROLE svc SET work_mem TO '1MB'; ALTER ROLE svc IN DATABASE app SET statement_timeout TO '1s'` },
    ],
    // What a session sees is not what the file says.
    rounds: [{ steps: [], findings: ['setting-overridden', 'setting-overridden'], verify: 'failed' }],
  },
];
