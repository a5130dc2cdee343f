// Schemas and what is in them belong to an owner who logs in as nobody; the database stays the admin's.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const owners = (relation: string) => `SELECT n.nspowner::regrole::text AS schema, c.relowner::regrole::text AS relation
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = '${relation}'::regclass`;

const owned = fromManifest(`
roles: {o: {}, svc: {login: true}, old: {}}
databases: {app: {owner: o, schemas: [data, more], access: {svc: create, old: write}}}
`);

const withoutOwner = fromManifest(`
roles: {o: {}, svc: {login: true}, old: {}}
databases: {app: {schemas: [data, more], access: {svc: create, old: create}}}
`);

export const scenarios: readonly Scenario[] = [
  {
    name: 'manifest: schemas are made for their owner',
    desired: owned,
    rounds: [
      {
        steps: [
          'create-role o',
          'create-role svc',
          'create-role old',
          'create-database app',
          'change-settings app',
          'create-schema app.data',
          'create-schema app.more',
          'grant-privileges app',
          'grant-privileges app',
          'grant-privileges app',
          'set-default-privileges app',
          'set-default-privileges app',
          'write-dsn-file ./local/dsn/app.dsn',
        ],
        answers: [
          {
            database: 'app',
            ask: `SELECT string_agg(nspname || ' ' || nspowner::regrole || ' ' || obj_description(oid, 'pg_namespace'), ', ' ORDER BY nspname) AS schemas,
                         (SELECT datdba::regrole::text <> 'o' FROM pg_database WHERE datname = 'app') AS kept
                    FROM pg_namespace WHERE nspname IN ('data', 'more')`,
            answer: { schemas: 'data o bus-deployment=example-dev, more o bus-deployment=example-dev', kept: true },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: schema public is given to its owner',
    majors: [15, 16, 17, 18],
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {owner: o}}'),
    rounds: [
      {
        steps: ['create-role o', 'create-database app', 'change-owner app.public', 'grant-privileges app'],
        answers: [
          {
            database: 'app',
            ask: "SELECT nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname = 'public'",
            answer: { owner: 'o' },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: on 14 schema public is the superuser’s to give',
    majors: [14],
    admins: ['plain'],
    desired: fromManifest('roles: {o: {}}\ndatabases: {app: {owner: o}}'),
    rounds: [
      {
        refused: {
          errorClass: 'insufficient-privilege',
          codes: ['lacks-ownership'],
          remedies: [
            /leave owner out and apply, .*a superuser runs, in database app: ALTER SCHEMA "public" OWNER TO "o";/,
          ],
        },
      },
    ],
  },
  {
    name: 'manifest: what services and the admin made becomes the owner’s',
    earlier: withoutOwner,
    desired: owned,
    start: [
      { sql: 'CREATE TABLE data.admins (id serial PRIMARY KEY)', database: 'app', as: 'admin' },
      {
        sql: `SET SESSION AUTHORIZATION svc; CREATE TABLE data.own ();
              SET SESSION AUTHORIZATION old;
              CREATE TABLE data.orders (id int GENERATED ALWAYS AS IDENTITY, at date) PARTITION BY RANGE (at);
              CREATE TABLE data.orders_1 PARTITION OF data.orders FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
              CREATE VIEW data.latest AS SELECT * FROM data.orders;
              CREATE SEQUENCE more.numbers;
              CREATE TYPE data.mood AS ENUM ('good'); CREATE TYPE data.span AS RANGE (subtype = date);
              CREATE FUNCTION data.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
              CREATE TABLE more."Odd ""name""" (id int)`,
        database: 'app',
      },
    ],
    rounds: [
      {
        flags: { allow: ['revoke', 'elevate'] },
        steps: [
          'change-owner app.data',
          'change-owner app.more',
          'grant-privileges app',
          'grant-privileges app',
          'set-default-privileges app',
          'set-default-privileges app',
          'revoke-privileges app',
        ],
        answers: [
          { database: 'app', ask: owners('data.own'), answer: { schema: 'o', relation: 'svc' } },
          { database: 'app', ask: owners('data.orders_1'), answer: { schema: 'o', relation: 'o' } },
          { database: 'app', ask: owners('data.latest'), answer: { schema: 'o', relation: 'o' } },
          { database: 'app', ask: owners('data.admins_id_seq'), answer: { schema: 'o', relation: 'o' } },
          { database: 'app', ask: owners('more."Odd ""name"""'), answer: { schema: 'o', relation: 'o' } },
          {
            database: 'app',
            ask: `SELECT has_table_privilege('old', 'data.orders', 'SELECT, INSERT') AS kept, has_schema_privilege('old', 'data', 'CREATE') AS creates,
                         (SELECT count(*)::int FROM pg_shdepend WHERE refobjid = 'old'::regrole AND deptype = 'o') AS owns`,
            answer: { kept: true, creates: false, owns: 0 },
          },
        ],
      },
    ],
  },
];
