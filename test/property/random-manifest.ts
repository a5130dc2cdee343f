// Random manifests of a few roles and databases: every word, attribute, membership and setting may be in one.
import { stringify } from 'yaml';
import { createRandom, type Random } from './random.ts';

export interface ManifestCase {
  readonly seed: number;
  readonly major: 14 | 15 | 16 | 17 | 18;
  readonly admin: 'superuser' | 'plain' | 'self-granting';
  /** Manifests without their head, one after the other. */
  readonly present: string;
  readonly declared: string;
  /** Statements of somebody else between the two. */
  readonly changes: readonly { readonly sql: string; readonly database?: string }[];
}

const owners = ['owner_one', 'owner_two'] as const;
const logins = ['app_one', 'app_two'] as const;
const groups = ['team_one', 'team_two'] as const;
const databases = ['rnd_one', 'rnd_two'] as const;
const schemas = ['app', 'audit', 'public'] as const;
const words = ['connect', 'read', 'write', 'create'] as const;
const settings = { statement_timeout: ['30s', '1min'], work_mem: ['8MB', '4096kB'], search_path: [['app', 'public']] };

/** The same case for the same seed, on every machine. */
export function manifestCase(seed: number): ManifestCase {
  const random = createRandom(seed * 7919);
  const major = random.pick([14, 15, 16, 17, 18] as const);
  const admin = random.pick(['superuser', 'plain', ...(major >= 16 ? ['self-granting'] : [])] as const);
  return {
    seed,
    major,
    admin: admin as ManifestCase['admin'],
    present: stringify(manifest(random, major), { aliasDuplicateObjects: false }),
    declared: stringify(manifest(random, major), { aliasDuplicateObjects: false }),
    changes: random.some(changes, 0, 4),
  };
}

/** All roles are in each: what leaves a file is another matter. */
function manifest(random: Random, major: ManifestCase['major']): object {
  const roles = Object.fromEntries([
    ...owners.map((name) => [name, roleOf(random, false, major)] as const),
    ...logins.map((name) => [name, roleOf(random, true, major)] as const),
    ...groups.map((name) => [name, roleOf(random, false, major)] as const),
    ['migrator', { login: true, acts_as: 'owner_one' }],
  ]);
  return { roles, databases: Object.fromEntries(databases.map((name) => [name, databaseOf(random)])) };
}

function roleOf(random: Random, login: boolean, major: ManifestCase['major']): object {
  return {
    ...(login && { login }),
    ...(random.chance(0.3) && { connections: random.pick([5, 10, 'unlimited']) }),
    ...(random.chance(0.2) && { valid_until: '2037-01-01T00:00:00Z' }),
    ...(random.chance(0.4) && { settings: settingsOf(random) }),
    ...(major >= 15 && random.chance(0.2) && { parameters: parametersOf(random) }),
    ...(login && random.chance(0.4) && { member_of: random.some(groups, 1) }),
  };
}

function parametersOf(random: Random): object {
  const names = ['log_statement', 'log_duration'] as const;
  return { SET: random.some(names, 0), ...(random.chance(0.3) && { 'ALTER SYSTEM': ['log_statement'] }) };
}

function settingsOf(random: Random): object {
  const names = random.some(Object.keys(settings) as (keyof typeof settings)[], 1);
  return Object.fromEntries(names.map((name) => [name, random.pick<unknown>(settings[name])]));
}

function databaseOf(random: Random): object {
  const declared = random.some(schemas, 1);
  const hasOwner = random.chance(0.7);
  const entering = random.some([...logins, ...groups], 0);
  const access = Object.fromEntries(entering.map((role) => [role, accessOf(random, declared)]));
  return {
    schemas: declared,
    ...(hasOwner && { owner: random.pick(owners) }),
    access: { ...access, ...(hasOwner && { migrator: 'connect' }) },
    ...(random.chance(0.2) && { connections: 20 }),
    ...(random.chance(0.2) && { public: { connect: random.chance(0.5) } }),
    ...(random.chance(0.3) && { routines: random.pick(['closed', 'keep']) }),
    ...(random.chance(0.3) && { extensions: ['pgcrypto'] }),
    ...(random.chance(0.3) && { settings: { work_mem: '16MB' } }),
  };
}

function accessOf(random: Random, declared: readonly string[]): unknown {
  if (random.chance(0.8)) return random.pick(words);
  return {
    SELECT: 'tables',
    ...(random.chance(0.5) && { USAGE: [random.pick(declared), ...random.some(used(declared), 0, 3)] }),
  };
}

/** Most of them are made by the changes; what is not there is told. */
const used = (declared: readonly string[]) => [
  'FOREIGN SERVER files',
  'FOREIGN DATA WRAPPER nothing',
  ...declared.map((schema) => `TYPE ${schema}.kind`),
  ...declared.map((schema) => `TYPE ${schema}.of_owner`),
];

const table = (schema: string, name: string) => `CREATE TABLE IF NOT EXISTS ${schema}.${name} (id serial, v text)`;
const changes: ManifestCase['changes'] = [
  { sql: table('public', 'of_superuser'), database: 'rnd_one' },
  { sql: `SET ROLE owner_one; ${table('app', 'of_owner')}`, database: 'rnd_one' },
  { sql: `SET ROLE owner_two; ${table('app', 'of_other')}`, database: 'rnd_two' },
  { sql: `SET ROLE app_one; ${table('app', 'of_app')}`, database: 'rnd_one' },
  { sql: `SET ROLE owner_one; GRANT SELECT ON app.of_owner TO team_two, outsider`, database: 'rnd_one' },
  {
    sql: "SET ROLE owner_one; CREATE TYPE app.kind AS ENUM ('a'); REVOKE USAGE ON TYPE app.kind FROM PUBLIC; GRANT USAGE ON TYPE app.kind TO team_one, outsider",
    database: 'rnd_one',
  },
  {
    sql: "SET ROLE app_one; CREATE TYPE public.kind AS ENUM ('a'); REVOKE USAGE ON TYPE public.kind FROM PUBLIC",
    database: 'rnd_two',
  },
  {
    sql: 'CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER files FOREIGN DATA WRAPPER nothing; GRANT USAGE ON FOREIGN SERVER files TO outsider, app_two',
    database: 'rnd_one',
  },
  {
    sql: 'CREATE FOREIGN DATA WRAPPER nothing; ALTER FOREIGN DATA WRAPPER nothing OWNER TO CURRENT_USER; GRANT USAGE ON FOREIGN DATA WRAPPER nothing TO owner_two; SET ROLE owner_two; CREATE SERVER files FOREIGN DATA WRAPPER nothing',
    database: 'rnd_two',
  },
  { sql: 'GRANT CONNECT ON DATABASE rnd_one TO PUBLIC, outsider' },
  { sql: 'ALTER ROLE app_one SET lock_timeout = 1000' },
  { sql: 'ALTER ROLE app_two CONNECTION LIMIT 3' },
  { sql: 'GRANT team_one TO outsider' },
  { sql: 'GRANT SET ON PARAMETER log_statement TO team_one, app_two, outsider' },
  { sql: 'REVOKE ALL ON SCHEMA app FROM app_one, app_two, team_one, team_two', database: 'rnd_one' },
  { sql: 'ALTER DEFAULT PRIVILEGES FOR ROLE owner_one GRANT ALL ON TABLES TO team_one', database: 'rnd_one' },
  {
    sql: "CREATE OR REPLACE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION public.f() OWNER TO app_one",
    database: 'rnd_two',
  },
];
