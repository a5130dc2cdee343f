// What lets a role of the file give its rights to strangers: default privileges WITH GRANT OPTION, ADMIN on the role that it acts as.
import { expect, test } from 'vitest';
import { manifestWith, onServer } from './access/applied.ts';
import { explain } from './scenarios/stage.ts';

const manifest = manifestWith(
  '{o: {}, app: {login: true}, mig: {login: true, acts_as: o}}',
  '{orders: {owner: o, schemas: [app], access: {app: write, mig: connect}}}',
);

test.each([
  [14, 'plain'],
  [18, 'plain'],
  [18, 'superuser'],
] as const)(
  'PostgreSQL %i, %s: it is told, and taken where that is allowed',
  { timeout: 120_000 },
  async (major, admin) => {
    await using on = await onServer(major, admin);
    await on.converge(manifest);
    await on.make(
      'ALTER DEFAULT PRIVILEGES FOR ROLE o IN SCHEMA app GRANT SELECT, UPDATE ON TABLES TO app WITH GRANT OPTION',
      { as: 'o' },
    );
    // By whoever gave the membership: another's edge is not the admin's to change.
    const admins = new URL(on.adminDsn).username;
    const by = major >= 16 ? ` GRANTED BY ${admins}` : '';
    await on.server.query(`GRANT o TO mig WITH ADMIN OPTION${by}`);

    const refused = await on.plan(manifest);
    const revokes = refused.steps.filter(({ risk }) => risk === 'revoke').flatMap(({ sql = [] }) => sql);
    expect(revokes.join('; '), explain(refused)).toMatch(
      /REVOKE ADMIN OPTION FOR "o" FROM "mig".*IN SCHEMA "app" REVOKE GRANT OPTION FOR SELECT, UPDATE ON TABLES FROM "app"/,
    );
    expect(refused.error_class).toBe('unsafe');
    await on.converge(manifest, ['revoke']);
    await on.make('CREATE TABLE t (id int)', { as: 'o' });
    await on.server.query('CREATE ROLE stranger');
    // A warning, and nothing granted.
    await on.make('GRANT SELECT ON t TO stranger', { as: 'app' });
    const [held] = await on.server.query(
      `SELECT has_table_privilege('stranger', 'app.t', 'SELECT') AS passed_on, has_table_privilege('app', 'app.t', 'SELECT, UPDATE') AS reads,
            (SELECT bool_or(admin_option) FROM pg_auth_members WHERE member = 'mig'::regrole) AS admin`,
      { database: 'orders' },
    );
    expect(held).toEqual({ passed_on: false, reads: true, admin: false });
  },
);
