// What runs with its owner's rights does not get another owner's by a plain apply: whoever wrote it would act as that one.
import { installedMajors } from 'embedded';
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
