// Servers made by other hands: what `init --from-server` writes is right, a plan with it adopts and changes nothing else, and
// when that was applied nothing is left to do and nobody may do more or less than before.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from 'bus-operator-database';
import { createPlainAdmin, majors, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { play } from './from-server/play.ts';
import { dumpCluster } from './scenarios/cluster-dump.ts';
import { createDeployment, exampleId, fromManifest, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { someOf } from './variants.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'from-server-'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

async function go(adminDsn: string, ...argv: string[]) {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const env = { BUS_DEPLOYMENT_ID: exampleId, ...(adminDsn !== '' && { BUS_POSTGRES_ADMIN_DSN: adminDsn }) };
  const status = await main(argv, { env, cwd, ...streams });
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { status, stdout: text(streams.stdout), stderr: text(streams.stderr) };
}

/** Who may do what on every object, and how: marks left out. */
async function privileges(server: Server): Promise<unknown> {
  const things = [...(await dumpCluster(server)).values()].map(({ comment: _, ...thing }) => thing);
  const databases = things.filter(
    ({ kind, name, opens }) => kind === 'database' && opens === true && name !== 'template1',
  );
  const inside = await Promise.all(
    databases.map(async ({ name: database }) => [database, await server.query(insideQuery, { database })] as const),
  );
  const settings = await server.query(
    'SELECT setdatabase::text, setrole::text, setconfig FROM pg_db_role_setting ORDER BY 1, 2',
  );
  return { things, inside, settings };
}

const insideQuery = `
SELECT 'routine' AS kind, oid::regprocedure::text AS name, proowner::regrole::text AS owner, proacl::text AS acl FROM pg_proc WHERE oid >= 16384
UNION ALL SELECT 'column', attrelid::regclass::text || '.' || attname, '', attacl::text FROM pg_attribute WHERE attacl IS NOT NULL
UNION ALL SELECT 'type', oid::regtype::text, typowner::regrole::text, typacl::text FROM pg_type WHERE oid >= 16384
UNION ALL SELECT 'default', defaclrole::regrole::text || defaclnamespace::text || defaclobjtype::text, '', defaclacl::text FROM pg_default_acl
UNION ALL SELECT 'server', srvname, srvowner::regrole::text, srvacl::text FROM pg_foreign_server
UNION ALL SELECT 'extension', extname, extnamespace::regnamespace::text, extversion FROM pg_extension
UNION ALL SELECT 'right', role.rolname || ' on ' || relation.oid::regclass::text, '',
    concat(has_any_column_privilege(role.oid, relation.oid, 'SELECT'), has_table_privilege(role.oid, relation.oid, 'SELECT'),
           has_any_column_privilege(role.oid, relation.oid, 'UPDATE'), has_table_privilege(role.oid, relation.oid, 'INSERT'),
           has_table_privilege(role.oid, relation.oid, 'DELETE'), has_schema_privilege(role.oid, relation.relnamespace, 'CREATE'))
  FROM pg_roles AS role, pg_class AS relation WHERE relation.relkind IN ('r', 'p', 'v', 'm', 'f') AND relation.oid >= 16384
ORDER BY 1, 2, 3`;

const names = ['pgroles', 'terraform', 'ldap2pg', 'cloudnative-pg', 'zalando', 'odd-names'] as const;

/** A plain admin that a superuser gave all that is a superuser's own. */
async function handedOver(server: Server): Promise<string> {
  const adminDsn = await createPlainAdmin(server);
  await server.query(`DO $do$ DECLARE one record; BEGIN
    FOR one IN SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_' AND rolname <> 'deploy_admin' LOOP
      EXECUTE format('GRANT %I TO deploy_admin WITH ADMIN OPTION', one.rolname);
    END LOOP;
    FOR one IN SELECT datname FROM pg_database JOIN pg_roles AS owner ON owner.oid = datdba
                WHERE rolsuper AND NOT datistemplate AND datname <> 'postgres' LOOP
      EXECUTE format('ALTER DATABASE %I OWNER TO deploy_admin', one.datname);
    END LOOP; END $do$`);
  return adminDsn;
}

const runs = majors.flatMap((major) => (['superuser', 'plain admin'] as const).map((admin) => ({ major, admin })));

describe.each(names)('a server as %s leaves it', (name) => {
  test.each(someOf(`init --from-server of ${name}`, runs, 1))(
    'PostgreSQL $major, by a $admin',
    { timeout: 120_000 },
    async ({ major, admin }) => {
      await using server = await startServer({ major });
      await play(server, name);
      const adminDsn = admin === 'superuser' ? server.dsn() : await handedOver(server);
      const file = `${name}-${major}-${admin.slice(0, 5)}.yaml`;
      const { status, stderr } = await go(adminDsn, 'init', '--from-server', '-o', file);
      expect(status, stderr).toBe(0);
      const text = readFileSync(join(cwd, file), 'utf8');
      expect(text + stderr).not.toMatch(/not-to-be-told|SCRAM-SHA-256|\bmd5[0-9a-f]{32}/);
      expect(text).toMatch(/^# yaml-language-server: \$schema=/);
      expect(stderr).toContain('a plan with it changes nothing; --adopt takes over what has no mark yet: ');
      expect(stderr).toContain(`\nnext: bus operator database plan --manifest ${file} --adopt\n`);
      // What it could not say is said in the file too.
      const told = [...stderr.matchAll(/note: (?:database [^:]+: )?(role .* is left out.*)/g)].map(
        (found) => found[1] ?? '',
      );
      for (const note of told) expect(text).toContain(`# ${note}`);
      expect((await go('', 'validate', file)).stdout).toMatch(/^ok: true\n/);

      using folder = temporaryFolder();
      const desired = { databases: [], manifest: text };
      const deployment = createDeployment({ adminDsn, desired, folder: folder.path });
      const plan = await deployment.plan({ adopt: true });
      expect(plan.ok, JSON.stringify(plan.diagnostics)).toBe(true);
      expect(stepLines(plan.steps).filter((line) => !/^adopt-(role|database) /.test(line))).toEqual([]);
      expect(stepLines(plan.steps).length).toBeGreaterThan(1);
      const before = await privileges(server);
      const applied = await deployment.apply({ adopt: true });
      expect(applied.ok, JSON.stringify(applied.diagnostics)).toBe(true);
      expect(await privileges(server)).toEqual(before);
      const again = await deployment.plan();
      expect(stepLines(again.steps)).toEqual([]);
      expect(again.ok, JSON.stringify(again.diagnostics)).toBe(true);
      // Once more it says the same of what carries the mark now.
      const { stdout } = await go(adminDsn, 'init', '--from-server');
      expect(withoutComments(stdout)).toBe(withoutComments(text));
    },
  );
});

function withoutComments(text: string): string {
  return text.replaceAll(/^ *#.*\n/gm, '');
}

test('access words stand where they say just what is there, and what all databases have stands once', async () => {
  await using server = await startServer({ major: 17 });
  await server.query('CREATE ROLE shop_owner; CREATE ROLE shop_app LOGIN; CREATE ROLE shop_ro LOGIN; CREATE ROLE team');
  for (const database of ['orders', 'billing']) {
    await server.query(`CREATE DATABASE ${database}`);
    await server.query(
      `REVOKE ALL ON DATABASE ${database} FROM PUBLIC; GRANT ALL ON DATABASE ${database} TO shop_owner`,
    );
    await server.query(`GRANT CONNECT, TEMPORARY ON DATABASE ${database} TO shop_app, shop_ro`);
    await server.query(
      `CREATE SCHEMA app AUTHORIZATION shop_owner; SET ROLE shop_owner; CREATE TABLE app.things (id serial PRIMARY KEY);
       GRANT USAGE ON SCHEMA app TO shop_app, shop_ro;
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA app TO shop_app;
       GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA app TO shop_app;
       GRANT SELECT ON ALL TABLES IN SCHEMA app TO shop_ro;
       GRANT SELECT ON ALL SEQUENCES IN SCHEMA app TO shop_ro;
       ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO shop_app;
       ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT USAGE, SELECT ON SEQUENCES TO shop_app;
       ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO shop_ro;
       ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON SEQUENCES TO shop_ro;`,
      { database },
    );
  }
  await server.query(
    `CREATE ROLE shop_migrator LOGIN; GRANT shop_owner TO shop_migrator WITH INHERIT FALSE, SET TRUE;
     GRANT CONNECT ON DATABASE orders, billing TO shop_migrator;
     ALTER ROLE shop_migrator IN DATABASE orders SET role = shop_owner;
     ALTER ROLE shop_migrator IN DATABASE billing SET role = shop_owner`,
  );
  await server.query("GRANT CONNECT ON DATABASE billing TO team; ALTER DATABASE billing SET work_mem = '64MB'");
  const { stdout, stderr } = await go(server.dsn(), 'init', '--from-server');
  expect(stderr).toBe(
    'bus operator database: note: a plan with it changes nothing; --adopt takes over what has no mark yet: 7\n',
  );
  expect(stdout).toMatchInlineSnapshot(`
    "# yaml-language-server: $schema=./node_modules/bus-integration-postgres/schemas/manifest.json
    version: 1
    deployment: example-dev

    roles:
      shop_app:
        login: true
      shop_migrator:
        login: true
        acts_as: shop_owner
      shop_owner: {}
      shop_ro:
        login: true
      team: {}

    every_database:
      owner: shop_owner
      schemas: [app]
      search_path: keep
      access:
        shop_app: write
        shop_migrator: connect
        shop_ro: read

    databases:
      billing:
        settings:
          work_mem: 64MB
        access:
          team: connect
      orders: {}

    # No file is written for anybody: whoever logs in has a password already. Without this line each login role gets its files, with a new password: apply --rotate ROLE.
    outputs: []
    "
  `);
});

test('settings of applications and odd names: neither fails, and no value is told', { timeout: 60_000 }, async () => {
  await using server = await startServer({ major: 18 });
  await server.query('CREATE DATABASE shop');
  for (const [name, value] of [
    ['app.db_uri', 'postgres://u:Xq7vault@h/db'],
    ['app.settings', '{"password":"Xq7vault"}'],
    ['app.settings.jwt', 'Xq7vault'],
    ['app.hmac', 'Xq7vault'],
    ['pgrst.db_config', 'Xq7vault'],
  ])
    await server.query(`ALTER DATABASE shop SET ${name} = '${value}'`);
  await server.query(`ALTER DATABASE shop SET application_name = 'Xq7vault=password host=h password=Xq7vault'`);
  await server.query(`ALTER DATABASE shop SET work_mem = '64MB'`);
  await server.query('CREATE ROLE "mark\ufeff" LOGIN; CREATE ROLE "line\nend\u007f" LOGIN');
  await server.query('CREATE SCHEMA "two\nlines"; CREATE TABLE "two\nlines"."t\ufeff" (n int)', { database: 'shop' });
  await server.query('GRANT SELECT ON "two\nlines"."t\ufeff" TO "mark\ufeff"', { database: 'shop' });
  const { status, stdout, stderr } = await go(server.dsn(), 'init', '--from-server');
  expect(status, stderr).toBe(0);
  expect(stdout + stderr).not.toContain('Xq7vault');
  for (const name of ['app.db_uri', 'app.settings', 'app.settings.jwt', 'app.hmac', 'pgrst.db_config'])
    expect(stdout).toContain(
      `# its setting ${name} is not said here: it is a custom setting, which may hold a secret\n`,
    );
  expect(stdout).toContain('# its setting application_name is not said here: its value looks like a secret\n');
  expect(stdout).toContain('work_mem: 64MB');
  expect(stdout).toMatch(/# schema two\S+lines is left out, and left as it is: it holds a line break/);
});

test('a plan tells no value that a server holds of a custom setting', { timeout: 60_000 }, async () => {
  await using server = await startServer({ major: 18 });
  using folder = temporaryFolder();
  const desired = fromManifest('databases: {shop: {settings: {app.level: high}}}');
  const deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path });
  expect((await deployment.apply()).ok).toBe(true);
  await server.query(`ALTER DATABASE shop SET app.level = 'Xq7vault'`);
  const plan = await deployment.plan();
  expect(plan.steps.map(({ summary }) => summary)).toContain('app.level = high (was not shown)');
  expect(JSON.stringify([plan, await deployment.status()])).not.toContain('Xq7vault');
  expect((await deployment.apply()).ok).toBe(true);
});

test('what a plain admin can never alter is left out, and said', { timeout: 60_000 }, async () => {
  await using server = await startServer({ major: 14 });
  await server.query('CREATE ROLE copier LOGIN REPLICATION; CREATE ROLE app LOGIN');
  const { stdout, stderr } = await go(await createPlainAdmin(server), 'init', '--from-server');
  const why =
    'role copier is left out, and left as it is: it has REPLICATION, and before PostgreSQL 16 only a superuser alters such a role';
  expect([stdout.includes(`# ${why}`), stderr.includes(why)]).toEqual([true, true]);
  expect(stdout).toMatch(/^ {2}app:\n/m);
  expect(stdout).not.toMatch(/^ {2}copier:/m);
});

test('why default privileges are kept', { timeout: 60_000 }, async () => {
  await using server = await startServer({ major: 17 });
  await server.query('CREATE ROLE maker; CREATE ROLE reader');
  const cases = {
    differing: 'ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA one GRANT SELECT ON TABLES TO reader',
    everywhere: 'ALTER DEFAULT PRIVILEGES FOR ROLE maker GRANT SELECT ON TABLES TO reader',
    passed: `ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA one, two GRANT SELECT ON TABLES TO reader WITH GRANT OPTION`,
    less: `CREATE TABLE one.there (id int); ALTER TABLE one.there OWNER TO maker;
      ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA one, two GRANT SELECT ON TABLES TO reader`,
    others: 'ALTER DEFAULT PRIVILEGES FOR ROLE reader IN SCHEMA one GRANT SELECT ON TABLES TO maker',
  };
  for (const [database, sql] of Object.entries(cases)) {
    await server.query(`CREATE DATABASE ${database}`);
    const made = `CREATE SCHEMA one AUTHORIZATION maker; CREATE SCHEMA two AUTHORIZATION maker;
      GRANT ALL ON DATABASE ${database} TO maker; DROP SCHEMA public`;
    await server.query(`${made}; ${sql}`, { database });
  }
  const { stdout, stderr } = await go(server.dsn(), 'init', '--from-server');
  const reasons = [...stdout.matchAll(/# default privileges are kept as they are, since no access says them: (.*)/g)];
  expect(reasons.map(([, why]) => why)).toEqual([
    'access gives the same in every schema, and reader has something else of tables that maker makes in two',
    'those of maker are for every schema, also for such as are not declared',
    'access gives the same on what is there, and reader has less on one.there',
    'reader makes nothing by this file',
    'reader may pass on what it is given (GRANT OPTION)',
  ]);
  expect(stdout).toContain('  default_privileges: keep\n');
  expect(stderr).toContain('a plan with it changes nothing');
});

test('parameters that roles may set, but for those that no file says', { timeout: 60_000 }, async () => {
  await using server = await startServer({ major: 16 });
  await server.query(
    `CREATE ROLE ops; CREATE ROLE passer; CREATE ROLE acting LOGIN; GRANT ops TO acting WITH INHERIT FALSE, SET TRUE`,
  );
  await server.query('CREATE DATABASE orders');
  await server.query(
    `GRANT SET ON PARAMETER log_statement, "my"."Own" TO ops; GRANT ALTER SYSTEM ON PARAMETER "TimeZone" TO ops;
     GRANT SET ON PARAMETER log_statement TO passer WITH GRANT OPTION;
     GRANT SET ON PARAMETER log_duration TO acting; ALTER ROLE acting IN DATABASE orders SET role = ops;
     GRANT CONNECT ON DATABASE orders TO acting; REVOKE ALL ON DATABASE orders FROM PUBLIC`,
  );
  const file = 'parameters.yaml';
  const { status, stderr } = await go(server.dsn(), 'init', '--from-server', '-o', file);
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('a plan with it changes nothing');
  expect(readFileSync(join(cwd, file), 'utf8')).toContain(`roles:
  # it has SET on log_duration, which is not said here: it acts as ops, and sets what that one may
  acting:
    login: true
    acts_as: ops
  ops:
    parameters:
      SET: [log_statement, my.own]
      ALTER SYSTEM: [timezone]
  # it has SET on log_statement, which is not said here: it may pass some of that on (GRANT OPTION), which no file says
  passer: {}
`);
});

describe('what can not be read', () => {
  test('without a server, a DSN, a deployment', async () => {
    const nowhere = 'postgresql://admin:not-to-be-told@127.0.0.1:1/postgres';
    const unreachable = await go(nowhere, 'init', '--from-server', '-o', 'never.yaml');
    expect(unreachable).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining("can't reach 127.0.0.1:1"),
    });
    expect(unreachable.stderr).not.toContain('not-to-be-told');
    expect(existsSync(join(cwd, 'never.yaml'))).toBe(false);
    expect(await go('', 'init', '--from-server')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('BUS_POSTGRES_ADMIN_DSN'),
    });
    const flags = ['init', '--from-server', '--deployment', 'other'];
    expect(await go(nowhere, ...flags)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--deployment is "other"'),
    });
  });

  test('a part of a server, by a plain admin', async () => {
    await using server = await startServer({ major: 16 });
    const adminDsn = await createPlainAdmin(server);
    await server.query('CREATE ROLE mine LOGIN; CREATE ROLE theirs LOGIN; CREATE ROLE boss SUPERUSER');
    for (const name of ['kept', 'shut', 'closed', 'other']) await server.query(`CREATE DATABASE ${name}`);
    await server.query('REVOKE CONNECT ON DATABASE shut FROM PUBLIC; ALTER DATABASE closed ALLOW_CONNECTIONS false');
    await server.query('GRANT CREATE ON DATABASE kept TO mine; GRANT CREATE ON DATABASE other TO theirs');
    await server.query("COMMENT ON DATABASE other IS 'bus-deployment=elsewhere'");
    const all = await go(adminDsn, 'init', '--from-server');
    expect(all.status).toBe(0);
    expect(all.stdout).toMatch(/^databases:\n(?: *#.*\n)* {2}kept:\n/m);
    for (const why of [
      'database shut is left out: it can not be entered by this admin',
      'database closed is left out: it allows no connections',
      'database other is left out: it belongs to deployment elsewhere',
      'role boss is left out, and left as it is: it is a superuser',
    ])
      expect([all.stdout.includes(`# ${why}`), all.stderr.includes(why)], why).toEqual([true, true]);
    // It may not alter what others made: that is told, and the file is written all the same.
    expect(all.stdout).toContain('  # this admin may not alter it: a plan says who can let it\n  mine:\n');
    expect(all.stderr).toContain('warning: a plan with it is refused: ');

    const part = await go(adminDsn, 'init', '--from-server', '--database', 'other', '-f', 'json');
    expect(JSON.parse(part.stdout)).toMatchObject({
      deployment: exampleId,
      roles: { theirs: { login: true } },
      databases: { other: { access: { theirs: { CREATE: 'database' } } } },
      outputs: [],
    });
    expect(Object.keys(JSON.parse(part.stdout).roles)).toEqual(['theirs']);
    expect(await go(adminDsn, 'init', '--from-server', '--database', 'none')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('the server has no database none'),
    });
  });
});
