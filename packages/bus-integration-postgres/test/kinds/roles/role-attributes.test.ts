// Attributes of roles on real servers: made with them, changed one by one, power only where it is allowed, and what the
// file does not name left as it is.
import { majors, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { someOf } from '../../../../../test/variants.ts';
import { normalInstant } from '../../../src/kinds/roles/instant.ts';
import type { RoleAttributes } from '../../../src/kinds/roles/role-attributes.ts';
import { adminDsnOf, admins, deploymentOf, roleOf } from '../../resources-on-server.ts';

const all = majors.flatMap((major) => admins.map((admin) => ({ major, admin })));
const variants = someOf('attributes of roles', all, 2);
const attributesOf = `SELECT rolcanlogin AS login, rolconnlimit AS connections, rolinherit AS inherit,
  rolvaliduntil = '2027-01-31 18:00:00.5+00' AS until, rolcreatedb AS createdb FROM pg_roles WHERE rolname = `;

describe.each(variants)('PostgreSQL $major as $admin', ({ major, admin }) => {
  let server: Server;
  let dsn: string;
  beforeAll(async () => {
    server = await startServer({ major });
    dsn = await adminDsnOf(server, admin);
  });
  afterAll(() => server.stop());

  test('a group and a login are made with their attributes, and changed by what differs alone', async () => {
    const attributes: RoleAttributes = {
      connectionLimit: 40,
      validUntil: normalInstant('2027-01-31T19:00:00.500+01:00'),
      inherit: false,
    };
    const roles = [roleOf('team', { canLogin: false }), roleOf('svc', { attributes })];
    const made = await deploymentOf(dsn, roles).converge();
    expect(made.steps).toEqual([
      'create create-role team: a group, without login',
      'create create-role svc: login only, without a password, at most 40 connections, password good until 2027-01-31T18:00:00.5Z, NOINHERIT',
    ]);
    expect(await server.query(`${attributesOf} 'team'`)).toEqual([
      { login: false, connections: -1, inherit: true, until: null, createdb: false },
    ]);
    expect(await server.query(`${attributesOf} 'svc'`)).toEqual([
      { login: true, connections: 40, inherit: false, until: true, createdb: false },
    ]);

    // Written otherwise, the same moment; all but one as it is.
    const until = { validUntil: normalInstant('2027-01-31T18:00:00.5Z') };
    const next = deploymentOf(dsn, [
      roleOf('team', { canLogin: false }),
      roleOf('svc', { attributes: { ...until, connectionLimit: 5 } }),
    ]);
    const changed = await next.converge();
    expect(changed.steps).toEqual(['update alter-role svc: at most 5 connections (was at most 40 connections)']);
    expect(changed.sql).toEqual(['ALTER ROLE "svc" CONNECTION LIMIT 5']);

    // Back to none, and for ever.
    const last = deploymentOf(dsn, [roleOf('svc', { attributes: { connectionLimit: -1, validUntil: 'infinity' } })]);
    expect((await last.converge()).sql).toEqual([`ALTER ROLE "svc" CONNECTION LIMIT -1 VALID UNTIL 'infinity'`]);
  });

  test('adoption resets nothing that is not named, and is told attribute by attribute', async () => {
    await server.query(`CREATE ROLE old LOGIN NOINHERIT CONNECTION LIMIT 7 VALID UNTIL '2027-01-31 18:00:00.5+00'`);
    await server.query('CREATE ROLE staff LOGIN');
    if (major >= 16 && admin !== 'superuser') await server.query('GRANT old, staff TO deploy_admin WITH ADMIN TRUE');
    const roles = [roleOf('old', { attributes: { connectionLimit: 9 } }), roleOf('staff', { canLogin: false })];
    const deployment = deploymentOf(dsn, roles);
    expect((await deployment.plan({ adopt: true })).refused).toEqual(['hazard']);
    const { steps, sql } = await deployment.converge({ adopt: true, allow: ['update'] });
    expect(steps.filter((step) => !step.includes('adopt-role'))).toEqual([
      'update alter-role old: at most 9 connections (was at most 7 connections)',
    ]);
    // An ALTER ROLE that names unchanged NOSUPERUSER is refused on managed platforms.
    expect(sql.filter((each) => each.startsWith('ALTER'))).toEqual(['ALTER ROLE "old" CONNECTION LIMIT 9']);
    expect(await server.query(`${attributesOf} 'old'`)).toEqual([
      { login: true, connections: 9, inherit: false, until: true, createdb: false },
    ]);
    expect(await server.query(`${attributesOf} 'staff'`)).toMatchObject([{ login: true }]);

    const closed = [roleOf('staff', { canLogin: false, attributes: { login: false } })];
    expect((await deploymentOf(dsn, closed).plan()).refused).toEqual(['hazard']);
    expect((await deploymentOf(dsn, closed).converge({ allow: ['revoke'] })).sql).toEqual([
      'ALTER ROLE "staff" NOLOGIN',
    ]);
  });

  test('CREATEDB is elevation: only where it is allowed, and taking it away is a revocation', async () => {
    const ci = (createdb: boolean) => deploymentOf(dsn, [roleOf('ci', { attributes: { createdb } })]);
    const refused = await ci(true).plan();
    expect(refused.refused).toEqual(['hazard']);
    expect(refused.remedies.join()).toContain('--allow elevate');
    expect((await ci(true).apply()).response.error_class).toBe('unsafe');
    expect(await server.query(`${attributesOf} 'ci'`)).toEqual([]);
    const given = await ci(true).converge({ allow: ['elevate'] });
    expect(given.steps).toEqual([
      'create create-role ci: login only, without a password',
      'elevate alter-role ci: CREATEDB',
    ]);
    expect(await server.query(`${attributesOf} 'ci'`)).toMatchObject([{ createdb: true }]);
    expect((await ci(false).plan()).refused).toEqual(['hazard']);
    expect((await deploymentOf(dsn, [roleOf('ci')]).plan()).refused).toEqual(['not-ours']);
    expect((await ci(false).converge({ allow: ['revoke'] })).sql).toEqual(['ALTER ROLE "ci" NOCREATEDB']);
    expect((await deploymentOf(dsn, [roleOf('ci')]).plan()).refused).toEqual([]);
  });

  test('BYPASSRLS and REPLICATION: whoever has them not is told so before anything is touched', async () => {
    const deployment = deploymentOf(dsn, [roleOf('dump', { attributes: { bypassrls: true, replication: true } })]);
    const allow = { allow: ['elevate'] } as const;
    if (admin !== 'superuser') {
      const { refused, remedies } = await deployment.plan(allow);
      expect(refused).toEqual(['lacks-attribute']);
      if (major < 16) {
        expect(remedies.join()).toContain('name one in the admin DSN');
        return;
      }
      expect(remedies.join()).toContain('ALTER ROLE "deploy_admin" BYPASSRLS REPLICATION;');
      await server.query('ALTER ROLE deploy_admin BYPASSRLS REPLICATION');
    }
    expect((await deployment.converge(allow)).sql.at(-1)).toBe('ALTER ROLE "dump" BYPASSRLS REPLICATION');
  });

  test('what is not declared is refused still, beside what is', async () => {
    await server.query('CREATE ROLE mighty BYPASSRLS CREATEROLE');
    const deployment = deploymentOf(dsn, [roleOf('mighty', { canLogin: false, attributes: { bypassrls: true } })]);
    const { response } = await deployment.plan({ adopt: true, allow: ['update', 'elevate', 'revoke'] });
    expect(response.diagnostics.find(({ severity }) => severity === 'fail')).toMatchObject({
      code: 'not-ours',
      message: expect.stringMatching(/^role mighty has CREATEROLE; /),
    });
  });
});
