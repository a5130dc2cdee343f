// `validate` needs neither a server nor the rest of the configuration.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { responseFaults } from 'bus-integration-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/index.ts';
import { providers } from '../../src/providers.ts';

const right = `version: 1
deployment: shop-prod
roles: {shop_app: {login: true}}
every_database: {access: {shop_app: create}}
databases: {orders: {}, billing: {}}
`;
const wrong = right.replace('create', 'creat').replace('login', 'logn');

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'validate-'));
  writeFileSync(join(cwd, 'right.yaml'), right);
  writeFileSync(join(cwd, 'wrong.yaml'), wrong);
  writeFileSync(join(cwd, 'my.env'), 'BUS_DATABASE_MANIFEST_FILE=wrong.yaml\n');
});
afterAll(() => rmSync(cwd, { recursive: true }));

type Env = Readonly<Record<string, string>>;

async function validate(argv: readonly string[], env: Env = {}, verb = 'validate', roots = providers) {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const status = await main([verb, ...argv], { env, cwd, ...streams }, roots);
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { status, stdout: text(streams.stdout), stderr: text(streams.stderr) };
}

const summary = 'deployment shop-prod: 1 role, 2 databases, 2 access entries, 2 output files';

describe('a manifest that is right', () => {
  it.each([
    ['as an argument', ['right.yaml'], {}],
    ['with --manifest', ['--manifest', 'right.yaml'], {}],
    ['in the environment', [], { BUS_DATABASE_MANIFEST_FILE: 'right.yaml' }],
    [
      'in the environment, with its deployment',
      [],
      { BUS_DATABASE_MANIFEST_FILE: 'right.yaml', BUS_DEPLOYMENT_ID: 'shop-prod' },
    ],
    [
      'named, whatever the environment says',
      ['right.yaml'],
      { BUS_DATABASE_MANIFEST_FILE: 'x', BUS_DEPLOYMENT_ID: 'y' },
    ],
  ])('%s', async (_, argv, env: Env) => {
    expect(await validate(argv, env)).toEqual({ status: 0, stdout: `ok: true\nright.yaml: ${summary}\n`, stderr: '' });
  });

  it('is told in a response as JSON', async () => {
    const { status, stdout, stderr } = await validate(['right.yaml', '-f', 'json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const response = JSON.parse(stdout);
    expect(responseFaults(response)).toEqual([]);
    expect(response).toMatchObject({ ok: true, deployment_id: 'shop-prod', provider: 'postgres', steps: [] });
    expect(response.diagnostics).toEqual([
      {
        severity: 'info',
        code: 'manifest',
        message: summary.slice('deployment shop-prod: '.length),
        target: 'right.yaml',
      },
    ]);
  });

  it('is printed with nothing inherited, as YAML or as JSON, and that is right again', async () => {
    const { stdout } = await validate(['right.yaml', '--expand']);
    expect(stdout).toMatchInlineSnapshot(`
      "version: 1
      deployment: shop-prod
      roles:
        shop_app:
          login: true
      databases:
        orders:
          schemas: [public]
          extensions: []
          access:
            shop_app: create
        billing:
          schemas: [public]
          extensions: []
          access:
            shop_app: create
      outputs:
        - form: uri
          mode: "0600"
          roles: [shop_app]
          databases: [orders, billing]
      "
    `);
    writeFileSync(join(cwd, 'expanded.yaml'), stdout);
    expect(await validate(['expanded.yaml', '--expand'])).toEqual({ status: 0, stdout, stderr: '' });
    expect(await validate(['--manifest', 'right.yaml', '--expand'], {}, 'plan')).toEqual({
      status: 0,
      stdout,
      stderr: '',
    });
    const env = { BUS_DATABASE_MANIFEST_FILE: 'right.yaml' };
    expect(await validate(['--expand'], env, 'plan')).toEqual({ status: 0, stdout, stderr: '' });
    const json = (await validate(['right.yaml', '--expand', '-f', 'json'])).stdout;
    expect(JSON.parse(json).databases.billing.access).toEqual({ shop_app: 'create' });
  });
});

describe('a manifest that is wrong', () => {
  it('is told with each place, the line and what to write', async () => {
    const { status, stdout, stderr } = await validate(['wrong.yaml']);
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "ok: false
      wrong.yaml:3:20: logn is an unknown key; did you mean login?
        3 | roles: {shop_app: {logn: true}}
          |                    ^^^^
        replace with: roles: {shop_app: {login: true}}
      wrong.yaml:4:37: creat is not an access word; did you mean create?
        4 | every_database: {access: {shop_app: creat}}
          |                                     ^^^^^
        replace with: every_database: {access: {shop_app: create}}

      wrong.yaml: 2 problems
      "
    `);
  });

  it('is told on stderr with -q, and where the result goes to a file', async () => {
    const { stdout } = await validate(['wrong.yaml']);
    const lines = stdout.split('\n').slice(1, -3).join('\n');
    expect(await validate(['-q', 'wrong.yaml'])).toEqual({ status: 2, stdout: '', stderr: `${lines}\n` });
    expect(await validate(['-o', 'out.txt', 'wrong.yaml'])).toEqual({ status: 2, stdout: '', stderr: `${lines}\n` });
    expect(readFileSync(join(cwd, 'out.txt'), 'utf8')).toBe(stdout);
  });

  it('is told in a response as JSON, with the edit of each line', async () => {
    const { status, stdout } = await validate(['wrong.yaml', '-f', 'json', '--expand']);
    const response = JSON.parse(stdout);
    expect(responseFaults(response)).toEqual([]);
    expect({ status, ...response }).toMatchObject({ status: 2, ok: false, error_class: 'invalid-request' });
    expect(response.diagnostics.map(({ target }: { target: string }) => target)).toEqual([
      'wrong.yaml:3:20',
      'wrong.yaml:4:37',
    ]);
    expect(response.diagnostics[1].advice).toEqual([
      {
        kind: 'edit',
        change: 'replace',
        file: { path: 'wrong.yaml' },
        line: 4,
        text: ['every_database: {access: {shop_app: create}}'],
      },
    ]);
  });

  it('makes the run fail among right ones, and one that is not there does', async () => {
    const { status, stdout } = await validate(['right.yaml', 'none.yaml', 'wrong.yaml']);
    expect(status).toBe(2);
    expect(stdout).toContain(`\nright.yaml: ${summary}\n`);
    expect(stdout).toContain('\nnone.yaml is not there\n');
    expect(stdout).toContain('\nwrong.yaml: 2 problems\n');
  });
});

describe('what is wrong with the line or the environment', () => {
  it.each<[readonly string[], Env, string]>([
    [[], {}, 'no manifest is named\n  next: name a FILE, or set BUS_DATABASE_MANIFEST_FILE'],
    [['right.yaml', '--provider', 'mysql'], {}, 'mysql: no such provider; name one of: postgres'],
    [
      ['right.yaml', '--provider', 'postgres'],
      { BUS_DATABASE_PROVIDER: 'mysql' },
      '--provider is postgres, but BUS_DATABASE_PROVIDER is mysql',
    ],
    [['right.yaml', '--expand', 'wrong.yaml'], {}, '--expand prints one manifest; name one FILE'],
    [['right.yaml', '--jobs', '3'], {}, '--jobs: validate asks no server; leave it out'],
    [['right.yaml', '--api-url', 'http://127.0.0.1:1'], {}, '--api-url: validate asks no server; leave it out'],
    [
      ['right.yaml', '--check'],
      {},
      '--check is a flag of plan, status and report, not of validate; validate exits with 2 where something is wrong; leave it out',
    ],
    [['right.yaml', '-q', '-v'], {}, '-q and -v contradict each other; give one of them'],
    [['--env-file', 'none.env'], {}, 'none.env'],
  ])('%j', async (argv, env, why) => {
    const { status, stdout, stderr } = await validate(argv, env);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(why);
  });

  it('a deployment that is another than was meant', async () => {
    const message = 'the manifest is of deployment shop-prod, but';
    expect((await validate(['--deployment', 'shop-dev', 'right.yaml'])).stdout).toContain(
      `right.yaml: ${message} --deployment is shop-dev\n`,
    );
    const env = { BUS_DATABASE_MANIFEST_FILE: 'right.yaml', BUS_DEPLOYMENT_ID: 'shop-dev' };
    expect(await validate([], env)).toMatchObject({
      status: 2,
      stdout: expect.stringContaining(`${message} BUS_DEPLOYMENT_ID is shop-dev\n`),
    });
  });

  it('an env file names the manifest', async () => {
    expect(await validate(['--env-file', 'my.env'])).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('wrong.yaml:3:20: '),
    });
  });

  it('a directory that is not there is exit status 1', async () => {
    expect(await validate(['-C', 'none', 'right.yaml'])).toMatchObject({ status: 1, stdout: '' });
  });

  it('a provider without manifests', async () => {
    const [postgres] = providers;
    const plain = postgres === undefined ? [] : [{ name: 'plain', title: 'Plain', load: postgres.load }];
    expect(await validate(['right.yaml'], {}, 'validate', plain)).toMatchObject({
      status: 2,
      stderr: 'bus operator database: the provider plain reads no manifests\n',
    });
  });
});

it.each([
  [['--expand', '--sql'], '--expand prints the manifest alone; leave out --sql'],
  [['--expand', '--adopt'], '--expand prints the manifest alone; leave out --adopt'],
  [['--expand', '--jobs', '3'], '--jobs: plan --expand asks no server; leave it out'],
  [['--expand'], 'no manifest is named'],
])('plan %j is wrong usage', async (argv, why) => {
  expect(await validate(argv, {}, 'plan')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining(why),
  });
});

it.each(['doctor', 'plan', 'apply', 'status', 'verify'])('%s reads the manifest before all else', async (verb) => {
  const { status, stderr } = await validate([], { BUS_DATABASE_MANIFEST_FILE: 'not-there.yaml' }, verb);
  expect(status).toBe(2);
  expect(stderr).toContain('not-there.yaml is not there\n');
});
