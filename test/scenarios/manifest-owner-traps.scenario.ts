// What others ran into when what is in databases changes hands: each a scenario of that name.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const before = fromManifest(
  'roles: {o: {}, svc: {login: true}, old: {}}\ndatabases: {app: {schemas: [data], access: {svc: create, old: create}}}',
);
const after = fromManifest(
  'roles: {o: {}, svc: {login: true}, old: {}}\ndatabases: {app: {schemas: [data], owner: o, access: {svc: create, old: read}}}',
);
const flags = { allow: ['revoke'] };
const ownerOf = (relation: string) =>
  `SELECT relowner::regrole::text AS owner FROM pg_class WHERE oid = '${relation}'::regclass`;

export const scenarios: readonly Scenario[] = [
  {
    name: 'manifest: partitions do not follow an ownership transfer',
    earlier: before,
    desired: after,
    start: [
      {
        sql: `SET SESSION AUTHORIZATION old; CREATE TABLE data.t (id int) PARTITION BY LIST (id);
              CREATE TABLE data.t1 PARTITION OF data.t FOR VALUES IN (1) PARTITION BY LIST (id); CREATE TABLE data.t11 PARTITION OF data.t1 DEFAULT`,
        database: 'app',
      },
    ],
    rounds: [
      {
        flags,
        answers: ['data.t', 'data.t1', 'data.t11'].map((name) => ({
          database: 'app',
          ask: ownerOf(name),
          answer: { owner: 'o' },
        })),
      },
    ],
  },
  {
    name: 'manifest: an owner transfer merges ACL entries',
    earlier: before,
    desired: after,
    start: [
      {
        sql: 'SET SESSION AUTHORIZATION old; CREATE TABLE data.t (id int); GRANT SELECT ON data.t TO o; GRANT INSERT ON data.t TO svc',
        database: 'app',
      },
    ],
    rounds: [
      {
        flags,
        answers: [
          {
            database: 'app',
            ask: `SELECT string_agg(DISTINCT grantee::regrole || ' by ' || grantor::regrole, ', ') AS grants,
                         has_table_privilege('old', 'data.t', 'SELECT') AS reads, has_table_privilege('old', 'data.t', 'INSERT') AS writes
                    FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = 'data.t'::regclass`,
            answer: { grants: 'o by o, old by o', reads: true, writes: false },
          },
        ],
      },
    ],
  },
  {
    name: 'manifest: members of extensions stay as they are, under a superuser too',
    earlier: fromManifest(
      'roles: {o: {}}\ndatabases: {app: {schemas: [data], extensions: [{name: citext, schema: data}]}}',
    ),
    desired: fromManifest(
      'roles: {o: {}}\ndatabases: {app: {schemas: [data], extensions: [{name: citext, schema: data}], owner: o}}',
    ),
    start: [{ sql: 'CREATE TABLE data.own (id int)', database: 'app', as: 'admin' }],
    rounds: [
      {
        answers: [
          {
            database: 'app',
            ask: `SELECT (SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'citext_eq') AS member,
                         (SELECT count(*)::int FROM pg_proc WHERE pronamespace = 'data'::regnamespace AND proacl IS NOT NULL) AS changed,
                         (SELECT relowner::regrole::text FROM pg_class WHERE oid = 'data.own'::regclass) AS own`,
            answer: { member: 'postgres', changed: 0, own: 'o' },
          },
        ],
      },
    ],
  },
  {
    name: "manifest: a DBA's things stay the DBA's, and it is told",
    earlier: before,
    desired: fromManifest(`
roles: {o: {}, svc: {login: true}, old: {}}
databases: {app: {schemas: [data], owner: o, access: {svc: create, old: connect}}}
`),
    start: [
      {
        sql: 'CREATE ROLE dba SUPERUSER; SET SESSION AUTHORIZATION dba; CREATE TABLE data.t (id int); CREATE TABLE data.u (id int)',
        database: 'app',
      },
    ],
    rounds: [
      {
        flags,
        findings: ['owner-of-contents'],
        answers: [{ database: 'app', ask: ownerOf('data.t'), answer: { owner: 'dba' } }],
      },
    ],
  },
  {
    name: 'manifest: names with @ and ., and with quotes',
    desired: fromManifest(`
roles: {'o@x.y': {}, 'svc"$bus$': {login: true}}
databases:
  'a.b': {owner: o@x.y, schemas: ['c.d', 'e"f'], extensions: [{name: citext, schema: c.d}], access: {'svc"$bus$': create}}
`),
    rounds: [
      {
        answers: [
          {
            database: 'a.b',
            ask: `SELECT string_agg(nspname, ', ' ORDER BY nspname) AS schemas FROM pg_namespace WHERE nspowner = '"o@x.y"'::regrole`,
            answer: { schemas: 'c.d, e"f' },
          },
        ],
      },
    ],
  },
  {
    name: "manifest: a transfer moves none of the role's databases",
    earlier: before,
    desired: after,
    start: [
      { sql: 'CREATE TABLE data.t (id int)', database: 'app', as: 'admin' },
      { sql: 'CREATE DATABASE beside', as: 'admin' },
    ],
    rounds: [
      {
        flags,
        answers: [
          { ask: "SELECT count(*)::int AS given FROM pg_database WHERE datdba = 'o'::regrole", answer: { given: 0 } },
        ],
      },
    ],
  },
];
