// Manifests of one deployment, one after the other on one server: whatever an earlier one left, each converges, its second
// plan is empty, nothing of anybody else changes, and the admin is a member of nothing that it was not a member of.
// `HISTORY_RUNS=50` runs more of them, `HISTORY_SEED=n` begins elsewhere.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Major, type Server, startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { createRandom, type Random } from './property/random.ts';
import { dumpCluster } from './scenarios/cluster-dump.ts';
import { createDeployment, exampleId, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { adminDsnOf, explain } from './scenarios/stage.ts';

const runs = Number(process.env.HISTORY_RUNS ?? 2);
const firstSeed = Number(process.env.HISTORY_SEED ?? 1);
const seeds = Array.from({ length: runs }, (_, index) => firstSeed + index);
const length = 5;
console.log(`histories: ${runs} of ${length} manifests each, seeds ${firstSeed} to ${firstSeed + runs - 1}`);

interface Written {
  readonly roles: Record<string, object>;
  readonly databases: Record<string, { owner?: string; schemas: string[]; access: Record<string, string> }>;
  readonly retire: { roles: Record<string, object>; databases: Record<string, object> };
}

const owners = ['one_owner', 'other_owner'];
/** Two that stay, so that files keep their names. */
const staying = ['shop_app', 'shop_worker'];
const coming = ['batch', 'reporter'];
const words = ['connect', 'read', 'write', 'create'];
async function databasesOf(server: Server): Promise<string[]> {
  const rows = await server.query(
    'SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate',
  );
  return rows.map(({ datname }) => String(datname));
}

/** As pg_dump writes it, with every table and no rows. */
async function dumpOf(server: Server, database: string): Promise<string> {
  const tables = await server.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_catalog.pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    { database },
  );
  const statements = tables.map(({ name }) => `CREATE TABLE ${name} (\n);\n\nCOPY ${name}  FROM stdin;\n\\.\n`);
  const [begin, end] = ['', ' complete'].map((word) => `--\n-- PostgreSQL database dump${word}\n--\n`);
  return `${begin}\n\\connect ${database}\n\n${statements.join('\n')}\n${end}`;
}

/** A manifest that follows another: what it declares no more it retires, or leaves as it is. */
function follow(random: Random, known: Record<'roles' | 'databases' | 'owned', Set<string>>): Written {
  const logins = [...staying, ...random.some(coming, 0)];
  const databases = ['orders', ...random.some(['billing', 'old_shop'], 0)];
  const roles = Object.fromEntries([
    ...owners.map((name) => [name, {}]),
    ...logins.map((name) => [name, { login: true, ...(random.chance(0.3) && { connections: 5 + random.upTo(20) }) }]),
  ]);
  const declared = databases.map((name) => [
    name,
    {
      // Once its things are an owner's they may go to another one.
      ...((random.chance(0.7) || known.owned.has(name)) && { owner: random.pick(owners) }),
      schemas: ['data', ...random.some(['more', 'extra'], 0)],
      // Who logs in to nothing has no file, and nobody knows its password.
      access: Object.fromEntries(
        random.some(logins, name === 'orders' ? logins.length : 1).map((role) => [role, random.pick(words)]),
      ),
    },
  ]);
  const gone = (names: Iterable<string>, kept: readonly string[]) =>
    [...names].filter((name) => !kept.includes(name) && random.chance(0.7));
  const retired = {
    roles: Object.fromEntries(
      gone(known.roles, [...owners, ...logins]).map((name) => [name, { reassign_to: random.pick(owners) }]),
    ),
    databases: Object.fromEntries(
      gone(known.databases, databases).map((name) => [name, { drop: name, dump: `./${name}.sql` }]),
    ),
  };
  for (const name of Object.keys(roles)) known.roles.add(name);
  for (const name of databases) known.databases.add(name);
  for (const [name, { owner }] of Object.entries(Object.fromEntries(declared) as Written['databases']))
    if (owner !== undefined) known.owned.add(name);
  return { roles, databases: Object.fromEntries(declared), retire: retired };
}

