// An apply that retires a role and a database, killed at any instant: the next one goes on, and nothing of anybody else's
// is lost.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlainAdmin, type Major, type Server, startServer } from 'embedded';
import { afterAll, expect, test } from 'vitest';
import { createDeployment, fromManifest, stepLines } from '../scenarios/deployment.ts';
import { explain } from '../scenarios/stage.ts';
import { majorsFor } from './grounds.ts';
import { installBinary, type Watched } from './killed-run.ts';
import { readExtent } from './sample.ts';
import { sweep, type Trial } from './sweep.ts';

const extent = readExtent(process.env);
const timeout = extent.isWhole ? 3_600_000 : 180_000;
const binary = await installBinary();
afterAll(() => binary[Symbol.dispose]());

const declared = `
roles: {o: {}, svc: {login: true}, other: {login: true}`;
const before = `${declared}, old: {login: true}, group: {}}
databases:
  app: {schemas: [data], access: {svc: create, old: create, group: create}}
  logs: {access: {svc: create, old: create}}
  legacy: {access: {svc: create, old: create}}
`;
const after = `${declared}}
databases: {app: {schemas: [data], access: {svc: create}}, logs: {access: {svc: create}}}
retire:
  roles: {old: {reassign_to: o}, group: {reassign_to: svc}}
  databases: {legacy: {drop: legacy, dump: ./legacy.dump}}
`;
const argv = ['apply', '--allow', 'destructive,revoke'];
const dumpOf = (database: string) =>
  `--\n-- PostgreSQL database dump\n--\n\n\\connect ${database}\n\n--\n-- PostgreSQL database dump complete\n--\n`;

/** A new server for each trial: what is retired is gone for good. */
async function begin(major: Major, folder: string) {
  const server = await startServer({ major });
  const adminDsn = await createPlainAdmin(server);
  const first = createDeployment({ adminDsn, desired: fromManifest(before), folder });
  const applied = await first.apply();
  if (!applied.ok) throw new Error(explain(applied));
  const by = (role: string, database: string, sql: string) =>
    server.query(`SET SESSION AUTHORIZATION "${role}"; ${sql}`, { database });
  await by(
    'old',
    'app',
    'CREATE TABLE data.of_old (id int); CREATE FUNCTION data.f() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
  );
  await by('old', 'logs', 'CREATE TABLE public.of_old (id int)');
  await by('svc', 'app', 'CREATE TABLE data.of_svc (id int); GRANT SELECT ON data.of_svc TO old');
  await by('group', 'app', 'CREATE TABLE data.of_group (id int); GRANT SELECT ON data.of_group TO old');
  await server.query('ALTER DATABASE legacy OWNER TO old');
  writeFileSync(join(folder, 'legacy.dump'), dumpOf('legacy'));
  writeFileSync(join(folder, 'shop.yaml'), `version: 1\ndeployment: example-dev\n${after}`);
  writeFileSync(join(folder, 'admin-dsn'), `${adminDsn}\n`, { mode: 0o600 });
  const watched: Watched = {
    home: folder,
    directory: first.dsnDirectory,
    environment: () => ({
      HOME: folder,
      BUS_DATABASE_MANIFEST_FILE: './shop.yaml',
      BUS_POSTGRES_ADMIN_DSN_FILE: './admin-dsn',
      BUS_DATABASE_DSN_OUTPUT_DIR: './local/dsn',
    }),
  };
  return { server, adminDsn, watched };
}

/** What must be true in the end, as text; empty where all is. */
async function problemsAtTheEnd(server: Server, adminDsn: string, folder: string): Promise<string[]> {
  const deployment = createDeployment({ adminDsn, desired: fromManifest(after), folder });
  const plan = await deployment.plan();
  const left = stepLines(plan.steps);
  const rows = await server.query<{ state: string }>(
    `SELECT pg_catalog.string_agg(relname || ' ' || relowner::regrole || ' ' || coalesce(relacl::text, ''), ', ' ORDER BY relname) AS state
       FROM pg_class WHERE relname LIKE 'of\\_%'`,
    { database: 'app' },
  );
  const edges = await server.query(
    `SELECT roleid::regrole::text AS role FROM pg_auth_members
      WHERE member = 'deploy_admin'::regrole AND (grantor = member OR current_setting('server_version_num')::int < 160000)`,
  );
  return [
    ...(plan.ok && left.length === 0 ? [] : [`the second plan: ${left.join(', ')} ${explain(plan)}`]),
    ...(/^of_group svc \S*, of_old o \S*, of_svc svc \S*$/.test(rows[0]?.state ?? '') &&
    !/\b(old|group)=/.test(rows[0]?.state ?? '')
      ? []
      : [`what is in app: ${rows[0]?.state}`]),
    ...(edges.length === 0 ? [] : [`memberships of the admin are left: ${JSON.stringify(edges)}`]),
  ];
}

for (const major of majorsFor(extent)) {
  test(`PostgreSQL ${major}: apply that retires, killed at any point: the next run converges`, {
    timeout,
  }, async () => {
    const tryKill = async (killAt: number | undefined): Promise<Trial & { points: number }> => {
      const folder = mkdtempSync(join(tmpdir(), 'bus-retired-'));
      const { server, adminDsn, watched } = await begin(major, folder);
      try {
        const hurt = await binary.run(watched, argv, killAt);
        const problems: string[] = [];
        if (!hurt.isKilled && hurt.exit !== 0) problems.push(`not killed, exit ${hurt.exit}: ${hurt.output}`);
        if (hurt.isKilled) {
          const tables = await server.query("SELECT FROM pg_class WHERE relname LIKE 'of\\_%'", { database: 'app' });
          if (tables.length !== 3) problems.push('at once: something of a retired role is lost');
          const again = await binary.run(watched, argv);
          if (again.exit !== 0) problems.push(`the second run, exit ${again.exit}: ${again.output}`);
        }
        problems.push(...(await problemsAtTheEnd(server, adminDsn, folder)));
        const what = `killed at point ${killAt}, ${hurt.isKilled ? hurt.points.at(-1)?.at : 'never'}`;
        return { what, isHurt: hurt.isKilled, problems, points: hurt.points.length };
      } finally {
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    };
    const whole = await tryKill(undefined);
    expect(whole.problems).toEqual([]);
    const { tried, hurt, failures } = await sweep({
      title: `killed while retiring: PostgreSQL ${major}`,
      points: Array.from({ length: whole.points }, (_, index) => index + 1),
      sampleSize: 3,
      extent,
      lanes: 2,
      tryPoint: (point) => tryKill(point),
    });
    expect(failures).toEqual([]);
    expect(tried - hurt).toBeLessThanOrEqual(tried * 0.2);
  });
}
