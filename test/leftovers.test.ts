// What is declared no longer, as every verb tells it, and the SQL that retires it, run as it is printed: what is left
// over is gone, and nothing else.
import { execFileSync } from 'node:child_process';
import type { Leftover, Response } from 'bus-integration-database';
import { createPlainAdmin, majors, psqlPath, type Server, startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { skip } from './bad-input/refusal.ts';
import { type Answer, type Deployment, makeDeployment } from './deployment.ts';
import { someOf } from './variants.ts';

const psql = psqlPath();
if (psql === undefined) console.log('what is printed for psql is not tried: there is no psql');

/** Names that need quoting. */
const oldDatabase = 'old"Shop"';
const oldSchema = "it's-data";
const oldRole = 'old-reporter';
const otherRole = 'zz_writer';

const declared = {
  BUS_DATABASE_NAMES: 'app,logs',
  BUS_DATABASE_SERVICE_ROLE: 'svc',
  BUS_DATABASE_SCHEMAS: 'public,kept',
};

async function asked(deployment: Deployment, ...args: readonly string[]): Promise<Response> {
  const answer = await deployment.run([...args, '-f', 'json']);
  return JSON.parse(answer.stdout) as Response;
}

const named = (leftovers: readonly Leftover[] = []) =>
  leftovers.map(({ kind, name, database }) => [kind, ...(database === undefined ? [] : [database]), name].join(' '));

/** The lines that are printed under what is left over, as they are to be pasted. */
function printed({ stdout }: Answer, kinds: readonly string[]): string {
  const [, after = ''] = stdout.split(/^no longer declared: /m);
  const blocks = after.split(/^ {2}no-longer-declared +/m).slice(1);
  const chosen = blocks.filter((block) => kinds.some((kind) => block.startsWith(`${kind} `)));
  return chosen.flatMap((block) => block.match(/(?<=^ {6}).*$/gm) ?? []).join('\n');
}

/** All that the two services and another deployment have. */
async function theRest(server: Server): Promise<unknown> {
  const inside = (database: string) =>
    server.query(
      `SELECT relname, relowner::regrole::text AS owner, relacl::text AS acl FROM pg_class
        WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'kept')) ORDER BY relname`,
      { database },
    );
  return {
    databases: await server.query(
      `SELECT datname, datacl::text AS acl FROM pg_database WHERE datname <> '${oldDatabase}' ORDER BY datname`,
    ),
    roles: await server.query(
      `SELECT rolname FROM pg_roles WHERE rolname NOT IN ('${oldRole}', '${otherRole}') ORDER BY rolname`,
    ),
    memberships: await server.query(
      `SELECT roleid::regrole::text AS role, member::regrole::text AS member FROM pg_auth_members
        WHERE roleid::regrole::text NOT LIKE '%${oldRole}%' AND roleid::regrole::text <> '${otherRole}' ORDER BY 1, 2`,
    ),
    kept: await server.query('SELECT value FROM kept.of_the_service', { database: 'app' }),
    foreign: await inside('foreign_db'),
  };
}

/** Two deployments were applied; of the first a database, a schema, a role and their files are declared no longer. */
async function prepare(server: Server, deployment: Deployment, other: Deployment): Promise<void> {
  deployment.configure({
    BUS_DATABASE_NAMES: `app,logs,${oldDatabase}`,
    BUS_DATABASE_SCHEMAS: `public,kept,${oldSchema}`,
    BUS_DATABASE_ROLE_NAMES: `${oldRole},${otherRole}`,
  });
  expect(await asked(deployment, 'apply')).toMatchObject({ ok: true, leftovers: [] });
  expect(await asked(other, 'apply')).toMatchObject({ ok: true, leftovers: [] });
  const as = async (role: string, database: string, sql: string) =>
    server.query(`SET ROLE "${role}"; ${sql}; RESET ROLE`, { database });
  await as('svc', 'app', "CREATE TABLE kept.of_the_service (value) AS VALUES ('kept')");
  await as('svc', 'app', `GRANT SELECT ON kept.of_the_service TO "${oldRole}"`);
  await as(oldRole, 'app', "CREATE TABLE public.of_the_role (value) AS VALUES ('given away')");
  await as(oldRole, 'app', 'CREATE FUNCTION kept.of_the_role() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$');
  await as(oldRole, 'app', `ALTER DEFAULT PRIVILEGES IN SCHEMA kept GRANT SELECT ON TABLES TO svc`);
  // Each has rights on what is the other's.
  await as(oldRole, 'app', `GRANT SELECT ON public.of_the_role TO ${otherRole}`);
  await as(otherRole, 'app', 'CREATE TABLE public.of_the_other (value int)');
  await as(otherRole, 'app', `GRANT SELECT ON public.of_the_other TO "${oldRole}"`);
  await as(oldRole, 'logs', 'CREATE TYPE public.of_the_role AS (value int)');
  await as('svc', 'logs', `CREATE TABLE "${oldSchema}".gone (value int)`);
  await as(oldRole, oldDatabase, 'CREATE TABLE public.gone (value int)');
  deployment.configure({ ...declared, BUS_DATABASE_ROLE_NAMES: undefined });
}

const all = [
  `database ${oldDatabase}`,
  `schema app ${oldSchema}`,
  `schema logs ${oldSchema}`,
  `role ${oldRole}`,
  `role ${otherRole}`,
  'dsn-file app.old-reporter.dsn',
  'dsn-file app.zz_writer.dsn',
  'dsn-file logs.old-reporter.dsn',
  'dsn-file logs.zz_writer.dsn',
  'dsn-file old%22Shop%22.dsn',
  'dsn-file old%22Shop%22.old-reporter.dsn',
  'dsn-file old%22Shop%22.zz_writer.dsn',
];

const variants = majors.flatMap((major) => [
  [major, 'plain'] as const,
  ...(major === 18 ? [[major, 'superuser'] as const] : []),
]);

describe.each(someOf('leftovers', variants, 1))('PostgreSQL %i, a %s admin', (major, admin) => {
  test('what is declared no longer is told by every verb, done by none, and retired by what is printed', {
    timeout: 120_000,
  }, async (context) => {
    await using server = await startServer({ major });
    const adminDsn = admin === 'plain' ? await createPlainAdmin(server) : server.dsn();
    using deployment = makeDeployment({ adminDsn, keys: declared });
    using other = makeDeployment({
      adminDsn,
      keys: {
        BUS_DEPLOYMENT_ID: 'other',
        BUS_DATABASE_NAMES: 'foreign_db',
        BUS_DATABASE_SERVICE_ROLE: 'foreign_svc',
      },
    });
    await prepare(server, deployment, other);
    const before = await theRest(server);

    const plan = await asked(deployment, 'plan', '--check');
    expect(plan).toMatchObject({ ok: true });
    expect(named(plan.leftovers)).toEqual(all);
    for (const verb of ['status', 'verify', 'apply']) {
      expect(named((await asked(deployment, verb)).leftovers), verb).toEqual(all);
    }
    expect(await theRest(server), 'no verb retires anything').toEqual(before);
    expect((await deployment.run(['plan', '--check'])).exit, 'it is no work for apply').toBe(0);
    expect((await deployment.run(['status', '--check'])).exit).toBe(0);
    for (const verb of ['plan', 'apply', 'status', 'verify', 'plan --sql'] as const) {
      const { stdout } = await deployment.run(verb.split(' '));
      expect(stdout, verb).toContain(`no-longer-declared     role ${oldRole}`);
      expect(stdout, verb).toContain('DROP DATABASE "old""Shop""";');
    }

    const text = await deployment.run(['plan', '-v']);
    if (psql === undefined) skip(context, 'there is no psql on PATH');
    const sql = printed(text, ['database', 'schema', 'role']);
    execFileSync(psql, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', '-', adminDsn], { input: sql, stdio: 'pipe' });
    expect(named((await asked(deployment, 'status')).leftovers)).toEqual(all.filter((one) => one.startsWith('dsn')));
    execFileSync('sh', ['-e'], { cwd: deployment.directory, input: printed(text, ['file']), stdio: 'pipe' });
    for (const verb of ['plan', 'status', 'verify']) {
      expect(await asked(deployment, verb), verb).toMatchObject({ ok: true, leftovers: [] });
    }
    expect(await asked(other, 'verify')).toMatchObject({ ok: true, leftovers: [] });
    const rest = (await theRest(server)) as { databases: { datname: string }[] };
    expect(rest).toMatchObject({ ...(before as object), databases: expect.anything() });
    expect(rest.databases.map(({ datname }) => datname)).toEqual(
      (before as typeof rest).databases.map(({ datname }) => datname),
    );
    // What the role owned is the service role's, and nothing of it is lost.
    const owner = 'svc';
    expect(
      await server.query(`SELECT relowner::regrole::text AS owner FROM pg_class WHERE relname = 'of_the_role'`, {
        database: 'app',
      }),
    ).toEqual([{ owner }]);
    expect(await server.query('SELECT value FROM public.of_the_role', { database: 'app' })).toEqual([
      { value: 'given away' },
    ]);
    expect(await server.query('SELECT kept.of_the_role() AS value', { database: 'app' })).toEqual([{ value: 1 }]);
  });
});
