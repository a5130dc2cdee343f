// Another service role for databases that are in use: what is printed gives the old one's things to the new one, says
// what must be true first, and works as it is told, whoever granted the old one rights, and wherever.
import { execFileSync } from 'node:child_process';
import type { Leftover, Response } from 'bus-integration-database';
import { createPlainAdmin, psqlPath, type Server, startServer } from 'embedded';
import { expect, test } from 'vitest';
import { skip } from './bad-input/refusal.ts';
import { type Deployment, makeDeployment } from './deployment.ts';
import { someOf } from './variants.ts';

const psql = psqlPath();
if (psql === undefined) console.log('what is printed for psql is not tried: there is no psql');

const asked = async (deployment: Deployment, ...args: string[]) =>
  JSON.parse((await deployment.run([...args, '-f', 'json'])).stdout) as Response;

async function leftRole(deployment: Deployment): Promise<Leftover | undefined> {
  return (await asked(deployment, 'plan')).leftovers?.find(({ kind }) => kind === 'role');
}

/** As people paste it. */
async function printed(deployment: Deployment): Promise<string> {
  const { stdout } = await deployment.run(['plan']);
  const [, block = ''] = stdout.split(/^ {2}no-longer-declared +role .*$/m);
  return (block.match(/(?<=^ {6}).*$/gm) ?? []).join('\n');
}

function runSql(dsn: string, sql: string): void {
  if (psql === undefined) return;
  execFileSync(psql, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', '-', dsn], { input: sql, stdio: 'pipe' });
}

/** Role old_svc, with tables and functions of its own, gives way to new_svc. */
async function changed(server: Server, adminDsn: string): Promise<Deployment> {
  const deployment = makeDeployment({
    adminDsn,
    keys: { BUS_DATABASE_NAMES: 'app,logs', BUS_DATABASE_SERVICE_ROLE: 'old_svc' },
  });
  expect(await asked(deployment, 'apply')).toMatchObject({ ok: true });
  await server.query(
    `SET ROLE old_svc; CREATE TABLE public.orders (value) AS VALUES ('kept');
     CREATE FUNCTION public.sums() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$; RESET ROLE`,
    { database: 'app' },
  );
  deployment.configure({ BUS_DATABASE_SERVICE_ROLE: 'new_svc' });
  return deployment;
}

const apply = ['apply', '--allow', 'destructive'];
const owners = `SELECT relowner::regrole::text AS table_of,
  (SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'sums') AS function_of FROM pg_class WHERE relname = 'orders'`;

const variants = [
  [14, 'plain'],
  [15, 'plain'],
  [16, 'plain'],
  [18, 'plain'],
  [18, 'superuser'],
] as const;

test.for(someOf('another service role', variants, 2))(
  'PostgreSQL %i, a %s admin: tables go to the new role',
  { timeout: 90_000 },
  async ([major, admin], context) => {
    await using server = await startServer({ major });
    const adminDsn = admin === 'plain' ? await createPlainAdmin(server) : server.dsn();
    using deployment = await changed(server, adminDsn);

    const early = await leftRole(deployment);
    expect(early?.before).toContain('; bus operator database apply has made new_svc');
    expect(await asked(deployment, ...apply)).toMatchObject({ ok: true });
    const left = await leftRole(deployment);
    expect(left).not.toHaveProperty('needs');
    expect(left?.before).toBe('no service logs in as old_svc any more, and no session of it is open (now: 0)');

    runSql(adminDsn, await printed(deployment));
    if (psql === undefined) skip(context, 'there is no psql on PATH');
    expect(await server.query(owners, { database: 'app' })).toEqual([{ table_of: 'new_svc', function_of: 'new_svc' }]);
    expect(await server.query("SELECT rolname FROM pg_roles WHERE rolname ~ '_svc'")).toEqual([{ rolname: 'new_svc' }]);
    const memberships = await server.query(
      "SELECT FROM pg_auth_members WHERE roleid = 'new_svc'::regrole AND grantor <> 10",
    );
    expect(memberships, 'the admin is a member no longer').toEqual([]);
    expect(await asked(deployment, 'verify')).toMatchObject({ ok: true, leftovers: [] });
  },
);

test('sessions of the old role are counted', async () => {
  await using server = await startServer({ major: 18 });
  using deployment = await changed(server, server.dsn());
  expect(await asked(deployment, ...apply)).toMatchObject({ ok: true });
  await server.query("ALTER ROLE old_svc PASSWORD 'known'", { isQuiet: true });
  const { default: pg } = await import('pg');
  const session = new pg.Client({ connectionString: server.dsn('app', 'old_svc', 'known') });
  await session.connect();
  try {
    expect((await leftRole(deployment))?.before).toContain('no session of it is open (now: 1)');
    const { stdout } = await deployment.run(['plan', '--sql']);
    expect(stdout).toMatch(/^-- +-- only when no service logs in as old_svc .*\(now: 1\)/m);
  } finally {
    await session.end();
  }
}, 90_000);

// Of what belongs to the server's first superuser pg_shdepend tells no owner.
test.for([
  ['in an undeclared database', 'tools', 'CREATE TABLE t (); GRANT SELECT ON t TO old_svc'],
  ['in a declared database', 'app', 'CREATE TABLE t (i int); GRANT SELECT (i) ON t TO old_svc'],
  ['on a database', 'tools', 'GRANT CREATE ON DATABASE tools TO old_svc'],
  ['by a policy', 'tools', 'CREATE TABLE t (); CREATE POLICY p ON t TO old_svc'],
] as const)(
  'a right that a superuser granted %s is told to need one, and what is printed works then',
  { timeout: 90_000 },
  async ([, database, sql], context) => {
    await using server = await startServer({ major: 18 });
    const adminDsn = await createPlainAdmin(server);
    using deployment = await changed(server, adminDsn);
    expect(await asked(deployment, ...apply)).toMatchObject({ ok: true });
    expect(await leftRole(deployment)).not.toHaveProperty('needs');
    await server.query('CREATE DATABASE tools');
    await server.query(sql, { database });
    expect(await leftRole(deployment)).toMatchObject({ needs: 'a superuser' });
    if (psql === undefined) skip(context, 'there is no psql on PATH');
    const text = await printed(deployment);
    expect(() => runSql(adminDsn, text), 'the admin alone can not').toThrow();
    runSql(server.dsn(), text);
    expect(await server.query("SELECT FROM pg_roles WHERE rolname = 'old_svc'")).toEqual([]);
    expect(await server.query(owners, { database: 'app' })).toEqual([{ table_of: 'new_svc', function_of: 'new_svc' }]);
  },
);
