// Memberships on real servers: given with their options, changed by what differs, what others gave left to them.
import { majors, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { someOf } from '../../../../test/variants.ts';
import type { Resource } from '../../src/kinds/index.ts';
import type { Membership } from '../../src/kinds/membership.ts';
import { adminDsnOf, admins, deploymentOf, roleOf } from '../resources-on-server.ts';

const all = majors.flatMap((major) => admins.map((admin) => ({ major, admin })));
const variants = someOf('memberships', all, 2);
const group = (name: string) => roleOf(name, { canLogin: false });
const joins = (member: string, of: string, said: Partial<Membership> = {}): Membership => ({
  kind: 'membership',
  group: of,
  member,
  ...said,
});
const exact = (name: string, ...members: string[]): Resource => ({ kind: 'members', group: name, members });

describe.each(variants)('PostgreSQL $major as $admin', ({ major, admin }) => {
  const isNew = major >= 16;
  let server: Server;
  let dsn: string;
  beforeAll(async () => {
    server = await startServer({ major });
    dsn = await adminDsnOf(server, admin);
  });
  afterAll(() => server.stop());

  const options = async (member: string, of: string) => {
    const columns = isNew ? 'bool_or(inherit_option) AS inherit, bool_or(set_option) AS set' : 'true AS set';
    const rows = await server.query(
      `SELECT bool_or(admin_option) AS admin, ${columns} FROM pg_auth_members
        WHERE member = '${member}'::regrole AND roleid = '${of}'::regrole GROUP BY member`,
    );
    return rows[0];
  };
  const edges = () =>
    server.query('SELECT pg_catalog.to_jsonb(e) AS edge FROM pg_auth_members AS e ORDER BY roleid, member, grantor');

  test('memberships are given with the options that are named, and raised and lowered by what differs', async () => {
    const roles = [group('m1_team'), roleOf('m1_svc')];
    const plain = await deploymentOf(dsn, [...roles, joins('m1_svc', 'm1_team')]).converge();
    expect(plain.steps.at(-1)).toBe('grant grant-membership m1_svc: member of m1_team');
    expect(plain.sql.at(-1)).toBe('GRANT "m1_team" TO "m1_svc"');
    expect(await options('m1_svc', 'm1_team')).toEqual({ admin: false, set: true, ...(isNew && { inherit: true }) });

    // ADMIN is lowered by REVOKE ADMIN OPTION FOR alone.
    const lead = (is: boolean) => deploymentOf(dsn, [...roles, joins('m1_svc', 'm1_team', { admin: is })]);
    expect((await lead(true).converge()).sql).toEqual([
      `GRANT "m1_team" TO "m1_svc" WITH ADMIN ${isNew ? 'TRUE' : 'OPTION'}`,
    ]);
    expect((await lead(false).plan()).refused).toEqual(['hazard']);
    const lowered = await lead(false).converge({ allow: ['revoke'] });
    expect(lowered.sql.join()).toMatch(/^REVOKE ADMIN OPTION FOR "m1_team" FROM "m1_svc"/);
    expect(await options('m1_svc', 'm1_team')).toMatchObject({ admin: false, set: true });

    const narrow = deploymentOf(dsn, [...roles, joins('m1_svc', 'm1_team', { inherit: false, set: false })]);
    if (!isNew) {
      expect((await narrow.plan()).refused).toEqual(['membership']);
      return;
    }
    await narrow.converge({ allow: ['revoke'] });
    expect(await options('m1_svc', 'm1_team')).toEqual({ admin: false, inherit: false, set: false });
    const wide = deploymentOf(dsn, [...roles, joins('m1_svc', 'm1_team', { inherit: true })]);
    expect((await wide.converge()).sql).toEqual(['GRANT "m1_team" TO "m1_svc" WITH INHERIT TRUE']);
    expect(await options('m1_svc', 'm1_team')).toEqual({ admin: false, inherit: true, set: false });
    expect((await deploymentOf(dsn, [...roles, joins('m1_svc', 'm1_team')]).plan()).steps).toEqual([]);
  });

  test('members that nobody names are left, unless the group has none but those of the file', async () => {
    const roles = [group('m2_team'), roleOf('m2_svc')];
    const resources = [...roles, joins('m2_svc', 'm2_team')];
    await deploymentOf(dsn, resources).converge();
    const own = admin === 'superuser' ? '' : 'SET ROLE deploy_admin;';
    await server.query(`CREATE ROLE m2_ann; CREATE ROLE m2_bob; ${own} GRANT m2_team TO m2_ann, m2_bob; RESET ROLE`);
    const before = await edges();
    expect((await deploymentOf(dsn, resources).plan()).steps).toEqual([]);

    const closed = deploymentOf(dsn, [...resources, exact('m2_team', 'm2_svc')]);
    expect((await closed.plan()).refused).toEqual(['hazard']);
    expect(await edges()).toEqual(before);
    const { steps } = await closed.converge({ allow: ['revoke'] });
    // A session inside SET ROLE keeps its rights after the membership is gone.
    expect(steps).toEqual(
      ['m2_ann', 'm2_bob'].map(
        (name) =>
          `revoke revoke-membership m2_team: ${name} leaves it; sessions that act as it by SET ROLE keep its rights until they end`,
      ),
    );
    // The creator's membership edge can't be touched.
    const left = await server.query(
      `SELECT member::regrole::text AS name FROM pg_auth_members WHERE roleid = 'm2_team'::regrole ORDER BY 1`,
    );
    expect(left).toEqual([...(isNew && admin !== 'superuser' ? [{ name: 'deploy_admin' }] : []), { name: 'm2_svc' }]);
  });

  test("REVOKE of another grantor's edge only warns: it is told, with the SQL", async () => {
    const roles = [group('m3_team'), roleOf('m3_svc')];
    await deploymentOf(dsn, roles).converge();
    await server.query(`CREATE ROLE m3_lead; CREATE ROLE m3_guest; GRANT m3_team TO m3_lead WITH ADMIN OPTION`);
    await server.query('SET ROLE m3_lead; GRANT m3_team TO m3_guest, m3_svc');
    const closed = deploymentOf(dsn, [...roles, exact('m3_team', 'm3_lead', 'm3_svc')]);
    const { steps, remedies } = await closed.plan({ allow: ['revoke'] });
    if (isNew && admin !== 'superuser') {
      expect(steps).toEqual([]);
      expect(remedies).toContain(
        'a superuser runs, in any database: REVOKE "m3_team" FROM "m3_guest" GRANTED BY "m3_lead";',
      );
      const before = await edges();
      expect((await closed.apply({ allow: ['revoke'] })).response.ok).toBe(true);
      expect(await edges()).toEqual(before);
      const narrow = deploymentOf(dsn, [...roles, joins('m3_svc', 'm3_team', { inherit: false })]);
      expect((await narrow.plan({ allow: ['revoke'] })).remedies).toContain(
        'a superuser runs, in any database: REVOKE INHERIT OPTION FOR "m3_team" FROM "m3_svc" GRANTED BY "m3_lead";',
      );
    } else {
      await closed.converge({ allow: ['revoke'] });
      expect(await options('m3_guest', 'm3_team')).toBeUndefined();
      expect(await options('m3_svc', 'm3_team')).toBeDefined();
    }
  });

  test('who gave memberships that rest on its ADMIN keeps it: nothing is taken by CASCADE', async () => {
    const roles = [group('m4_team'), roleOf('m4_lead')];
    const lead = (is: boolean) => deploymentOf(dsn, [...roles, joins('m4_lead', 'm4_team', { admin: is })]);
    await lead(true).converge();
    await server.query('CREATE ROLE m4_guest; SET ROLE m4_lead; GRANT m4_team TO m4_guest');
    if (!isNew) {
      await lead(false).converge({ allow: ['revoke'] });
      return;
    }
    const { steps, remedies } = await lead(false).plan({ allow: ['revoke'] });
    expect(steps).toEqual([]);
    const sql = 'REVOKE "m4_team" FROM "m4_guest" GRANTED BY "m4_lead";';
    expect(remedies).toContain(`where they are to go, a superuser runs, in any database: ${sql}`);
    await server.query(sql);
    await lead(false).converge({ allow: ['revoke'] });
  });

  test('circles are foreseen', async () => {
    const roles = [group('m5_one'), group('m5_other')];
    await deploymentOf(dsn, [...roles, joins('m5_one', 'm5_other')]).converge();
    const { refused, remedies } = await deploymentOf(dsn, [...roles, joins('m5_other', 'm5_one')]).plan();
    expect(refused).toEqual(['membership-circle']);
    expect(remedies.join()).toContain('REVOKE "m5_other" FROM "m5_one";');
  });

  test('a group that the admin may give no membership in is foreseen', async () => {
    await server.query('CREATE ROLE m6_team; CREATE ROLE m6_svc LOGIN');
    const resources = [group('m6_team'), roleOf('m6_svc'), joins('m6_svc', 'm6_team')];
    const flags = { adopt: true, allow: ['update', 'grant'] as const };
    if (isNew && admin !== 'superuser') {
      const { refused, remedies } = await deploymentOf(dsn, resources).plan({ ...flags, allow: [...flags.allow] });
      expect(refused).toContain('lacks-membership-admin');
      expect(remedies.join()).toContain('GRANT "m6_team" TO "deploy_admin" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;');
      await server.query('GRANT m6_team, m6_svc TO deploy_admin WITH ADMIN TRUE, INHERIT FALSE, SET FALSE');
    }
    await deploymentOf(dsn, resources).converge({ ...flags, allow: [...flags.allow] });
  });

  test('a NOINHERIT member has membership and no privilege: it is told', async () => {
    const resources = [
      group('m7_team'),
      roleOf('m7_svc', { attributes: { inherit: false } }),
      joins('m7_svc', 'm7_team'),
    ];
    await deploymentOf(dsn, resources).converge();
    const { response } = await deploymentOf(dsn, resources).plan();
    expect(response.diagnostics).toMatchObject([{ severity: 'warn', code: 'membership-without-rights' }]);
    expect(response.diagnostics[0]?.remedy).toContain(
      isNew ? 'GRANT "m7_team" TO "m7_svc" WITH INHERIT TRUE;' : 'ALTER ROLE "m7_svc" INHERIT;',
    );
  });
});