/** What services and people make meanwhile, each where it may. */
async function use(server: Server, { databases }: Written, round: number): Promise<void> {
  for (const [database, { owner, schemas, access }] of Object.entries(databases)) {
    const makers = [...Object.entries(access).flatMap(([role, word]) => (word === 'create' ? [role] : [])), owner];
    for (const role of makers) {
      if (role === undefined) continue;
      for (const schema of schemas) {
        const name = `${schema}.of_${role}_${round}`;
        await server.query(
          `SET SESSION AUTHORIZATION ${role};
           CREATE TABLE IF NOT EXISTS ${name} (id int GENERATED ALWAYS AS IDENTITY);
           CREATE OR REPLACE FUNCTION ${name}() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
          { database },
        );
      }
    }
  }
}

/** Of what is not the deployment's. */
async function theirs(server: Server): Promise<unknown> {
  const dumped = await dumpCluster(server);
  return Object.fromEntries(
    [...dumped].filter(([, { name, database }]) => [name, database].some((one) => one?.startsWith('their'))),
  );
}

async function standingMemberships(server: Server): Promise<unknown> {
  return server.query(
    `SELECT roleid::regrole::text AS role FROM pg_auth_members AS edge
      WHERE member::regrole::text = 'deploy_admin' AND roleid::regrole::text <> 'their_group'
        AND (current_setting('server_version_num')::int < 160000
          OR (to_jsonb(edge) ->> 'inherit_option')::boolean OR (to_jsonb(edge) ->> 'set_option')::boolean)`,
  );
}

const flags = { allow: ['revoke', 'destructive', 'update', 'grant', 'create', 'elevate'] };
const majors: readonly Major[] = [18, 14, 16, 15, 17];

describe('a history of manifests', () => {
  test.each(seeds)('seed %i', { timeout: 180_000 }, async (seed) => {
    const random = createRandom(seed);
    const major = majors[seed % majors.length] ?? 18;
    await using server = await startServer({ major });
    using folder = temporaryFolder();
    const adminDsn = await adminDsnOf(server, 'plain');
    await server.query('CREATE ROLE their_role LOGIN; CREATE ROLE their_group; GRANT their_group TO deploy_admin');
    await server.query('CREATE DATABASE theirs OWNER their_role');
    await server.query('CREATE TABLE public.kept (id int); GRANT SELECT ON public.kept TO their_role', {
      database: 'theirs',
    });
    const before = await theirs(server);
    const known = { roles: new Set<string>(), databases: new Set<string>(), owned: new Set<string>() };
    const told: string[] = [];
    for (let round = 1; round <= length; round += 1) {
      const written = follow(random, known);
      for (const name of await databasesOf(server))
        writeFileSync(join(folder.path, `${name}.sql`), await dumpOf(server, name));
      const manifest = JSON.stringify({ version: 1, deployment: exampleId, ...written });
      told.push(manifest);
      const history = () => `PostgreSQL ${major}, HISTORY_SEED=${seed} HISTORY_RUNS=1\n${told.join('\n')}`;
      const deployment = createDeployment({ adminDsn, desired: { databases: [], manifest }, folder: folder.path });
      const applied = await deployment.apply(flags);
      expect(applied.ok, `${explain(applied)}\n${history()}`).toBe(true);
      const again = await deployment.plan();
      expect([again.ok, ...stepLines(again.steps)], `${explain(again)}\n${history()}`).toEqual([true]);
      for (const name of Object.keys(written.retire.roles)) known.roles.delete(name);
      for (const name of Object.keys(written.retire.databases)) {
        known.databases.delete(name);
        known.owned.delete(name);
      }
      const left = await server.query<{ name: string }>(
        'SELECT rolname AS name FROM pg_roles WHERE rolname = ANY ($1) UNION ALL SELECT datname FROM pg_database WHERE datname = ANY ($2)',
        { values: [Object.keys(written.retire.roles), Object.keys(written.retire.databases)] },
      );
      expect(left, history()).toEqual([]);
      expect(await theirs(server), history()).toEqual(before);
      expect(await standingMemberships(server), history()).toEqual([]);
      await use(server, written, round);
    }
  });
});
