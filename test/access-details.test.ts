// Access in detail: single tables, columns, sequences and routines, beside words on all of a kind; many things, things of
// several owners, and what this admin can't reach.
import { type Major, majors } from 'embedded';
import { describe, expect, test } from 'vitest';
import { manifestWith, type OnServer, onServer, privilegeSql } from './access/applied.ts';
import { someOf } from './variants.ts';

const newest: Major = 18;
const roles = '{owner: {}, maker: {}, auditor: {}, support: {}}';
const manifestOf = (access: string, more = '') =>
  manifestWith(roles, `{orders: {owner: owner, schemas: [app]${more}, access: ${access}}}`);

const tables = `
  CREATE TABLE invoices (id serial, total int); CREATE TABLE users (id int, email text, secret text);
  CREATE TABLE tickets (id int, state text); CREATE SEQUENCE numbers;
  CREATE FUNCTION close_month(day date) RETURNS integer LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION close_month(day date, amount numeric(10,2)) RETURNS integer LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION other(a character varying, b integer[], c timestamptz) RETURNS integer LANGUAGE sql AS 'SELECT 1';`;

async function asked(on: OnServer, ...questions: readonly string[]): Promise<boolean[]> {
  const [row] = await on.server.query(`SELECT ARRAY[${questions.join(', ')}] AS answers`, { database: 'orders' });
  return (row?.answers ?? []) as boolean[];
}

/** `invoices`, `users.email` */
const may = (role: string, what: string, privilege: string) => {
  const [table, column] = what.split('.');
  return column === undefined
    ? `has_table_privilege('${role}', 'app.${table}', '${privilege}')`
    : `has_column_privilege('${role}', 'app.${table}', '${column}', '${privilege}')`;
};
const mayCall = (role: string, routine: string) => `has_function_privilege('${role}', 'app.${routine}', 'EXECUTE')`;

