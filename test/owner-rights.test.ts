// What runs with its owner's rights does not get another owner's by a plain apply: whoever wrote it would act as that one.
import { installedMajors } from 'embedded';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { manifestWith, onServer } from './access/applied.ts';
import { explain } from './scenarios/stage.ts';
import { someOf } from './variants.ts';

const given = manifestWith(
  '{es_o: {}, es_svc: {}}',
  '{orders: {owner: es_o, schemas: [app], access: {es_svc: create}}}',
);
const taken = (roles = '{es_o: {}, es_svc: {}}') =>
  manifestWith(
    roles,
    '{orders: {owner: es_o, schemas: [app], access: {es_svc: {TEMPORARY: database, USAGE: schemas}}}}',
  );
const majors = ([14, 18] as const).filter((major) => installedMajors().includes(major));

describe.each(someOf('rights of owners', majors, 1))('PostgreSQL %i', (major) => {
  const made = `
    CREATE FUNCTION f() RETURNS text SECURITY DEFINER LANGUAGE plpgsql AS
      'DECLARE s text; BEGIN EXECUTE ''SELECT s FROM app.secret'' INTO s; RETURN s; END';
    CREATE FUNCTION harmless() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TABLE ruled (id int); CREATE TABLE plain (id int);
    CREATE RULE reads AS ON INSERT TO ruled DO ALSO NOTIFY seen;
    CREATE VIEW definer AS SELECT * FROM plain;
    CREATE MATERIALIZED VIEW kept AS SELECT * FROM plain;
    ${major >= 15 ? 'CREATE VIEW invoker WITH (security_invoker = on) AS SELECT * FROM plain' : ''}`;

  test('a role of the file gives nothing its owner’s rights', { timeout: 120_000 }, async () => {
    await using on = await onServer(major, 'plain');
    await on.converge(given);
    await on.make("CREATE TABLE secret (s text); INSERT INTO secret VALUES ('hidden')", { as: 'es_o' });
    await on.make(made, { as: 'es_svc' });
    const called = () => on.make('SELECT app.f()', { as: 'es_svc' });
    await expect(called()).rejects.toThrow(/permission denied/);

    const refused = await on.apply(taken(), { allow: ['revoke'] });
    expect(refused).toMatchObject({ ok: false, error_class: 'unsafe' });
    expect(
      refused.diagnostics?.filter(({ code }) => code === 'hazard'),
      explain(refused),
    ).toMatchObject([{ message: '1 elevation not allowed (orders.app)' }]);
    const told = refused.diagnostics?.filter(({ code }) => code === 'owner-rights').map(({ message }) => message);
    expect(told?.map((message) => message.split(': ')[1]).sort()).toEqual([
      'app.definer',
      'app.f()',
      'app.kept',
      'app.ruled',
    ]);
    await expect(called()).rejects.toThrow(/permission denied/);

    // Whoever acts as the owner by the file may do all that anyhow; of a routine that is the callers' affair too.
    const acting = await on.plan(taken('{es_o: {}, es_svc: {login: true, acts_as: es_o}}'));
    expect(
      acting.diagnostics?.filter(({ code }) => code === 'owner-rights').map(({ message }) => message.split(': ')[1]),
      explain(acting),
    ).toEqual(['app.f()']);

    await on.make('DROP FUNCTION f(); DROP VIEW definer; DROP MATERIALIZED VIEW kept; DROP TABLE ruled', {
      as: 'es_svc',
    });
    await on.converge(taken(), ['revoke']);
  });

  test('a retired role leaves nothing to its heir’s rights', { timeout: 120_000 }, async () => {
    await using on = await onServer(major, 'plain');
    await on.converge(manifestWith('{es_o: {}, es_old: {}}', '{orders: {access: {es_old: create}}}'));
    await on.make(made, { as: 'es_old', schema: 'public' });
    const retiring = `${manifestWith('{es_o: {}}', '{orders: {}}')}retire: {roles: {es_old: {reassign_to: es_o}}}`;
    const refused = await on.apply(retiring, { allow: ['destructive'] });
    expect(refused).toMatchObject({ ok: false, error_class: 'unsafe' });
    const hazards = refused.diagnostics?.filter(({ code }) => code === 'hazard');
    expect(hazards?.map(({ message }) => message)).toEqual(['1 elevation not allowed (es_old)']);
    const told = refused.diagnostics?.filter(({ code }) => code === 'owner-rights').map(({ message }) => message);
    expect(told?.map((message) => message.split(': ')[1])).toEqual([
      'public.kept',
      'public.f()',
      'public.ruled',
      'public.definer',
    ]);
    expect(told?.[1]).toMatch(
      /^1 routine of database orders runs with the rights of es_old, and once that role is retired it runs with those of es_o:/,
    );
    const retired = await on.converge(retiring, ['destructive', 'elevate']);
    expect(retired.steps.find(({ action }) => action === 'clear-role')?.risk).toBe('destructive');
  });

  test('a retired role’s routine that came after the plan is not given away', { timeout: 120_000 }, async () => {
    await using on = await onServer(major, 'plain');
    await on.converge(manifestWith('{es_o: {}, es_old: {login: true}}', '{orders: {access: {es_old: create}}}'));
    await on.make('CREATE TABLE kept ()', { as: 'es_old', schema: 'public' });
    const retiring = `${manifestWith('{es_o: {}}', '{orders: {}}')}retire: {roles: {es_old: {reassign_to: es_o}}}`;
    const blocker = new pg.Client({ connectionString: on.server.dsn() });
    await blocker.connect();
    try {
      // Apply waits where it takes the login.
      await blocker.query("BEGIN; SELECT FROM pg_authid WHERE rolname = 'es_old' FOR UPDATE");
      const applying = on.apply(retiring, { allow: ['destructive'] });
      const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
      await expect.poll(async () => (await on.server.query(waiting)).length, { timeout: 20_000 }).toBe(1);
      await on.make("CREATE FUNCTION late() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'", {
        as: 'es_old',
        schema: 'public',
      });
      await blocker.query('COMMIT');
      const applied = await applying;
      expect(applied).toMatchObject({ ok: false, error_class: 'unsafe' });
      expect(applied.diagnostics?.find(({ code }) => code === 'owner-rights')?.message, explain(applied)).toBe(
        "role es_old owns 1 routine in database orders by now that runs with its owner's rights, more than was planned",
      );
    } finally {
      await blocker.end();
    }
    const [owned] = await on.server.query(
      "SELECT proowner::regrole::text AS owner FROM pg_proc WHERE proname = 'late'",
      {
        database: 'orders',
      },
    );
    expect(owned).toEqual({ owner: 'es_old' });
  });

  test('what runs as a superuser goes on doing so', { timeout: 120_000 }, async () => {
    await using on = await onServer(major, 'superuser');
    const desired = (owner: string) =>
      manifestWith(
        '{es_o: {}, es_pool: {}}',
        `{orders: {${owner}schemas: [app], access: {es_pool: {USAGE: schemas, EXECUTE: [app.user_lookup(text)]}}}}`,
      );
    await on.converge(desired(''), ['revoke']);
    await on.make(
      `CREATE FUNCTION user_lookup(text) RETURNS text SECURITY DEFINER LANGUAGE sql
         AS 'SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1';
       CREATE TABLE plain (id int); CREATE VIEW shown AS SELECT rolname, rolpassword FROM pg_catalog.pg_authid`,
    );
    const moved = await on.converge(desired('owner: es_o, '), ['revoke']);
    const told = moved.diagnostics?.filter(({ code }) => code === 'owner-of-contents').map(({ message }) => message);
    expect(told?.join('\n'), explain(moved)).toMatch(
      /1 routine in schema app of orders belongs to postgres.*superuser/,
    );
    expect(told?.join('\n')).toMatch(/1 view in schema app/);
    const [owners] = await on.server.query(
      `SELECT proowner::regrole::text AS routine, (SELECT relowner::regrole::text FROM pg_class WHERE relname = 'plain') AS table
         FROM pg_proc WHERE proname = 'user_lookup'`,
      { database: 'orders' },
    );
    expect(owners).toEqual({ routine: 'postgres', table: 'es_o' });
    await on.make("SELECT app.user_lookup('es_pool')", { as: 'es_pool' });
  });
});
