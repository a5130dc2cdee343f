// What a random cluster has been through before the deployment comes: changes by hand, by other tools, by other
// deployments. Every change is data that can be printed; one that the server refuses is no change.
import { birthLimit } from '../../packages/bus-integration-postgres/src/mark.ts';
import { exampleId } from '../scenarios/deployment.ts';
import type { FileEdit, Statement } from '../scenarios/scenario.ts';
import type { Random } from './random.ts';

export const pool = {
  databases: ['app', 'logs', 'Odd "db"'],
  roles: ['svc', 'Re porting', '{database}_svc'],
  schemas: ['public', 'data', 'Sche ma'],
} as const;

/** Made on every server; nothing of theirs may ever change. */
export const bystanders: readonly Statement[] = [
  { sql: "CREATE ROLE bystander LOGIN PASSWORD 'bystanding'" },
  { sql: 'CREATE ROLE helpful' },
  { sql: 'CREATE DATABASE neighbour' },
  { sql: "COMMENT ON DATABASE neighbour IS 'not yours'; GRANT CREATE ON DATABASE neighbour TO bystander" },
  {
    sql: 'CREATE SCHEMA garden; CREATE TABLE garden.rose (); GRANT ALL ON SCHEMA garden TO PUBLIC',
    database: 'neighbour',
  },
];

export type Change = Statement | FileEdit;

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const roleNames = [...pool.roles.slice(0, 2), ...pool.databases.map((name) => `${name}_svc`)];
const marks = [exampleId, 'other'].map((id) => `bus-deployment=${id}`);

/** Up to `most` random changes. */
export function randomChanges(random: Random, most: number): Change[] {
  return Array.from({ length: random.upTo(most) }, () => random.pick(kinds)(random)).flat();
}

const someRole = (random: Random) => quoted(random.pick(random.chance(0.7) ? pool.roles.slice(0, 1) : roleNames));
const someDatabase = (random: Random) => random.pick(random.chance(0.6) ? pool.databases.slice(0, 1) : pool.databases);
const byWhom = (random: Random): Pick<Statement, 'as'> => (random.chance(0.5) ? { as: 'admin' } : {});
const someGrantee = (random: Random) =>
  random.pick(['PUBLIC', 'bystander', someRole(random), someRole(random), someRole(random)]);
const someComment = (random: Random) =>
  random.pick([
    'NULL',
    "'by hand'",
    ...marks.map((mark) => `'${mark}'`),
    `E'note\\n${marks[0]}'`,
    `E'${marks[1]}\\n${marks[0]}'`,
  ]);
const someFile = (random: Random) => {
  const database = encodeURIComponent(someDatabase(random));
  return random.chance(0.8) ? `${database}.dsn` : `${database}.${encodeURIComponent(roleNames[1] ?? '')}.dsn`;
};

const onDatabase = ['CONNECT', 'TEMPORARY', 'CREATE', 'ALL'];
const onSchema = ['USAGE', 'CREATE', 'ALL'];