describe.each(someOf('access in detail', majors, 1))('PostgreSQL %i', { timeout: 60_000 }, (major) => {
  test('named tables, columns, sequences and routines, and their way back', async () => {
    await using on = await onServer(major, 'plain');
    const closed = (access: string) => manifestOf(access, ', routines: closed');
    await on.converge(closed('{}'));
    await on.make(tables, { as: 'owner' });
    const access = `{
      auditor: {read: [app.invoices], SELECT: {app.users: [id, email]}, EXECUTE: ['app.close_month(date, numeric)', 'app.other(varchar, int[], timestamp with time zone)']},
      support: {SELECT: tables, UPDATE: [app.tickets, app.numbers], USAGE: [app.numbers]}}`;
    await on.converge(closed(access), ['revoke']);
    const held = [
      may('auditor', 'invoices', 'SELECT'),
      may('auditor', 'users.email', 'SELECT'),
      may('support', 'users', 'SELECT'),
      may('support', 'tickets', 'UPDATE'),
      "has_sequence_privilege('support', 'app.numbers', 'USAGE')",
      mayCall('auditor', 'close_month(date, numeric)'),
      mayCall('auditor', 'other(varchar, int[], timestamptz)'),
      "has_schema_privilege('auditor', 'app', 'USAGE')",
    ];
    const notHeld = [
      may('auditor', 'users', 'SELECT'),
      may('auditor', 'users.secret', 'SELECT'),
      may('auditor', 'invoices', 'UPDATE'),
      may('support', 'invoices', 'UPDATE'),
      "has_sequence_privilege('support', 'app.invoices_id_seq', 'USAGE')",
      mayCall('auditor', 'close_month(date)'),
      mayCall('support', 'close_month(date)'),
    ];
    expect(await asked(on, ...held)).toEqual(held.map(() => true));
    expect(await asked(on, ...notHeld)).toEqual(notHeld.map(() => false));
    // Less of each.
    await on.converge(closed('{auditor: {SELECT: {app.users: [id]}}, support: {SELECT: tables}}'), ['revoke']);
    const left = [may('auditor', 'users.id', 'SELECT'), may('support', 'users', 'SELECT')];
    const gone = [...held.filter((_, index) => index !== 2 && index !== 7)];
    expect(await asked(on, ...left)).toEqual([true, true]);
    expect(await asked(on, ...gone)).toEqual(gone.map(() => false));
  });

  test('a table’s privilege is taken, and those on its columns stay', async () => {
    await using on = await onServer(major, 'plain');
    await on.converge(manifestOf('{auditor: {SELECT: {app.users: [id, email]}}}'));
    await on.make(tables, { as: 'owner' });
    await on.make('GRANT SELECT ON users TO auditor; GRANT SELECT (secret) ON users TO auditor', { as: 'owner' });
    await on.converge(manifestOf('{auditor: {SELECT: {app.users: [id, email]}}}'), ['revoke']);
    const questions = ['users.id', 'users.email', 'users.secret'].map((what) => may('auditor', what, 'SELECT'));
    expect(await asked(on, ...questions)).toEqual([true, true, false]);
  });

  test('what is named and not there yet is told, and granted once it is', async () => {
    await using on = await onServer(major, 'plain');
    const manifest = manifestOf('{auditor: {read: [app.invoices], SELECT: {app.users: [nothing]}}}');
    const { diagnostics } = await on.converge(manifest);
    const [missing] = diagnostics.filter(({ code }) => code === 'missing-object');
    expect(missing?.message).toBe(
      'role auditor is given privileges on app.invoices, app.users of orders, where there is no such thing to grant them on',
    );
    await on.make(tables, { as: 'owner' });
    await on.converge(manifest);
    expect(await asked(on, may('auditor', 'invoices', 'SELECT'))).toEqual([true]);
    const [left] = (await on.plan(manifest)).diagnostics.filter(({ code }) => code === 'missing-object');
    expect(left?.message).toContain('app.users');
  });

  test('MAINTAIN is refused where the server does not know it', async () => {
    await using on = await onServer(major, 'plain');
    const manifest = manifestOf('{support: {MAINTAIN: tables}}');
    if (major >= 17) {
      await on.converge(manifest);
      await on.make(tables, { as: 'owner' });
      expect(await asked(on, may('support', 'users', 'MAINTAIN'))).toEqual([true]);
      return;
    }
    const plan = await on.plan(manifest);
    expect(plan.error_class).toBe('invalid-request');
    expect(plan.diagnostics.map(({ code }) => code)).toContain('unknown-privilege');
    expect(await on.server.query("SELECT FROM pg_database WHERE datname = 'orders'")).toEqual([]);
  });

  test('many things of several owners are named, in one statement for each owner', async () => {
    await using on = await onServer(major, 'plain');
    await on.converge(manifestOf('{maker: create}'));
    const many = (name: string) =>
      Array.from({ length: 60 }, (_, index) => `CREATE TABLE ${name}${index} ()`).join('; ');
    await on.make(many('owners'), { as: 'owner' });
    await on.make(many('makers'), { as: 'maker' });
    const applied = await on.converge(manifestOf('{maker: create, auditor: read}'));
    const grants = privilegeSql(applied).filter((sql) => sql.startsWith('GRANT SELECT ON TABLE'));
    expect(grants.map((sql) => sql.split(',').length)).toEqual([60, 60]);
    expect(await asked(on, may('auditor', 'owners59', 'SELECT'), may('auditor', 'makers0', 'SELECT'))).toEqual([
      true,
      true,
    ]);
    await on.converge(manifestOf('{maker: create}'), ['revoke']);
    expect(await asked(on, may('auditor', 'owners59', 'SELECT'), may('auditor', 'makers0', 'SELECT'))).toEqual([
      false,
      false,
    ]);
  });

  test('what somebody else passed on is told, with the statement for who can take it', async () => {
    await using on = await onServer(major, 'plain');
    const manifest = manifestOf('{auditor: read}');
    await on.converge(manifest);
    await on.make(`${tables} GRANT UPDATE ON tickets TO maker WITH GRANT OPTION; GRANT USAGE ON SCHEMA app TO maker`, {
      as: 'owner',
    });
    await on.make('GRANT UPDATE ON tickets TO auditor', { as: 'maker' });
    const { diagnostics, steps } = await on.plan(manifest);
    const told = diagnostics.filter(({ message }) => message.includes('UPDATE'));
    expect(told.map(({ code, message }) => [code, message])).toEqual([
      [
        'extra-privilege',
        "role auditor has UPDATE on tables app.tickets of orders, granted by maker; this admin can't take it away",
      ],
    ]);
    expect(told[0]?.remedy).toBe(
      'maker or a member of it runs, in database orders: REVOKE UPDATE ON TABLE "app"."tickets" FROM "auditor";',
    );
    // The role of the file that passed it on loses that it may.
    expect(steps.map(({ action }) => action)).toContain('revoke-privileges');
  });

  test('a database that is its owner’s is granted on as that one', async () => {
    await using on = await onServer(major, 'plain');
    const manifest = manifestOf('{auditor: read, support: connect}', ', owner_of_database: true');
    await on.converge(manifest);
    const [row] = await on.server.query(
      "SELECT datdba::regrole::text AS owner, has_database_privilege('support', oid, 'CONNECT') AS enters FROM pg_database WHERE datname = 'orders'",
    );
    expect(row).toEqual({ owner: 'owner', enters: true });
    await on.converge(manifestOf('{auditor: read}', ', owner_of_database: true'), ['revoke']);
  });
});

test('a migrator makes what belongs to the role that it acts as', { timeout: 60_000 }, async () => {
  await using on = await onServer(newest, 'plain');
  const manifest = manifestWith(
    '{owner: {}, migrator: {login: true, acts_as: owner}, auditor: {}}',
    '{orders: {owner: owner, schemas: [app], access: {migrator: connect, auditor: read}}}',
  );
  await on.converge(manifest);
  await on.asService('orders.dsn', 'CREATE TABLE app.made (id serial)');
  expect(await asked(on, may('auditor', 'made', 'SELECT'))).toEqual([true]);
  await on.converge(manifest);
});
