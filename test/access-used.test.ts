// USAGE on types, foreign servers and foreign-data wrappers, named as in GRANT: given, taken, told where it is not this
// admin's, by all admins.
import type { Response } from 'bus-integration-database';
import { majors } from 'embedded';
import { describe, expect, test } from 'vitest';
import { admins } from './access/admins.ts';
import { manifestWith, type OnServer, onServer } from './access/applied.ts';
import { someOf } from './variants.ts';

const manifestOf = (access: string, more = '') =>
  manifestWith(
    '{owner: {}, maker: {}, app: {}, team: {}, member: {member_of: [team]}}',
    `{orders: {owner: owner, schemas: [app]${more}, access: ${access}}}`,
  );

/** For a superuser. */
const servers = `CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER files FOREIGN DATA WRAPPER nothing; CREATE SERVER "Odd s" FOREIGN DATA WRAPPER nothing`;
const types = `
  CREATE TYPE money AS ENUM ('eur'); CREATE DOMAIN "Odd ""d" AS integer CHECK (value > 0); CREATE TYPE pair AS (a int, b int);
  REVOKE USAGE ON TYPE app.money, "Odd ""d", pair FROM PUBLIC`;
const given = `{
  maker: create,
  app: {USAGE: [TYPE app.money, 'TYPE app."Odd ""d"', FOREIGN SERVER files, FOREIGN DATA WRAPPER nothing]},
  team: {USAGE: ['FOREIGN SERVER "Odd s"', TYPE app.pair]}, member: connect}`;

async function held(on: OnServer): Promise<Record<string, string>> {
  const rows = await on.server.query<{ role: string; held: string }>(
    `SELECT role, concat_ws(' ', CASE WHEN has_type_privilege(role, 'app.money', 'USAGE') THEN 'money' END,
       CASE WHEN has_type_privilege(role, 'app."Odd ""d"', 'USAGE') THEN 'odd' END,
       CASE WHEN has_type_privilege(role, 'app.pair', 'USAGE') THEN 'pair' END,
       CASE WHEN has_server_privilege(role, 'files', 'USAGE') THEN 'files' END,
       CASE WHEN has_server_privilege(role, 'Odd s', 'USAGE') THEN 'odds' END,
       CASE WHEN has_foreign_data_wrapper_privilege(role, 'nothing', 'USAGE') THEN 'nothing' END) AS held
       FROM unnest(ARRAY['app', 'team', 'member', 'maker']) AS role`,
    { database: 'orders' },
  );
  return Object.fromEntries(rows.map(({ role, held: what }) => [role, what]));
}

const told = ({ diagnostics }: Response, code: string) => diagnostics.filter((one) => one.code === code);

