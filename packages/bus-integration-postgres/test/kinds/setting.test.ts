// Settings on real servers: of a role, of a database, of a role in a database; compared as the server does, those that
// nobody names left alone, what a plain admin may not set foreseen.
import { majors, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { someOf } from '../../../../test/variants.ts';
import type { Resource } from '../../src/kinds/index.ts';
import { settingOf } from '../../src/kinds/roles/setting-content.ts';
import { adminDsnOf, admins, deploymentOf, roleOf } from '../resources-on-server.ts';

const all = majors.flatMap((major) => admins.map((admin) => ({ major, admin })));
const variants = someOf('settings', all, 2);
const database = (name: string): Resource => ({ kind: 'database', name, deployment: 'shop', isFinished: true });

describe.each(variants)('PostgreSQL $major as $admin', ({ major, admin }) => {
  let server: Server;
  let dsn: string;
  beforeAll(async () => {
    server = await startServer({ major });
    dsn = await adminDsnOf(server, admin);
  });
  afterAll(() => server.stop());

  const stored = () =>
    server.query(
      `SELECT coalesce(r.rolname, '-') AS role, coalesce(d.datname, '-') AS database, unnest(setconfig) AS item
         FROM pg_db_role_setting LEFT JOIN pg_database AS d ON d.oid = setdatabase LEFT JOIN pg_roles AS r ON r.oid = setrole
        WHERE r.rolname IS DISTINCT FROM 'deploy_admin' ORDER BY 1, 2, 3`,
    );

  test('role settings silently not applied: of a role, of a database, of a role in it, and no other', async () => {
    const resources: Resource[] = [
      roleOf('svc'),
      settingOf({ role: 'svc' }, 'Statement_Timeout', '30s'),
      settingOf({ role: 'svc' }, 'search_path', ['app', 'A b', '$user']),
      database('orders'),
      settingOf({ database: 'orders' }, 'work_mem', '64MB'),
      settingOf({ database: 'orders' }, 'search_path', ['app']),
      settingOf({ role: 'svc', database: 'orders' }, 'role', 'svc'),
      settingOf({ role: 'svc', database: 'orders' }, 'timezone', 'UTC'),
    ];
    const made = await deploymentOf(dsn, resources).converge();
    expect(made.steps).toEqual([
      'create create-role svc: login only, without a password',
      'update change-settings svc: statement_timeout = 30s, search_path = app, A b, $user',
      'create create-database orders: UTF8, owner '.concat(
        `${admin === 'superuser' ? 'postgres' : 'deploy_admin'}, closed to PUBLIC`,
      ),
      'update change-settings orders: work_mem = 64MB, search_path = app',
      'update change-settings svc: in orders: role = svc, timezone = UTC',
    ]);
    expect(await stored()).toEqual([
      { role: '-', database: 'orders', item: 'search_path=app' },
      { role: '-', database: 'orders', item: 'work_mem=64MB' },
      { role: 'svc', database: '-', item: 'search_path=app, "A b", "$user"' },
      { role: 'svc', database: '-', item: 'statement_timeout=30s' },
      { role: 'svc', database: 'orders', item: 'TimeZone=UTC' },
      { role: 'svc', database: 'orders', item: 'role=svc' },
    ]);

    // Written otherwise, by whomever, it is the same; what nobody names stays.
    await server.query(`ALTER ROLE svc SET statement_timeout TO '30000'; ALTER ROLE svc SET lock_timeout TO '1s'`);
    await server.query(`ALTER DATABASE orders SET work_mem TO 65536; ALTER DATABASE orders SET jit TO off`);
    expect((await deploymentOf(dsn, resources).plan()).steps).toEqual([]);
    const fewer = resources.filter((one) => one.kind !== 'setting' || one.name !== 'search_path');
    expect((await deploymentOf(dsn, fewer).plan()).steps).toEqual([]);

    // What differs alone is changed.
    await server.query(`ALTER ROLE svc SET search_path TO 'app, A b'; ALTER DATABASE orders RESET work_mem`);
    const repaired = await deploymentOf(dsn, resources).converge();
    expect(repaired.steps).toEqual([
      'update change-settings svc: search_path = app, A b, $user (was app, A b)',
      'update change-settings orders: work_mem = 64MB',
    ]);
    expect(repaired.sql).toEqual([
      `ALTER ROLE "svc" SET "search_path" TO 'app', 'A b', '$user'`,
      `ALTER DATABASE "orders" SET "work_mem" TO '64MB'`,
    ]);
  });

  test('what this admin may not set is foreseen, with the SQL for a superuser', async () => {
    const role = roleOf('traced');
    const resources = [
      role,
      settingOf({ role: 'traced' }, 'log_statement', 'all'),
      settingOf({ role: 'traced' }, 'my.tenant', 'a'),
    ];
    if (admin === 'superuser') {
      await deploymentOf(dsn, resources).converge();
      return;
    }
    const first = await deploymentOf(dsn, resources).plan();
    expect(first.refused).toEqual(['lacks-setting']);
    expect(first.remedies.join()).toContain(
      major === 14
        ? 'name one in the admin DSN'
        : 'a superuser runs, in any database: GRANT SET ON PARAMETER "log_statement", "my"."tenant" TO "deploy_admin";',
    );
    await deploymentOf(dsn, [role]).converge();
    const second = await deploymentOf(dsn, resources).plan();
    expect(second.refused).toEqual(['lacks-setting']);
    const sql = `ALTER ROLE "traced" SET "log_statement" TO 'all'; ALTER ROLE "traced" SET "my"."tenant" TO 'a';`;
    expect(second.remedies.join()).toContain(`a superuser runs, in any database: ${sql}`);
    expect((await deploymentOf(dsn, resources).apply()).response.error_class).toBe('insufficient-privilege');
    if (major === 14) {
      await server.query(sql);
      expect((await deploymentOf(dsn, resources).plan()).steps).toEqual([]);
    } else {
      await server.query('GRANT SET ON PARAMETER log_statement, my.tenant TO deploy_admin');
      await deploymentOf(dsn, resources).converge();
    }
  });

  test.each([
    [
      'max_connections',
      '5',
      /max_connections is set in the server's configuration alone, not for a role or a database/,
    ],
    ['log_connections', 'on', /log_connections is set by a client when it connects/],
    ['work_memory', '1MB', /PostgreSQL \S+ has no setting work_memory \(role faulty\)/],
    ['work_mem', '1', /work_mem: "1" is not in 64 to 2147483647 \(in kB\)/],
    ['bytea_output', 'hexa', /bytea_output: "hexa" is not among its values; did you mean hex\?/],
  ])('%s = %s is refused before anything is touched', async (name, value, message) => {
    const resources = [roleOf('faulty'), settingOf({ role: 'faulty' }, name, value)];
    const { response, refused } = await deploymentOf(dsn, resources).plan();
    expect(refused).toEqual(['setting']);
    expect(response.error_class).toBe('invalid-request');
    expect(response.diagnostics[0]?.message).toMatch(message);
  });
});
