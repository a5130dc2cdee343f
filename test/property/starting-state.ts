// What a random cluster has been through before the deployment comes: changes by hand, by other tools, by other
// deployments. Every change is data that can be printed; one that the server refuses is no change.
import { dsnFileName } from 'bus-integration-database';
import { birthLimit } from '../../packages/bus-integration-postgres/src/observe/mark.ts';
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

/** The names that changes are likeliest to be about: those that will be declared. */
export interface Likely {
  readonly roles: readonly string[];
  readonly databases: readonly string[];
  readonly schemas: readonly string[];
}

/** Up to `most` random changes. */
export function randomChanges(random: Random, likely: Likely, most: number): Change[] {
  return Array.from({ length: random.upTo(most) }, () => random.pick(kinds)({ ...random, likely })).flat();
}

interface Chooser extends Random {
  readonly likely: Likely;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const roleNames = [...pool.roles.slice(0, 2), ...pool.databases.map((name) => `${name}_svc`)];
const marks = [exampleId, 'other'].map((id) => `bus-deployment=${id}`);

const either = (random: Chooser, likely: readonly string[], all: readonly string[]) =>
  random.pick(random.chance(0.85) ? likely : all);
const roleName = (random: Chooser) => either(random, random.likely.roles, roleNames);
const someRole = (random: Chooser) => quoted(roleName(random));
const someDatabase = (random: Chooser) => either(random, random.likely.databases, pool.databases);
const someSchema = (random: Chooser) => quoted(either(random, random.likely.schemas, pool.schemas));
const byWhom = (random: Chooser): Pick<Statement, 'as'> => (random.chance(0.5) ? { as: 'admin' } : {});
const someGrantee = (random: Chooser) =>
  random.pick(['PUBLIC', 'bystander', someRole(random), someRole(random), someRole(random)]);
const someComment = (random: Chooser) =>
  random.pick([
    'NULL',
    "'by hand'",
    ...marks.map((mark) => `'${mark}'`),
    `E'note\\n${marks[0]}'`,
    `E'${marks[1]}\\n${marks[0]}'`,
  ]);
const someFile = (random: Chooser) =>
  dsnFileName(someDatabase(random), random.chance(0.7) ? undefined : roleName(random));

const onDatabase = ['CONNECT', 'TEMPORARY', 'CREATE', 'ALL'];
const onSchema = ['USAGE', 'CREATE', 'ALL'];

const kinds: readonly ((random: Chooser) => Change[])[] = [
  (random) => [
    {
      sql: `CREATE ROLE ${someRole(random)} ${random.pick(['LOGIN', 'NOLOGIN'])} ${random.pick(['', "PASSWORD 'by hand'"])}`,
      ...byWhom(random),
    },
  ],
  (random) => [{ sql: `CREATE DATABASE ${quoted(someDatabase(random))}`, ...byWhom(random) }],
  (random) => [{ sql: `CREATE SCHEMA ${someSchema(random)}`, database: someDatabase(random), ...byWhom(random) }],
  (random) => [
    {
      sql: `CREATE SCHEMA ${someSchema(random)} AUTHORIZATION ${random.pick(['bystander', someRole(random)])}`,
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
  ...[0, 1, 2].map(() => (random: Chooser) => [
    {
      sql: `GRANT ${random.pick(onDatabase)} ON DATABASE ${quoted(someDatabase(random))} TO ${someGrantee(random)} ${random.pick(['', '', 'WITH GRANT OPTION'])}`,
      ...byWhom(random),
    },
  ]),
  ...[0, 1].map(() => (random: Chooser) => [
    {
      sql: `GRANT ${random.pick(onSchema)} ON SCHEMA ${someSchema(random)} TO ${someGrantee(random)} ${random.pick(['', '', 'WITH GRANT OPTION'])}`,
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
      sql: `REVOKE ${random.pick(onSchema)} ON SCHEMA ${someSchema(random)} FROM ${someGrantee(random)}`,
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
  ...[0, 1].map(() => (random: Chooser): Change[] => {
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