const kinds: readonly ((random: Random) => Change[])[] = [
  (random) => [
    {
      sql: `CREATE ROLE ${someRole(random)} ${random.pick(['LOGIN', 'NOLOGIN'])} ${random.pick(['', "PASSWORD 'by hand'"])}`,
      ...byWhom(random),
    },
  ],
  (random) => [{ sql: `CREATE DATABASE ${quoted(someDatabase(random))}`, ...byWhom(random) }],
  (random) => [
    { sql: `CREATE SCHEMA ${quoted(random.pick(pool.schemas))}`, database: someDatabase(random), ...byWhom(random) },
  ],
  (random) => [
    {
      sql: `CREATE SCHEMA ${quoted(random.pick(pool.schemas))} AUTHORIZATION ${random.pick(['bystander', someRole(random)])}`,
      database: someDatabase(random),
    },
  ],
  (random) => [{ sql: `COMMENT ON ROLE ${someRole(random)} IS ${someComment(random)}` }],
  (random) => [{ sql: `COMMENT ON DATABASE ${quoted(someDatabase(random))} IS ${someComment(random)}` }],
  (random) => {
    const role = someRole(random);
    const owned = pool.databases.map((database) => ({ sql: `DROP OWNED BY ${role}`, database }));
    return [...owned, { sql: `DROP ROLE ${role}` }];
  },
  (random) => [{ sql: `DROP DATABASE ${quoted(someDatabase(random))}` }],
  // Grants and revocations are what goes wrong most in real life.
  ...[0, 1, 2].map(() => (random: Random) => [
    {
      sql: `GRANT ${random.pick(onDatabase)} ON DATABASE ${quoted(someDatabase(random))} TO ${someGrantee(random)} ${random.pick(['', '', 'WITH GRANT OPTION'])}`,
      ...byWhom(random),
    },
  ]),
  ...[0, 1].map(() => (random: Random) => [
    {
      sql: `GRANT ${random.pick(onSchema)} ON SCHEMA ${quoted(random.pick(pool.schemas))} TO ${someGrantee(random)} ${random.pick(['', '', 'WITH GRANT OPTION'])}`,
      database: someDatabase(random),
      ...byWhom(random),
    },
  ]),
  (random) => [
    {
      sql: `REVOKE ${random.pick(onDatabase)} ON DATABASE ${quoted(someDatabase(random))} FROM ${someGrantee(random)}`,
      ...byWhom(random),
    },
  ],
  (random) => [
    {
      sql: `REVOKE ${random.pick(onSchema)} ON SCHEMA ${quoted(random.pick(pool.schemas))} FROM ${someGrantee(random)}`,
      database: someDatabase(random),
      ...byWhom(random),
    },
  ],
  (random) => {
    const database = quoted(someDatabase(random));
    const privilege = random.pick(onDatabase.slice(0, 3));
    return [
      { sql: `GRANT ${privilege} ON DATABASE ${database} TO helpful WITH GRANT OPTION`, ...byWhom(random) },
      { sql: `SET ROLE helpful; GRANT ${privilege} ON DATABASE ${database} TO ${someGrantee(random)}` },
    ];
  },
  (random) => [
    {
      sql: `ALTER ROLE ${someRole(random)} ${random.pick(['NOLOGIN', "PASSWORD 'changed'", 'PASSWORD NULL', 'CREATEDB'])}`,
    },
  ],
  (random) => [{ sql: `ALTER ROLE ${someRole(random)} SET work_mem = '8MB'` }],
  (random) => [{ sql: `GRANT helpful TO ${someRole(random)}` }],
  (random) => [
    {
      sql: `ALTER DATABASE ${quoted(someDatabase(random))} ${random.pick(['OWNER TO bystander', 'OWNER TO postgres', 'ALLOW_CONNECTIONS false', 'CONNECTION LIMIT 7'])}`,
    },
  ],
  (random) => [{ sql: `UPDATE pg_database SET datconnlimit = -2 WHERE datname = '${someDatabase(random)}'` }],
  (random) => {
    const name = someDatabase(random);
    return [
      { sql: `DROP DATABASE ${quoted(name)}` },
      {
        sql: `CREATE DATABASE ${quoted(name)} TEMPLATE template0 ALLOW_CONNECTIONS false CONNECTION LIMIT ${birthLimit(exampleId, name)}`,
        as: 'admin',
      },
    ];
  },
  ...[0, 1].map(() => (random: Random): Change[] => {
    const file = someFile(random);
    return random.pick<Change[]>([
      [{ remove: file }],
      [{ truncate: file }],
      [{ edit: file, from: /:[^:@]*@/, to: ':stale@' }],
      [{ edit: file, from: '127.0.0.1', to: 'elsewhere.example' }],
      [{ copy: file, to: `${file}.staged` }],
      [
        { copy: file, to: `${file}.staged` },
        { edit: file, from: /:[^:@]*@/, to: ':before@' },
      ],
      [
        { copy: file, to: `${file}.staged` },
        { edit: `${file}.staged`, from: /:[^:@]*@/, to: ':never@' },
      ],
    ]);
  }),
];