describe.each(someOf('access by USAGE', majors, 1))('PostgreSQL %i', (major) => {
  test.each(admins)('as %s: given to the roles that the file names, and taken', { timeout: 90_000 }, async (kind) => {
    await using on = await onServer(major, kind);
    const early = await on.apply(manifestOf(given));
    // Nothing of it is there yet: that is told, and no error.
    expect(early.ok, JSON.stringify(early.diagnostics)).toBe(true);
    expect(told(early, 'missing-object')).toHaveLength(6);
    await on.make(servers);
    await on.make(types, { as: 'owner' });
    if (kind !== 'superuser') {
      const refused = await on.plan(manifestOf(given));
      expect(refused.error_class).toBe('insufficient-privilege');
      const sql = told(refused, 'lacks-ownership').map(({ remedy }) => remedy);
      expect(sql).toEqual([
        'postgres or a superuser runs, in database orders: GRANT USAGE ON FOREIGN SERVER "files" TO "app";',
        'postgres or a superuser runs, in database orders: GRANT USAGE ON FOREIGN DATA WRAPPER "nothing" TO "app";',
        'postgres or a superuser runs, in database orders: GRANT USAGE ON FOREIGN SERVER "Odd s" TO "team";',
      ]);
      // Who may pass it on grants it, too.
      await on.make('GRANT USAGE ON FOREIGN SERVER files, "Odd s" TO deploy_admin WITH GRANT OPTION');
      await on.make('GRANT USAGE ON FOREIGN DATA WRAPPER nothing TO app');
    }
    await on.converge(manifestOf(given));
    expect(await held(on)).toEqual({
      app: 'money odd files nothing',
      team: 'pair odds',
      member: 'pair odds',
      maker: '',
    });
    const less = manifestOf('{maker: create, app: {USAGE: [TYPE app.money]}, team: connect, member: connect}');
    expect((await on.plan(less)).error_class).toBe('unsafe');
    await on.converge(less, ['revoke']);
    const byOthers = kind === 'superuser' ? '' : ' nothing';
    expect(await held(on)).toEqual({ app: `money${byOthers}`, team: '', member: '', maker: '' });
    const extras = told(await on.plan(less), 'extra-privilege').map(({ message, remedy }) => [message, remedy]);
    expect(extras).toEqual(
      kind === 'superuser'
        ? []
        : [
            [
              "role app has USAGE on foreign-data wrapper nothing of orders, granted by postgres; this admin can't take it away",
              'postgres or a member of it runs, in database orders: REVOKE USAGE ON FOREIGN DATA WRAPPER "nothing" FROM "app";',
            ],
          ],
    );
  });

  test('types of a second maker, of one who left, and of nobody of ours', { timeout: 90_000 }, async () => {
    await using on = await onServer(major, 'plain');
    await on.converge(manifestOf('{maker: create, app: connect, team: connect, member: connect}'));
    await on.make("CREATE TYPE made AS ENUM ('a'); REVOKE USAGE ON TYPE made FROM PUBLIC", { as: 'maker' });
    await on.make("CREATE TYPE theirs AS ENUM ('a'); REVOKE USAGE ON TYPE theirs FROM PUBLIC");
    await on.make(
      "CREATE TYPE moved AS ENUM ('a'); REVOKE USAGE ON TYPE moved FROM PUBLIC; ALTER TYPE moved OWNER TO team; GRANT USAGE ON TYPE moved TO member",
    );
    const access = '{maker: create, app: {USAGE: [TYPE app.made, TYPE app.moved]}, team: connect, member: connect}';
    await on.converge(manifestOf(access), ['revoke']);
    const acls = await on.server.query(
      "SELECT typname::text AS name, typowner::regrole::text AS owner, typacl::text AS acl FROM pg_type WHERE typname IN ('made', 'moved') ORDER BY 1",
      { database: 'orders' },
    );
    expect(acls).toEqual([
      { name: 'made', owner: 'maker', acl: '{maker=U/maker,app=U/maker}' },
      { name: 'moved', owner: 'owner', acl: '{owner=U/owner,app=U/owner}' },
    ]);
    const beyond = await on.plan(
      manifestOf('{maker: create, app: {USAGE: [TYPE app.theirs]}, team: connect, member: connect}'),
    );
    expect(told(beyond, 'lacks-ownership').map(({ remedy }) => remedy)).toEqual([
      'postgres or a superuser runs, in database orders: GRANT USAGE ON TYPE "app"."theirs" TO "app";',
    ]);
  });

  test('what everyone has on a type is enough, and left alone; arrays and members of extensions are no such thing', {
    timeout: 90_000,
  }, async () => {
    await using on = await onServer(major, 'superuser');
    await on.converge(manifestOf('{maker: create}', ', extensions: [{name: citext, schema: app}]'));
    await on.make("CREATE TYPE plain AS ENUM ('a')", { as: 'owner' });
    const manifest = manifestOf(
      '{maker: create, app: {USAGE: [TYPE app.plain, TYPE app._plain, TYPE app.citext]}}',
      ', extensions: [{name: citext, schema: app}]',
    );
    const applied = await on.converge(manifest);
    expect(told(applied, 'missing-object').map(({ message }) => message)).toEqual([
      'role app is given USAGE on type app._plain of orders, which is not there',
      'role app is given USAGE on type app.citext of orders, which is not there',
    ]);
    const [row] = await on.server.query("SELECT typacl::text AS acl FROM pg_type WHERE typname = 'plain'", {
      database: 'orders',
    });
    expect(row).toEqual({ acl: null });
  });

  test('a wrapper that an extension of the same file makes', { timeout: 90_000 }, async () => {
    await using on = await onServer(major, 'superuser');
    const manifest = manifestOf('{app: {USAGE: [FOREIGN DATA WRAPPER postgres_fdw]}}', ', extensions: [postgres_fdw]');
    await on.converge(manifest);
    const [row] = await on.server.query(
      "SELECT has_foreign_data_wrapper_privilege('app', 'postgres_fdw', 'USAGE') AS has",
      { database: 'orders' },
    );
    expect(row).toEqual({ has: true });
  });
});
