// Default privileges in favour of the file's roles that nobody declared: taken where the file says nothing else, told and left
// where it keeps them.
import type { Response } from 'bus-integration-database';
import { majors } from 'embedded';
import { describe, expect, test } from 'vitest';
import { admins } from './access/admins.ts';
import { manifestWith, type OnServer, onServer, privilegeSql } from './access/applied.ts';
import { someOf } from './variants.ts';

const manifestOf = (access: string, more = '') =>
  manifestWith(
    '{owner: {}, maker: {}, app: {}, auditor: {}}',
    `{orders: {owner: owner, schemas: [app, audit]${more}, access: ${access}}}`,
  );
const byName = '{maker: create, auditor: {SELECT: [app.there]}}';
const undeclared = `ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA app GRANT SELECT, INSERT ON TABLES TO auditor;
  ALTER DEFAULT PRIVILEGES FOR ROLE maker GRANT USAGE ON SEQUENCES TO auditor`;

async function defaultsOf(on: OnServer): Promise<string[]> {
  const rows = await on.server.query<{ text: string }>(
    `SELECT concat_ws(' ', defaclrole::regrole, nullif(defaclnamespace, 0)::regnamespace, defaclobjtype, defaclacl) AS text
       FROM pg_default_acl ORDER BY 1`,
    { database: 'orders' },
  );
  return rows.map(({ text }) => text);
}

const told = ({ diagnostics }: Response) =>
  diagnostics
    .filter(({ code }) => code === 'extra-privilege')
    .sort((one, other) => (one.message < other.message ? -1 : 1));

describe.each(someOf('default privileges', majors, 1))('PostgreSQL %i', (major) => {
  test.each(admins)('as %s: taken by a file that gives by names', { timeout: 60_000 }, async (kind) => {
    await using on = await onServer(major, kind);
    await on.converge(manifestOf('{maker: create}'));
    await on.make('CREATE TABLE there (id int)', { as: 'owner' });
    await on.make(undeclared);
    const plan = await on.plan(manifestOf(byName));
    expect([plan.error_class, plan.diagnostics.map(({ message }) => message)]).toEqual([
      'unsafe',
      ['2 revokes not allowed (orders, orders)'],
    ]);
    expect(
      privilegeSql(plan)
        .filter((sql) => sql.startsWith('ALTER DEFAULT'))
        .sort(),
    ).toEqual([
      'ALTER DEFAULT PRIVILEGES FOR ROLE "maker" REVOKE USAGE ON SEQUENCES FROM "auditor"',
      'ALTER DEFAULT PRIVILEGES FOR ROLE "owner" IN SCHEMA "app" REVOKE INSERT, SELECT ON TABLES FROM "auditor"',
    ]);
    await on.converge(manifestOf(byName), ['revoke']);
    expect(await defaultsOf(on)).toEqual([]);
  });

  test('told and left where the file keeps them, also beside what it gives', { timeout: 60_000 }, async () => {
    await using on = await onServer(major, 'plain');
    const kept = (access: string) => manifestOf(access, ', default_privileges: keep');
    await on.converge(manifestOf('{maker: create}'));
    await on.make('CREATE TABLE there (id int)', { as: 'owner' });
    await on.make(undeclared);
    const before = await defaultsOf(on);
    const named = await on.converge(kept(byName));
    expect(await defaultsOf(on)).toEqual(before);
    expect(told(named).map(({ severity, message, remedy }) => [severity, message, remedy])).toEqual([
      [
        'info',
        'default privileges in orders that are not declared: auditor, on what maker makes: sequences: USAGE',
        'leave default_privileges: keep out of the manifest, or maker or a superuser runs, in database orders: ALTER DEFAULT PRIVILEGES FOR ROLE "maker" REVOKE USAGE ON SEQUENCES FROM "auditor";',
      ],
      [
        'info',
        'default privileges in orders that are not declared: auditor, on what owner makes: tables in app: INSERT, SELECT',
        'leave default_privileges: keep out of the manifest, or owner or a superuser runs, in database orders: ALTER DEFAULT PRIVILEGES FOR ROLE "owner" IN SCHEMA "app" REVOKE INSERT, SELECT ON TABLES FROM "auditor";',
      ],
    ]);
    // What a word gives is given, and nothing of the rest is taken.
    const given = await on.converge(kept('{maker: create, auditor: {SELECT: tables}}'), ['revoke']);
    expect(told(given).map(({ message }) => message)).toEqual([
      'default privileges in orders that are not declared: auditor, on what maker makes: sequences: USAGE',
      'default privileges in orders that are not declared: auditor, on what owner makes: tables in app: INSERT',
    ]);
    const owners = (await defaultsOf(on)).filter((line) => line.startsWith('owner'));
    expect(owners).toEqual(['owner app r {auditor=ar/owner}', 'owner audit r {auditor=r/owner}']);
    await on.converge(manifestOf('{maker: create, auditor: {SELECT: tables}}'), ['revoke']);
    expect(await defaultsOf(on)).toEqual([
      'maker app r {auditor=r/maker}',
      'maker audit r {auditor=r/maker}',
      'owner app r {auditor=r/owner}',
      'owner audit r {auditor=r/owner}',
    ]);
  });
});
