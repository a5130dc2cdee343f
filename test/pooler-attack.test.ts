// A service that plants functions and operators in its own database, and an admin who comes by way of a real PgBouncer,
// where startup settings don't hold: none of the planted code ever runs.
import { createPlainAdmin, pgBouncerPath, type Server, startPgBouncer, startServer } from 'embedded';
import { describe, expect, it } from 'vitest';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const isThere = pgBouncerPath() !== undefined;
if (!isThere)
  console.warn('skipped: planted code by way of PgBouncer: there is no pgbouncer on PATH (apt-get install pgbouncer)');

// Settings that the pooler takes and forgets; without them it refuses them.
const forgetful = {
  ignore_startup_parameters:
    'search_path,lock_timeout,statement_timeout,idle_in_transaction_session_timeout,idle_session_timeout,client_connection_check_interval,tcp_keepalives_idle,tcp_keepalives_interval,tcp_keepalives_count,tcp_user_timeout,client_min_messages,default_transaction_read_only',
};
const cases = (['transaction', 'session'] as const).flatMap((mode) =>
  (['plain', 'superuser'] as const).flatMap((admin) =>
    [{}, forgetful].map((settings) => ({ mode, admin, settings, forgets: settings === forgetful })),
  ),
);

const desired = { databases: ['app', 'logs'], serviceRole: 'svc', roles: ['reporter'] };

describe.skipIf(!isThere)('planted functions and operators, by way of PgBouncer', () => {
  it.each(cases)('$mode mode, admin $admin, settings forgotten: $forgets', async ({ mode, admin, settings }) => {
    await using server = await startServer();
    const dsn = admin === 'superuser' ? server.dsn() : await createPlainAdmin(server);
    const { username, password } = new URL(dsn);
    await using pooler = await startPgBouncer(server, { mode, settings });
    using folder = temporaryFolder();
    const keys = { BUS_DATABASE_SERVICE_HOST: '127.0.0.1', BUS_DATABASE_SERVICE_PORT: String(pooler.port) };
    const at = { desired: { ...desired, keys }, folder: folder.path };
    const direct = createDeployment({ ...at, adminDsn: dsn });
    const applied = await direct.apply();
    expect(applied.ok, explain(applied)).toBe(true);
    await plant(server);
    const planted = server.log().length;
    const before = await rolesOf(server);
    const expectNothingRan = (verb: string) =>
      expect(server.log().slice(planted), verb).not.toMatch(/planted code runs as/);

    const pooled = createDeployment({
      ...at,
      adminDsn: pooler.dsn('postgres', username, decodeURIComponent(password)),
    });
    for (const verb of ['plan', 'status', 'doctor'] as const) {
      const answer = await pooled[verb]();
      expectNothingRan(verb);
      if (verb !== 'doctor') expect(answer.ok, explain(answer)).toBe(true);
    }
    expect((await pooled.apply()).error_class).toBe('unsafe');
    for (const deployment of [pooled, direct]) {
      const verified = await deployment.verify({ checks: ['connectivity', 'listener-policy'] });
      expect(verified.connectivity?.filter(({ id, result }) => id === 'service-login' && result === 'ok')).toHaveLength(
        4,
      );
    }
    // The server itself, with the database's own search_path turned on the admin.
    await server.query('ALTER DATABASE app SET search_path = public, pg_catalog');
    for (const verb of ['plan', 'status', 'apply'] as const) {
      const answer = await direct[verb]();
      expect(answer.ok, explain(answer)).toBe(true);
    }
    expectNothingRan('the server itself');
    expect(await rolesOf(server)).toEqual(before);
  });
});

/** Everything that a statement of ours could be led astray by; the service writes what it runs as into the log. */
async function plant(server: Server): Promise<void> {
  const types = ['oid', 'int4', 'text', 'name', 'regclass', 'int8', '"char"'];
  const body = `BEGIN RAISE LOG 'planted code runs as %', current_user; EXECUTE 'ALTER ROLE svc CREATEROLE CREATEDB'; RETURN false; EXCEPTION WHEN OTHERS THEN RETURN false; END`;
  const operators = types.flatMap((left) =>
    types.map(
      (right) => `CREATE FUNCTION public.planted(${left}, ${right}) RETURNS boolean LANGUAGE plpgsql AS $$${body}$$;
        ${['=', '<>', '~', '!~', '||', '*'].map((name) => `CREATE OPERATOR public.${name} (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = public.planted);`).join('\n')}`,
    ),
  );
  await server.query(
    `SET SESSION AUTHORIZATION svc; SET search_path = pg_catalog; ${operators.join('\n')};
     SET search_path = public; SELECT 1::oid <> 0`,
    { database: 'app' },
  );
  // It runs where nothing keeps it from running, so that its absence below says something.
  expect(server.log()).toMatch(/planted code runs as svc/);
}

async function rolesOf(server: Server): Promise<unknown> {
  return await server.query('SELECT rolname, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles ORDER BY rolname');
}
