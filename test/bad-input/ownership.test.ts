// Roles, databases and servers that are not this deployment's to change, and admins that may not.
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDeployment } from '../deployment.ts';
import { expectDone, expectRefusal } from './refusal.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** One database and one role, named so that no two tests share one. */
function deploymentOf(database: string, role: string, adminDsn = server.dsn()) {
  return makeDeployment({ adminDsn, keys: { BUS_DATABASE_NAMES: database, BUS_DATABASE_SERVICE_ROLE: role } });
}

describe("what isn't this deployment's", () => {
  it.each(['plan', 'apply'])('IN-35 a role that carries no mark: %s', async (verb) => {
    await server.query('DROP ROLE IF EXISTS reporting');
    await server.query('CREATE ROLE reporting LOGIN');
    using deployment = deploymentOf('shop35', 'reporting');
    await expectRefusal(deployment, server, {
      args: [verb],
      exit: 4,
      says: "refused: role reporting exists and carries no deployment's mark",
      next: `next: bus operator database ${verb} --allow update --adopt`,
    });
  });

  it('IN-35 a database that carries no mark', async () => {
    await server.query('CREATE DATABASE legacy');
    using deployment = deploymentOf('legacy', 'service35');
    await expectRefusal(deployment, server, {
      exit: 4,
      says: "refused: database legacy exists and carries no deployment's mark",
      next: '--adopt',
    });
    await server.query('DROP DATABASE legacy');
  });

  it("IN-36 another deployment's role and database", async () => {
    using theirs = deploymentOf('taken', 'taken_service');
    theirs.configure({ BUS_DEPLOYMENT_ID: 'example-prod' });
    await expectDone(theirs, ['apply']);
    using deployment = deploymentOf('taken', 'taken_service');
    const { stdout } = await expectRefusal(deployment, server, {
      exit: 4,
      says: 'refused: role taken_service belongs to deployment example-prod',
      next: 'next: bus operator database apply --adopt-from example-prod --rotate taken_service',
    });
    expect(stdout).toContain('refused: database taken belongs to deployment example-prod');
    await expectRefusal(deployment, server, {
      args: ['apply', '--adopt'],
      exit: 4,
      says: 'belongs to deployment example-prod',
    });
    await expectDone(theirs, ['verify']);
  });
});

describe('service roles that would be too mighty', () => {
  it.each([[], ['--adopt']])('IN-37 the admin itself %s', async (...flags) => {
    using deployment = deploymentOf('shop37', 'postgres');
    await expectRefusal(deployment, server, {
      args: ['apply', ...flags],
      exit: 4,
      says: 'refused: role postgres is the admin role of this run; a service must not log in as it',
      next: 'name another role in BUS_DATABASE_SERVICE_ROLE',
    });
  });

  it.each([
    ['SUPERUSER', 'is a superuser'],
    ['CREATEROLE', 'has CREATEROLE'],
    ['BYPASSRLS', 'has BYPASSRLS'],
    ['IN ROLE pg_read_all_data', 'is a member of pg_read_all_data'],
  ])('IN-38 a role that is %s', async (option, why) => {
    await server.query('DROP ROLE IF EXISTS boss');
    await server.query(`CREATE ROLE boss LOGIN ${option}`);
    using deployment = deploymentOf('shop38', 'boss');
    await expectRefusal(deployment, server, {
      args: ['apply', '--adopt', '--allow', 'update', '--rotate', 'boss'],
      exit: 4,
      says: `refused: role boss ${why}; a service role must not`,
      next: 'name another role',
    });
  });
});

describe('databases that nobody can enter', () => {
  it('IN-39 closed by hand', async () => {
    using deployment = deploymentOf('shut', 'shut_service');
    await expectDone(deployment, ['apply']);
    await server.query('ALTER DATABASE shut ALLOW_CONNECTIONS false');
    for (const verb of ['apply', 'plan']) {
      await expectRefusal(deployment, server, {
        args: [verb],
        exit: 4,
        says: 'refused: database shut allows no connections (closed by hand, or by another tool)',
        next: 'ALTER DATABASE "shut" ALLOW_CONNECTIONS true;',
      });
    }
    await server.query('ALTER DATABASE shut ALLOW_CONNECTIONS true');
    await expectDone(deployment, ['plan', '--check']);
  });

  it('IN-40 invalid: a DROP DATABASE was cut off', async () => {
    await server.query('CREATE DATABASE half_gone');
    await server.query("UPDATE pg_catalog.pg_database SET datconnlimit = -2 WHERE datname = 'half_gone'");
    using deployment = deploymentOf('half_gone', 'service40');
    await expectRefusal(deployment, server, {
      exit: 4,
      says: 'refused: database half_gone is invalid (a DROP DATABASE of it was cut off)',
      next: 'DROP DATABASE "half_gone";',
    });
    await expectRefusal(deployment, server, { args: ['doctor'], exit: 1, says: 'database half_gone is invalid' });
    await server.query('DROP DATABASE half_gone');
  });
});

describe('admins and servers that can not', () => {
  it.each([
    ['NOCREATEDB', 'lacks CREATEDB, which creating bus_auth and 1 more needs', 'CREATEDB'],
    ['NOCREATEROLE', 'lacks CREATEROLE, which creating bus_service needs', 'CREATEROLE'],
  ])('IN-41 an admin with %s', async (option, says, right) => {
    const name = `admin_${option.toLowerCase()}`;
    const adminDsn = await createPlainAdmin(server, name);
    await server.query(`ALTER ROLE ${name} ${option}`);
    using deployment = makeDeployment({ adminDsn });
    for (const verb of ['plan', 'apply', 'doctor']) {
      const { stdout } = await expectRefusal(deployment, server, {
        args: [verb],
        exit: 1,
        says: `role ${name} ${says}`,
        next: `a superuser runs, in any database: ALTER ROLE "${name}" ${right};`,
      });
      expect(stdout).not.toMatch(/^next: run the same command again/m);
    }
  });

  it('IN-42 a standby', async () => {
    await using standby = await startServer({ isStandby: true });
    using deployment = makeDeployment({ adminDsn: standby.dsn() });
    for (const verb of ['plan', 'apply', 'doctor']) {
      await expectRefusal(deployment, standby, {
        args: [verb],
        exit: 1,
        says: 'the server is a standby (in recovery); it takes no changes',
        next: 'point the admin DSN at the primary',
      });
    }
  });

  it('IN-42 default_transaction_read_only', async () => {
    const adminDsn = await createPlainAdmin(server, 'careful');
    await server.query('ALTER ROLE careful SET default_transaction_read_only = on');
    using deployment = makeDeployment({ adminDsn });
    await expectRefusal(deployment, server, {
      exit: 1,
      says: 'transactions of careful are read-only here (default_transaction_read_only is on)',
      next: 'ALTER ROLE "careful" SET default_transaction_read_only = off;',
    });
  });
});
