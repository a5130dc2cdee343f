// `init` for what the keys declare: needs no server, and writes over nothing.
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { responseFaults } from 'bus-integration-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/index.ts';
import { providers } from '../../src/providers.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'init-'));
  writeFileSync(join(cwd, 'there.yaml'), 'mine\n');
  writeFileSync(join(cwd, 'my.env'), 'BUS_DEPLOYMENT_ID=of-file\nBUS_DATABASE_MANIFEST_FILE=not-there.yaml\n');
  symlinkSync('nowhere.yaml', join(cwd, 'link.yaml'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

type Env = Readonly<Record<string, string>>;

async function go(argv: readonly string[], env: Env = {}, roots = providers) {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const status = await main(argv, { env, cwd, ...streams }, roots);
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { status, stdout: text(streams.stdout), stderr: text(streams.stderr) };
}

const keys = { BUS_DEPLOYMENT_ID: 'shop-dev', BUS_DATABASE_NAMES: 'orders,billing', BUS_DATABASE_SERVICE_ROLE: 'shop' };

async function judged(text: string, name: string) {
  writeFileSync(join(cwd, name), text);
  return await go(['validate', name]);
}

describe('what is written', () => {
  it('is what the keys declare, with what else could be', async () => {
    const { status, stdout, stderr } = await go(['init'], keys);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "# yaml-language-server: $schema=./node_modules/bus-integration-postgres/schemas/manifest.json
      version: 1
      deployment: shop-dev

      # Roles belong to the whole server. A role with login gets a password, and the files that outputs names.
      # A role without login owns things, or is a group.
      roles:
        shop:
          login: true
          # connections: 40
          # valid_until: "2030-01-31T18:00:00Z"
          # settings: {statement_timeout: 30s}
          # member_of: [app_readers]
        # app_owner: {}
        # app_migrator: {login: true, acts_as: app_owner}
        # app_readers: {members: exact}

      # What each database has. A database can add to it: maps merge, lists add, a single value replaces.
      every_database:
        # The schemas. Default: public.
        schemas: [public]
        # Who may do what in the schemas. Each word gives privileges on what exists and on what is made later:
        # connect (log in), read (every table), write (change rows too), create (make own tables).
        # In a database, none takes a role out again; a map gives single privileges.
        access:
          shop: create
        # owner: app_owner
        # extensions: [pgcrypto, {name: citext, schema: public}]
        # settings: {work_mem: 16MB}
        # connections: 100
        # public: {connect: true, temporary: true}
        # routines: closed

      # The databases, each with what it adds to every_database.
      databases:
        orders: {}
        billing: {}
        # reports:
        #   extensions: [pg_trgm]
        #   access: {app_readers: {SELECT: [public.invoices]}}

      # Which files services get. Default: a file with a URI for each login role and each database that it may connect to.
      # Forms: uri, env, pgpass, service, jdbc, secret.
      # outputs:
      #   - {form: uri}
      #   - {form: env, file: "env/{database}.{role}.env"}

      # What verify tries in addition to access.
      # verify:
      #   - {"role":"shop","database":"orders","sql":"SELECT 1"}

      # What to drop. Nothing is dropped because it is missing in this file.
      # retire:
      #   roles: {old_service: {reassign_to: app_owner}}
      #   databases: {legacy: {drop: legacy}}
      "
    `);
    expect(await judged(stdout, 'keys.yaml')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('deployment shop-dev: 1 role, 2 databases, 2 access entries, 2 output files'),
    });
  });

  it('is an example without keys, and says so', async () => {
    const { status, stdout, stderr } = await go(['init']);
    expect(status).toBe(0);
    expect(stderr).toContain(
      'note: BUS_DEPLOYMENT_ID is not set: the manifest is of deployment example-dev, an example',
    );
    expect(stderr).toContain('note: the keys name no role and no database: those of the manifest are examples');
    expect((await judged(stdout, 'nothing.yaml')).stdout).toContain('deployment example-dev: 1 role, 1 database, ');
  });

  it.each([
    ['one role', keys],
    ['nothing', {}],
    ['a role of each database', { ...keys, BUS_DATABASE_SERVICE_ROLE: '{database}_service' }],
    ['several roles and schemas', { ...keys, BUS_DATABASE_ROLE_NAMES: 'reports', BUS_DATABASE_SCHEMAS: 'app,public' }],
    ['a role alone', { BUS_DEPLOYMENT_ID: 'shop-dev', BUS_DATABASE_SERVICE_ROLE: 'shop' }],
    ['databases alone', { BUS_DEPLOYMENT_ID: 'shop-dev', BUS_DATABASE_NAMES: 'orders' }],
  ])('is right with every example in force: %s', async (name, env: Env) => {
    const { stdout } = await go(['init'], env);
    // What begins like a key, or goes on with one, is an example; all else is said to people.
    const uncommented = stdout.replace(/^( *)# (?=[a-z_]+:(?: |$)| +\S|- )/gm, '$1');
    expect(uncommented.match(/acts_as|retire:|verify:|routines: closed/g)?.length).toBeGreaterThan(2);
    const answer = await judged(uncommented, `${name}.yaml`);
    expect(answer.stdout.replace(/.*\n/, '')).toMatch(
      /\.yaml: deployment .*rows? of verify; retires 1 role and 1 database\n$/,
    );
  });

  it('keeps names that mean something else in YAML', async () => {
    const names = [
      'no',
      'on',
      '1e3',
      'null',
      '~',
      'A.b',
      'a@b',
      '"q"',
      "it's",
      '#c',
      '[x]',
      '{y}',
      '- z',
      '&a',
      '*b',
      '!t',
    ];
    const env = {
      ...keys,
      BUS_DATABASE_NAMES: names.filter((one) => !/[\s{}]/.test(one)).join(','),
      BUS_DATABASE_SERVICE_ROLE: 'Y',
    };
    const { status, stdout } = await go(['init'], env);
    expect(status).toBe(0);
    writeFileSync(join(cwd, 'odd.yaml'), stdout);
    const expanded = JSON.parse((await go(['validate', '--expand', '-f', 'json', 'odd.yaml'])).stdout);
    expect(Object.keys(expanded.databases)).toEqual(env.BUS_DATABASE_NAMES.split(','));
    expect(expanded.databases.no.access).toEqual({ Y: 'create' });
  });

  it('is JSON too', async () => {
    const { stdout } = await go(['init', '-f', 'json'], keys);
    expect(JSON.parse(stdout)).toEqual({
      $schema: './node_modules/bus-integration-postgres/schemas/manifest.json',
      version: 1,
      deployment: 'shop-dev',
      roles: { shop: { login: true } },
      every_database: { schemas: ['public'], access: { shop: 'create' } },
      databases: { orders: {}, billing: {} },
    });
    expect((await judged(stdout, 'made.json')).status).toBe(0);
  });

  it('takes its keys from an env file too, whatever manifest that names', async () => {
    expect((await go(['init', '--env-file', 'my.env'])).stdout).toContain('\ndeployment: of-file\n');
    expect((await go(['init', '--deployment', 'of-flag'])).stdout).toContain('\ndeployment: of-flag\n');
  });
});

describe('where it is written', () => {
  it.each(['-o', '--manifest'])('a new file of %s', async (flag) => {
    const name = `new${flag}.yaml`;
    const { status, stdout, stderr } = await go(['init', flag, name], keys);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toBe(`wrote ${name}\nnext: bus operator database plan --manifest ${name}\n`);
    expect(readFileSync(join(cwd, name), 'utf8')).toBe((await go(['init'], keys)).stdout);
  });

  it('stdout for -', async () => {
    expect((await go(['init', '-o', '-'], keys)).stdout).toBe((await go(['init'], keys)).stdout);
  });

  it.each([
    ['there.yaml', 'there.yaml is there already; nothing is written over it\n  next: name another file'],
    ['link.yaml', 'link.yaml is there already; nothing is written over it'],
    ['none/new.yaml', "none/new.yaml can't be written (its directory does not exist)"],
    ['there.yaml/new.yaml', "there.yaml/new.yaml can't be written (its directory is not a directory)"],
  ])('never over another: %j', async (file, why) => {
    const before = readdirSync(cwd);
    const { status, stdout, stderr } = await go(['init', '-o', file], keys);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(why);
    expect(readdirSync(cwd)).toEqual(before);
    expect(readFileSync(join(cwd, 'there.yaml'), 'utf8')).toBe('mine\n');
  });

  it('nowhere with -q', async () => {
    expect(await go(['init', '-q', '-o', 'quiet.yaml'], keys)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readdirSync(cwd)).not.toContain('quiet.yaml');
  });
});

describe('what is wrong with the line or the environment', () => {
  it.each<[readonly string[], Env, string]>([
    [['--fast'], {}, 'unknown flag --fast'],
    [['orders'], {}, 'unexpected argument orders after init'],
    [['--adopt'], {}, '--adopt is a flag of plan and apply, not of init'],
    [['--jobs', '3'], {}, '--jobs: init asks no server; leave it out, or give --from-server'],
    [['--database', 'a'], {}, '--database: init asks no server; leave it out, or give --from-server'],
    [['--api-url', 'http://127.0.0.1:1'], {}, '--api-url: init only reads, and asks no API; leave it out'],
    [['--from-server'], {}, 'BUS_DEPLOYMENT_ID'],
    [['--from-server', '--timeout', '0'], keys, '--timeout is 0, expected a duration like 30s'],
    [['-o', 'a.yaml', '--manifest', 'b.yaml'], {}, 'init writes one file; give -o FILE or --manifest FILE once'],
    [['--provider', 'mysql'], {}, 'mysql: no such provider; name one of: postgres'],
    [[], { BUS_DEPLOYMENT_ID: 'no id' }, 'BUS_DEPLOYMENT_ID is "no id"'],
    [[], { BUS_DATABASE_NAMES: 'postgres' }, 'postgres'],
    [['--env-file', 'none.env'], {}, 'none.env'],
  ])('%j %j', async (argv, env, why) => {
    const { status, stdout, stderr } = await go(['init', ...argv], env);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(why);
    expect(readdirSync(cwd).filter((name) => /^[ab]\.yaml$/.test(name))).toEqual([]);
  });

  it('is told in a response as JSON', async () => {
    const { status, stdout } = await go(['init', '-f', 'json', '--provider', 'mysql']);
    expect(status).toBe(2);
    expect(responseFaults(JSON.parse(stdout))).toEqual([]);
  });

  it('a directory that is not there is exit status 1', async () => {
    expect(await go(['init', '-C', 'none'])).toMatchObject({ status: 1, stdout: '' });
  });

  it('a provider that describes no servers', async () => {
    const [postgres] = providers;
    const load = async () => {
      const { describe: _, ...module } = (await postgres?.load()) ?? ({} as never);
      return module;
    };
    const silent = postgres === undefined ? [] : [{ ...postgres, load }];
    const env = { ...keys, BUS_POSTGRES_ADMIN_DSN: 'postgresql://a@127.0.0.1:1/postgres' };
    expect(await go(['init', '--from-server'], env, silent)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--from-server: the provider postgres describes no servers'),
    });
  });

  it('a provider without manifests', async () => {
    const [postgres] = providers;
    const plain = postgres === undefined ? [] : [{ name: 'plain', title: 'Plain', load: postgres.load }];
    expect(await go(['init'], {}, plain)).toMatchObject({
      status: 2,
      stderr: 'bus operator database: the provider plain reads no manifests\n',
    });
  });
});
