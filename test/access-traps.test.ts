// What others' users of such tools ran into with privileges, each as a test of that name.
import type { Major } from 'embedded';
import { describe, expect, test } from 'vitest';
import { manifestWith, type OnServer, onServer, privilegeSql } from './access/applied.ts';
import { elsewhere, heldOn, makingAll } from './access/asked.ts';
import { someOf } from './variants.ts';

const oldest: Major = 14;
const newest: Major = 18;
const roles = '{owner: {}, maker: {}, app: {}, reader: {}, "o\'b.c@d": {}}';
const manifestOf = (access: string, more = '') =>
  manifestWith(roles, `{orders: {owner: owner, schemas: [app]${more}, access: ${access}}}`);

async function mayRead(on: OnServer, table: string, role = 'reader'): Promise<boolean> {
  const [row] = await on.server.query(`SELECT has_table_privilege('${role}', 'app.${table}', 'SELECT') AS may`, {
    database: 'orders',
  });
  return row?.may === true;
}

describe.each(someOf('traps of access', [oldest, newest], 1))('PostgreSQL %i', { timeout: 60_000 }, (major) => {
  test('default privileges bind to the creating role, a second creator’s tables stay dark', async () => {
    await using on = await onServer(major, 'plain');
    await on.converge(manifestOf('{maker: create, reader: read}'));
    await on.make('CREATE TABLE one ()', { as: 'owner' });
    await on.make('CREATE TABLE two ()', { as: 'maker' });
    expect([await mayRead(on, 'one'), await mayRead(on, 'two')]).toEqual([true, true]);
    // A role that becomes a creator later is one too.
    await on.converge(manifestOf('{maker: create, app: create, reader: read}'));
    await on.make('CREATE TABLE three ()', { as: 'app' });
    expect(await mayRead(on, 'three')).toBe(true);
  });

  test('a word given later does not reach what exists', async () => {
    await using on = await onServer(major, 'plain');
    await on.converge(manifestOf('{maker: create}'));
    await on.make('CREATE TABLE old ()', { as: 'owner' });
    await on.make('CREATE TABLE made ()', { as: 'maker' });
    expect(await mayRead(on, 'old')).toBe(false);
    await on.converge(manifestOf('{maker: create, reader: read}'));
    expect([await mayRead(on, 'old'), await mayRead(on, 'made')]).toEqual([true, true]);
  });

  test('routine grants silently not planned', async () => {
    await using on = await onServer(major, 'plain');
    await on.converge(manifestOf('{}', ', routines: closed'));
    await on.make(elsewhere);
    await on.make(makingAll('there'), { as: 'owner' });
    const plan = await on.plan(manifestOf('{reader: read}', ', routines: closed'));
    expect(privilegeSql(plan)).toContain('GRANT EXECUTE ON ALL ROUTINES IN SCHEMA "app" TO "reader"');
    await on.converge(manifestOf('{reader: read}', ', routines: closed'), ['revoke']);
    const held = (await heldOn(on.server, 'orders', 'app', ['reader', 'app'])) as Record<
      string,
      Record<string, string>
    >;
    expect(['function', 'procedure', 'aggregate'].map((name) => held.reader?.[`routines there_${name}`])).toEqual(
      Array(3).fill('EXECUTE'),
    );
    expect(held.app?.['routines there_function']).toBe('');
  });

  test('ALL means another set on 17 (MAINTAIN)', async () => {
    await using on = await onServer(major, 'superuser');
    await on.converge(manifestOf('{app: write}'));
    await on.make('CREATE TABLE one ()', { as: 'owner' });
    await on.make('GRANT ALL ON one TO app', { as: 'owner' });
    const plan = await on.plan(manifestOf('{app: write}'));
    const all = ['REFERENCES', 'TRIGGER', 'TRUNCATE'];
    expect(privilegeSql(plan)).toEqual([
      `REVOKE ${[...(major >= 17 ? ['MAINTAIN'] : []), ...all].join(', ')} ON ALL TABLES IN SCHEMA "app" FROM "app"`,
    ]);
    expect(privilegeSql(plan).join()).not.toMatch(/(GRANT|REVOKE) ALL\b/);
    await on.converge(manifestOf('{app: write}'), ['revoke']);
  });

  test('names with @ and ., schemas with quotes: unquoted in no grant or revoke', async () => {
    await using on = await onServer(major, 'plain');
    const named = (access: string) =>
      manifestWith(roles, `{"or.d@ers": {owner: owner, schemas: ['My "app".x'], access: ${access}}}`);
    const at = { database: 'or.d@ers', schema: 'My ""app"".x' };
    await on.converge(named('{}'));
    await on.make(
      'CREATE TABLE "T.one" (); CREATE FUNCTION "F.x"(integer) RETURNS integer LANGUAGE sql AS \'SELECT 1\'',
      {
        ...at,
        as: 'owner',
      },
    );
    await on.converge(named(`{"o'b.c@d": write}`));
    await on.converge(named(`{"o'b.c@d": {SELECT: ['"My ""app"".x"."T.one"']}}`), ['revoke']);
    await on.converge(named('{}'), ['revoke']);
    const [row] = await on.server.query("SELECT relacl::text AS acl FROM pg_class WHERE relname = 'T.one'", at);
    expect(row?.acl).not.toContain("o'b");
  });

  test('the first run takes PUBLIC’s CONNECT from everybody', async () => {
    await using on = await onServer(major, 'superuser');
    await on.server.query('CREATE DATABASE orders');
    await on.server.query('CREATE ROLE guest LOGIN');
    const open = manifestOf('{}', ', public: {connect: true}');
    const plan = await on.plan(manifestOf('{}'), { adopt: true });
    expect(plan.error_class).toBe('unsafe');
    expect(privilegeSql(plan)).toContain('REVOKE CONNECT, TEMPORARY ON DATABASE "orders" FROM PUBLIC');
    // In sight where it is opened, and then nobody loses it.
    const applied = await on.apply(open, { adopt: true, allow: ['create', 'grant', 'update', 'revoke'] });
    expect(applied.ok).toBe(true);
    expect(privilegeSql(applied)).toContain('REVOKE TEMPORARY ON DATABASE "orders" FROM PUBLIC');
    await on.converge(open);
    const may = async () =>
      (await on.server.query("SELECT has_database_privilege('guest', 'orders', 'CONNECT') AS may"))[0]?.may;
    expect(await may()).toBe(true);
    await on.converge(manifestOf('{}'), ['revoke']);
    expect(await may()).toBe(false);
  });

  test('a new database that is open to PUBLIC', async () => {
    await using on = await onServer(major, 'plain');
    const open = manifestOf('{}', ', public: {connect: true}');
    expect((await on.plan(open)).steps.map(({ summary }) => summary)).toContain('PUBLIC: CONNECT');
    await on.converge(open);
  });

  test('one foreign table makes GRANT … ON ALL TABLES fail whole', async () => {
    await using on = await onServer(major, 'plain');
    await on.converge(manifestOf('{}'));
    await on.make('CREATE TABLE ours (); CREATE TABLE also ()', { as: 'owner' });
    await on.make('CREATE TABLE dba_table ()');
    const applied = await on.converge(manifestOf('{reader: read}'));
    expect(privilegeSql(applied)).toContain('GRANT SELECT ON TABLE "app"."also", "app"."ours" TO "reader"');
    expect([await mayRead(on, 'ours'), await mayRead(on, 'dba_table')]).toEqual([true, false]);
    const told = (await on.plan(manifestOf('{reader: read}'))).diagnostics.filter(({ code }) => code === 'other-owner');
    expect(told.map(({ message }) => message)).toEqual([
      "role reader lacks SELECT on tables app.dba_table of orders, which postgres owns; this admin can't act as postgres",
    ]);
    expect(told[0]?.remedy).toContain('GRANT SELECT ON TABLE "app"."dba_table" TO "reader";');
  });

  test('members of extensions change silently under a superuser', async () => {
    await using on = await onServer(major, 'superuser');
    await on.converge(manifestOf('{}', ', routines: closed'));
    await on.make(
      "CREATE EXTENSION citext SCHEMA app; CREATE FUNCTION ours() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    );
    const members = `SELECT proname, proacl::text AS acl FROM pg_proc WHERE proname ~ '^citext' ORDER BY 1, 2`;
    const before = await on.server.query(members, { database: 'orders' });
    await on.converge(manifestOf('{reader: read}', ', routines: closed'), ['revoke']);
    expect(await on.server.query(members, { database: 'orders' })).toEqual(before);
    const held = (await heldOn(on.server, 'orders', 'app', ['reader', 'app'])) as Record<
      string,
      Record<string, string>
    >;
    expect([held.reader?.['routines ours'], held.app?.['routines ours']]).toEqual(['EXECUTE', '']);
  });

  test('an extension that comes in the same run belongs to another, and is left alone', async () => {
    await using on = await onServer(major, 'plain');
    await on.converge(manifestOf('{reader: read}'));
    await on.make('CREATE FUNCTION there() RETURNS int LANGUAGE sql AS $$SELECT 1$$', { as: 'owner' });
    const closed = manifestOf('{reader: read}', ', routines: closed, extensions: [{name: pgcrypto, schema: app}]');
    await on.converge(closed, ['revoke']);
    const acls = await on.server.query<{ name: string; open: boolean }>(
      `SELECT proname AS name, has_function_privilege('app', oid, 'EXECUTE') AS open FROM pg_proc
        WHERE pronamespace = 'app'::regnamespace AND proname IN ('there', 'gen_salt') GROUP BY 1, 2 ORDER BY 1`,
      { database: 'orders' },
    );
    expect(acls).toEqual([
      { name: 'gen_salt', open: true },
      { name: 'there', open: false },
    ]);
  });

  test('default-privilege row {} acts as built-in', async () => {
    await using on = await onServer(major, 'plain');
    const closed = manifestOf('{reader: read}', ', routines: closed');
    await on.converge(closed);
    await on.make('ALTER DEFAULT PRIVILEGES FOR ROLE owner REVOKE ALL ON ROUTINES FROM owner', { as: 'owner' });
    const [row] = await on.server.query(
      "SELECT defaclacl::text AS acl FROM pg_default_acl WHERE defaclnamespace = 0 AND defaclobjtype = 'f' AND defaclrole = 'owner'::regrole",
      { database: 'orders' },
    );
    expect(row?.acl).toBe('{}');
    // Everybody could call what the owner makes now, whatever the row says.
    await on.converge(closed, ['revoke']);
    await on.make("CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'", { as: 'owner' });
    const held = (await heldOn(on.server, 'orders', 'app', ['app'])) as Record<string, Record<string, string>>;
    expect(held.app?.['routines f']).toBe('');
  });

  test('an owner transfer merges ACL entries', async () => {
    await using on = await onServer(major, 'plain');
    await on.converge(manifestOf('{app: write, reader: read}'));
    // A role of the deployment made things of its own and gave them away.
    await on.make('GRANT CREATE ON SCHEMA app TO app', { as: 'owner' });
    await on.make('CREATE TABLE strays (); GRANT SELECT, INSERT ON strays TO reader', { as: 'app' });
    const manifest = manifestOf('{app: write, reader: read}');
    const applied = await on.apply(manifest, { allow: ['revoke'] });
    expect(applied.ok, JSON.stringify(applied.diagnostics)).toBe(true);
    await on.converge(manifest);
    const held = (await heldOn(on.server, 'orders', 'app', ['app', 'reader'])) as Record<
      string,
      Record<string, string>
    >;
    expect([held.app?.['tables strays'], held.reader?.['tables strays']]).toEqual([
      'DELETE INSERT SELECT UPDATE',
      'SELECT',
    ]);
  });

  test('a NOINHERIT member has membership and no privilege', async () => {
    await using on = await onServer(major, 'superuser');
    await on.converge(manifestOf('{}'));
    await on.make('CREATE TABLE one ()', { as: 'owner' });
    await on.make('CREATE ROLE team; GRANT USAGE ON SCHEMA app TO team; GRANT SELECT ON one TO team');
    await on.make(`ALTER ROLE reader NOINHERIT; GRANT team TO reader${major >= 16 ? ' WITH INHERIT FALSE' : ''}`);
    const applied = await on.converge(manifestOf('{reader: read}'));
    expect(privilegeSql(applied)).toContain('GRANT SELECT ON ALL TABLES IN SCHEMA "app" TO "reader"');
    expect(await mayRead(on, 'one')).toBe(true);
  });

  test('a group of the file that loses what a member of it is to have', async () => {
    await using on = await onServer(major, 'superuser');
    await on.converge(manifestOf('{app: read}'));
    await on.make('CREATE TABLE one ()', { as: 'owner' });
    await on.make('GRANT app TO reader');
    await on.converge(manifestOf('{reader: read}'), ['revoke']);
    expect(await mayRead(on, 'one')).toBe(true);
  });

  test('adoption resets what is not named', async () => {
    await using on = await onServer(major, 'superuser');
    await on.server.query('CREATE DATABASE orders');
    await on.server.query('CREATE ROLE guest; CREATE ROLE owner; CREATE ROLE reader');
    await on.make(
      `CREATE SCHEMA app AUTHORIZATION owner; SET ROLE owner; CREATE TABLE app.one (id int, note text);
       GRANT USAGE ON SCHEMA app TO guest; GRANT SELECT, INSERT ON app.one TO guest; GRANT UPDATE (note) ON app.one TO guest;
       ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO guest`,
    );
    const acls = async () =>
      await on.server.query(
        `SELECT relacl::text AS acl FROM pg_class WHERE relname = 'one' UNION ALL SELECT attacl::text FROM pg_attribute
          WHERE attrelid = 'app.one'::regclass AND attacl IS NOT NULL UNION ALL SELECT nspacl::text FROM pg_namespace
          WHERE nspname = 'app' UNION ALL SELECT defaclacl::text FROM pg_default_acl`,
        { database: 'orders' },
      );
    const guests = async () => JSON.stringify(await acls()).match(/guest=\w+/g);
    const before = await guests();
    expect(before).toEqual(['guest=ar', 'guest=w', 'guest=U', 'guest=r']);
    const manifest = manifestOf('{reader: read}');
    const applied = await on.apply(manifest, { adopt: true, allow: ['create', 'grant', 'update', 'revoke'] });
    expect(applied.ok, JSON.stringify(applied.diagnostics)).toBe(true);
    await on.converge(manifest);
    expect(await guests()).toEqual(before);
    expect(await mayRead(on, 'one')).toBe(true);
  });
});
