// Extensions of a manifest: made in a schema that is named, in the order that they require, updated to a version; what
// needs a superuser, or can't be had, is foreseen.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const installed = `SELECT string_agg(extname || ' ' || nspname, ', ' ORDER BY extname) AS extensions
  FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace`;

const trusted = fromManifest(`
roles: {o: {}}
databases: {app: {owner: o, schemas: [data], extensions: [pg_trgm, {name: citext, schema: data}]}}
`);

export const scenarios: readonly Scenario[] = [
  {
    name: 'manifest: trusted extensions, one in the schema of its owner',
    desired: trusted,
    rounds: [
      {
        steps: [
          'create-role o',
          'create-database app',
          'change-settings app',
          'create-schema app.data',
          'create-extensions app',
          'grant-privileges app',
        ],
        answers: [
          {
            database: 'app',
            ask: installed,
            answer: { extensions: 'citext data, pg_trgm public, plpgsql pg_catalog' },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: an extension after those that it requires, as the file does not say them',
    admins: ['superuser'],
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {extensions: [earthdistance, cube]}}'),
    rounds: [
      {
        steps: ['create-role o', 'create-database app', 'create-extensions app'],
        answers: [
          {
            database: 'app',
            ask: installed,
            answer: { extensions: 'cube public, earthdistance public, plpgsql pg_catalog' },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: an extension with a schema of its own, and one that is there',
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {extensions: [plpgsql]}}'),
    rounds: [{ steps: ['create-role o', 'create-database app'] }],
  },
  {
    name: 'manifest: an untrusted extension wants a superuser, who is told what to run',
    admins: ['plain'],
    earlier: fromManifest('roles: {o: {}}\ndatabases: {app: {}}'),
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {extensions: [pageinspect, pg_trgm]}}'),
    rounds: [
      {
        refused: {
          errorClass: 'insufficient-privilege',
          codes: ['lacks-superuser'],
          remedies: [/^a superuser runs, in database app: CREATE EXTENSION "pageinspect" SCHEMA "public";$/],
        },
      },
    ],
  },
  {
    name: 'manifest: an untrusted extension of a database that is still to be made',
    admins: ['plain'],
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {extensions: [pageinspect]}}'),
    rounds: [
      {
        refused: {
          errorClass: 'insufficient-privilege',
          codes: ['lacks-superuser'],
          remedies: [
            /^leave pageinspect out of extensions and apply, which makes the database; then a superuser runs, in database app: CREATE/,
          ],
        },
      },
    ],
  },
  {
    name: 'manifest: what a superuser made is what was desired',
    earlier: fromManifest('roles: {o: {}}\ndatabases: {app: {}}'),
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {extensions: [pageinspect]}}'),
    start: [
      {
        sql: 'CREATE EXTENSION pageinspect SCHEMA public; CREATE EXTENSION pg_buffercache SCHEMA public',
        database: 'app',
      },
    ],
    rounds: [
      {
        steps: [],
        answers: [
          {
            database: 'app',
            ask: installed,
            answer: { extensions: 'pageinspect public, pg_buffercache public, plpgsql pg_catalog' },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: extensions that can not be had are foreseen',
    desired: fromManifest(`
roles: {o: {}}
databases:
  a: {extensions: [no_such_thing]}
  b: {extensions: [{name: pg_trgm, version: '9.9'}]}
  c: {extensions: [earthdistance]}
  d: {schemas: [public, data], extensions: [{name: pltcl, schema: data}]}
`),
    rounds: [
      {
        refused: {
          errorClass: 'invalid-request',
          codes: ['no-extension', 'no-version', 'requires-extension', 'other-schema'],
          remedies: [/add cube to its extensions/, /name one of them/],
        },
      },
    ],
  },
  {
    name: 'manifest: an extension is updated to the version that is named, and never to an older one',
    earlier: fromManifest("roles: {o: {}}\ndatabases: {app: {extensions: [{name: pg_trgm, version: '1.4'}]}}"),
    desired: fromManifest("roles: {o: {}}\ndatabases: {app: {extensions: [{name: pg_trgm, version: '1.6'}]}}"),
    rounds: [
      {
        steps: ['update-extension app.pg_trgm'],
        answers: [
          {
            database: 'app',
            ask: "SELECT extversion AS version FROM pg_extension WHERE extname = 'pg_trgm'",
            answer: { version: '1.6' },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: no extension goes back to an older version',
    earlier: fromManifest("roles: {o: {}}\ndatabases: {app: {extensions: [{name: pg_trgm, version: '1.6'}]}}"),
    desired: fromManifest("roles: {o: {}}\ndatabases: {app: {extensions: [{name: pg_trgm, version: '1.4'}]}}"),
    rounds: [{ refused: { errorClass: 'invalid-request', codes: ['no-update'], remedies: [/write version: "1.6"/] } }],
  },
  {
    name: 'manifest: a superuser moves an extension to another schema',
    admins: ['superuser'],
    earlier: fromManifest('roles: {o: {}}\ndatabases: {app: {schemas: [data], extensions: [citext]}}'),
    desired: fromManifest(
      'roles: {o: {}}\ndatabases: {app: {schemas: [data], extensions: [{name: citext, schema: data}]}}',
    ),
    rounds: [{ steps: ['move-extension app.citext'] }],
  },
  {
    name: 'manifest: a plain admin does not move an extension, whose members are a superuser’s',
    admins: ['plain'],
    earlier: fromManifest('roles: {o: {}}\ndatabases: {app: {schemas: [data], extensions: [citext]}}'),
    desired: fromManifest(
      'roles: {o: {}}\ndatabases: {app: {schemas: [data], extensions: [{name: citext, schema: data}]}}',
    ),
    rounds: [{ steps: [], findings: ['extension-schema'] }],
  },
  {
    name: 'manifest: extensions of a database that belongs to its owner',
    desired: fromManifest(`
roles: {o: {}}
databases: {app: {owner: o, owner_of_database: true, schemas: [data], extensions: [citext]}}
`),
    rounds: [
      {
        steps: [
          'create-role o',
          'create-database app',
          'give-database app',
          'change-settings app',
          'create-schema app.data',
          'create-extensions app',
          'grant-privileges app',
        ],
      },
    ],
  },
];
