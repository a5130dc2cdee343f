// Pairs of random manifests on live servers: from what the first left, and what others did, the second converges or is
// refused by name; nothing unmanaged changes and no self-grant stays. `MANIFEST_PAIRS=500` runs all, else a seeded sample.
import { type Response, risks } from 'bus-integration-database';
import { type Server, startServer } from 'embedded';
import { afterAll, describe, expect, test } from 'vitest';
import { type ManifestCase, manifestCase } from './property/random-manifest.ts';
import { createDeployment, fromManifest, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { adminDsnOf, explain } from './scenarios/stage.ts';

const refusals = ['unsafe', 'insufficient-privilege', 'not-ours'];
const sample = 4;
const runs = Number(process.env.MANIFEST_PAIRS ?? sample);
const firstSeed = Number(process.env.MANIFEST_SEED ?? 1);
const endings = new Map<string, number>();
console.log(
  `manifests: ${runs} of 500 random pairs, seeds ${firstSeed} to ${firstSeed + runs - 1} (MANIFEST_PAIRS=500 runs all)`,
);

describe('a pair of manifests', () => {
  test.each(Array.from({ length: runs }, (_, at) => firstSeed + at))(
    'seed %i',
    async (seed) => {
      const random = manifestCase(seed);
      try {
        const ending = await runPair(random);
        endings.set(ending, (endings.get(ending) ?? 0) + 1);
      } catch (error) {
        const again = `MANIFEST_SEED=${seed} MANIFEST_PAIRS=1 npx vitest run test/property-manifest`;
        console.error(`repeat: ${again}\n${random.major} ${random.admin}\n${random.present}---\n${random.declared}---`);
        console.error(random.changes.map(({ sql }) => sql).join('\n'));
        throw error;
      }
    },
    120_000,
  );
});

afterAll(() => {
  console.log(`manifests: ${[...endings].map(([ending, count]) => `${count} ${ending}`).join(', ')}`);
  if (runs >= sample) expect(endings.get('converged') ?? 0).toBeGreaterThan(runs / 2);
});

async function runPair({ major, admin, present, declared, changes }: ManifestCase): Promise<string> {
  await using server = await startServer({ major });
  using folder = temporaryFolder();
  const adminDsn = await adminDsnOf(server, admin);
  await server.query('CREATE ROLE outsider LOGIN');
  await server.query('CREATE DATABASE elsewhere');
  const parameters = 'ON PARAMETER log_statement, log_duration TO deploy_admin WITH GRANT OPTION';
  if (major >= 15 && admin !== 'superuser') await server.query(`GRANT SET, ALTER SYSTEM ${parameters}`);
  await server.query('CREATE TABLE others (id int); GRANT SELECT ON others TO outsider', { database: 'elsewhere' });
  const at = { adminDsn, folder: folder.path };
  const flags = { adopt: true, allow: risks, rotate: [] as string[] };
  const first = await createDeployment({ ...at, desired: fromManifest(present) }).apply(flags);
  if (!first.ok) return refusalOf(first);
  for (const { sql, database } of changes) {
    // What the first manifest did not make can't be changed.
    await server.query(sql, { ...(database !== undefined && { database }) }).catch(() => undefined);
  }
  const before = await unmanagedIn(server);
  const deployment = createDeployment({ ...at, desired: fromManifest(declared) });
  // A login that had no file until now has a password that nobody knows.
  const { diagnostics } = await deployment.plan(flags);
  const lost = diagnostics.filter(({ code }) => code === 'password-lost').map(({ target = '' }) => target);
  flags.rotate.push(...lost);
  const plan = await deployment.plan(flags);
  expect(await unmanagedIn(server), 'plan changes nothing').toEqual(before);
  if (!plan.ok) return refusalOf(plan);
  const applied = await deployment.apply(flags);
  expect(applied.ok, explain(applied)).toBe(true);
  const again = await deployment.plan({ ...flags, rotate: [] });
  expect([again.ok, stepLines(again.steps)], explain(again)).toEqual([true, []]);
  expect(await unmanagedIn(server), 'what is not ours').toEqual(before);
  return 'converged';
}

/** Refused by name, with what to do. */
function refusalOf(response: Response): string {
  const failures = response.diagnostics.filter(({ severity }) => severity === 'fail');
  expect(refusals, explain(response)).toContain(response.error_class);
  expect(failures.length, explain(response)).toBeGreaterThan(0);
  for (const { message, remedy } of failures) expect(remedy, `a remedy for: ${message}`).toBeTruthy();
  return `${response.error_class}: ${[...new Set(failures.map(({ code }) => code))].join(', ')}`;
}

/** The outsider with all it may do, the database elsewhere, and the admin's own memberships that give it rights. */
async function unmanagedIn(server: Server): Promise<unknown> {
  const cluster = await server.query(`
    SELECT pg_catalog.to_jsonb(role) - 'oid' AS found FROM pg_catalog.pg_roles AS role WHERE rolname = 'outsider'
    UNION ALL SELECT pg_catalog.to_jsonb(one) - 'oid' FROM pg_catalog.pg_database AS one WHERE datname = 'elsewhere'
    UNION ALL SELECT pg_catalog.to_jsonb(edge) - 'oid' FROM pg_catalog.pg_auth_members AS edge
               WHERE edge.member IN ('outsider'::pg_catalog.regrole, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = 'deploy_admin'))
    UNION ALL SELECT pg_catalog.to_jsonb(entry.privilege_type) FROM pg_catalog.pg_database, pg_catalog.aclexplode(datacl) AS entry
               WHERE entry.grantee = 'outsider'::pg_catalog.regrole`);
  const onParameters = `SELECT parname, entry.privilege_type FROM pg_catalog.pg_parameter_acl, pg_catalog.aclexplode(paracl) AS entry
                         WHERE entry.grantee = 'outsider'::pg_catalog.regrole ORDER BY 1, 2`;
  const parameters = server.major >= 15 ? await server.query(onParameters) : [];
  const inside = await Promise.all(
    ['rnd_one', 'rnd_two', 'elsewhere'].map((database) =>
      server.query(
        `SELECT relname, privilege_type FROM pg_catalog.pg_class, pg_catalog.aclexplode(relacl) AS entry
          WHERE entry.grantee = 'outsider'::pg_catalog.regrole ORDER BY 1, 2`,
        { database },
      ),
    ),
  );
  return [cluster.map((row) => JSON.stringify(row)).sort(), parameters, inside];
}
