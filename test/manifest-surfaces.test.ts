// One manifest by every surface: named in the env file, by --manifest, carried by HTTP requests and by events.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Response } from 'bus-integration-database';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBroker } from '../packages/bus-integration-database/test/events-broker.ts';
import { apiToken, startApi } from './api-server.ts';
import { type Deployment, makeDeployment } from './deployment.ts';
import { programOf } from './programs.ts';

const worker = programOf('bus-integration-postgres');

let server: Server;
let adminDsn: string;
beforeAll(async () => {
  server = await startServer();
  adminDsn = await createPlainAdmin(server);
});
afterAll(() => server.stop());

const manifest = {
  version: 1,
  deployment: 'shop',
  roles: { shop_owner: {}, shop_app: { login: true }, shop_reader: { login: true } },
  every_database: { owner: 'shop_owner', access: { shop_app: 'create', shop_reader: 'connect' } },
  databases: { shop_orders: {}, shop_billing: { access: { shop_reader: 'none' } } },
};

const noLists = { BUS_DATABASE_NAMES: undefined, BUS_DATABASE_SERVICE_ROLE: undefined };

function makeShop(keys: Record<string, string | undefined> = {}): Deployment {
  const named = { BUS_DEPLOYMENT_ID: undefined, BUS_DATABASE_MANIFEST_FILE: './shop.yaml' };
  const deployment = makeDeployment({
    adminDsn,
    keys: { ...noLists, ...named, ...keys },
  });
  // JSON is YAML.
  deployment.write('shop.yaml', JSON.stringify(manifest, null, 2), 0o644);
  return deployment;
}

const changesOf = ({ steps }: Response) => steps.flatMap(({ action, target, risk }) => `${risk} ${action} ${target}`);

async function planOf(deployment: Deployment, ...args: readonly string[]): Promise<Response> {
  const { stdout } = await deployment.run(['plan', '-f', 'json', ...args]);
  return JSON.parse(stdout) as Response;
}

async function post(url: string, verb: string, body: object): Promise<{ status: number; answer: Response }> {
  const response = await fetch(`${url}/api/internal/database/${verb}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ deployment_id: 'shop', provider: 'postgres', ...body }),
  });
  return { status: response.status, answer: (await response.json()) as Response };
}

test('the command line, by the key and by the flag', async () => {
  using deployment = makeShop();
  const byKey = await planOf(deployment);
  expect(byKey.ok).toBe(true);
  expect(changesOf(byKey)).toContain('create create-role shop_reader');
  deployment.configure({ BUS_DATABASE_MANIFEST_FILE: undefined, BUS_DEPLOYMENT_ID: 'shop' });
  expect(changesOf(await planOf(deployment, '--manifest', 'shop.yaml'))).toEqual(changesOf(byKey));
});

test.each([
  [
    'a list key beside it',
    { BUS_DATABASE_NAMES: 'a' },
    [],
    'BUS_DATABASE_NAMES is set beside BUS_DATABASE_MANIFEST_FILE, expected one of them',
  ],
  [
    'another deployment',
    { BUS_DEPLOYMENT_ID: 'other' },
    [],
    'BUS_DEPLOYMENT_ID is "other", but "./shop.yaml" is of deployment shop',
  ],
  ['another deployment by flag', {}, ['--deployment', 'other'], '--deployment is "other"'],
  ['a file that is not there', {}, ['--manifest', 'none.yaml'], 'none.yaml is not there'],
  ['two files', {}, ['--manifest', 'a', '--manifest', 'b'], '--manifest: expected one file'],
  ['a directory', {}, ['--manifest', '.'], '. is a directory, expected a file'],
] as const)('refuses %s', async (_, keys, args, message) => {
  using deployment = makeShop(keys);
  const { exit, stderr, stdout } = await deployment.run(['plan', ...args]);
  expect([exit, stdout + stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('tells every problem of a file with its place, and does nothing', async () => {
  using deployment = makeShop();
  deployment.write('shop.yaml', 'version: 1\ndeployment: shop\nroles: {a: {logn: true}}\ndatabases: {d: {owner: b}}\n');
  const { exit, stdout, stderr } = await deployment.run(['apply']);
  expect(exit).toBe(2);
  const told = stdout + stderr;
  expect(told).toContain('shop.yaml:3:13');
  expect(told).toContain('logn');
  expect(told).toContain('shop.yaml:4:24');
});

test('events carry one', async () => {
  using deployment = makeShop();
  const token = 'a-token-for-events-0123456789';
  deployment.write('local/token', `${token}\n`);
  await using broker = await startBroker({ token });
  const readyFile = deployment.path('ready');
  const child = spawn(worker, ['serve', '--env-file', '.env', '--ready-file', readyFile], {
    cwd: deployment.directory,
    env: {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: deployment.directory,
      BUS_EVENTS_API_URL: broker.url,
      BUS_EVENTS_TOKEN_FILE: './local/token',
    },
    stdio: 'ignore',
  });
  try {
    await expect.poll(() => existsSync(readyFile) || child.exitCode !== null, { timeout: 20_000 }).toBe(true);
    const payload = { deployment_id: 'shop', provider: 'postgres', manifest };
    broker.publish({ name: 'bus.database.plan.request', correlation_id: 'one', delivery: 'broadcast', payload });
    const { payload: answer } = await broker.answerTo('one');
    expect([answer.ok, answer.diagnostics]).toEqual([true, expect.anything()]);
  } finally {
    await ended(child);
  }
}, 60_000);

test('HTTP: the configured one is read, one may be carried, lists beside one are refused', async () => {
  using deployment = makeShop();
  await using api = await startApi(deployment);
  const direct = await planOf(deployment);
  const read = await fetch(`${api.url}/api/internal/database/plan`, {
    headers: { authorization: `Bearer ${apiToken}` },
  });
  expect(changesOf((await read.json()) as Response)).toEqual(
    changesOf(direct).map((line) => line.replace('./local/dsn/', './')),
  );

  const same = await post(api.url, 'plan', { manifest });
  expect([same.status, changesOf(same.answer).length]).toEqual([200, changesOf(direct).length]);
  const { shop_billing: _, ...fewer } = manifest.databases;
  const other = await post(api.url, 'plan', { manifest: { ...manifest, databases: fewer } });
  expect(changesOf(other.answer).some((line) => line.includes('shop_billing'))).toBe(false);

  const refused: readonly (readonly [object, string])[] = [
    [{ databases: ['shop_orders'], roles: ['shop_app'] }, 'a manifest declares this deployment'],
    [{ manifest, roles: ['x'] }, 'roles: beside a manifest, which declares all'],
    [
      { manifest: { ...manifest, deployment: 'else' } },
      'the manifest is of deployment else, but deployment_id is shop',
    ],
    [{ manifest: { ...manifest, roles: { shop_owner: { superuser: true } } } }, 'this file makes no superuser'],
    [{ manifest: 'shop.yaml' }, 'manifest: '],
    [{ manifest: [] }, 'manifest: '],
    [
      { manifest: { ...manifest, outputs: [{ form: 'uri', file: '/etc/{database}.{role}' }] } },
      'only a configured one may: file of outputs',
    ],
    [
      { manifest: { ...manifest, retire: { databases: { old: { drop: 'old', dump: '/etc/shadow' } } } } },
      'only a configured one may: dump of old, retire',
    ],
    [
      { manifest: { ...manifest, verify: [{ role: 'shop_app', database: 'shop_orders', sql: 'SELECT 1' }] } },
      'only a configured one may: verify',
    ],
    [
      { manifest: { ...manifest, outputs: [{ form: 'uri', pooler: 'elsewhere.example:5432' }] } },
      'only a configured one may: pooler of outputs',
    ],
    [
      { manifest: { ...manifest, every_database: { ...manifest.every_database, template: 'of_others' } } },
      'only a configured one may: template of database shop_orders, template of database shop_billing',
    ],
    [
      { manifest: { ...manifest, databases: { shop_orders: { tablespace: 'fast' } } } },
      'only a configured one may: tablespace of database shop_orders',
    ],
    [
      {
        manifest: {
          ...manifest,
          roles: {
            ...manifest.roles,
            shop_x: {
              replication: true,
              createdb: true,
              settings: { Session_Preload_Libraries: 'x', work_mem: '8MB' },
            },
          },
        },
      },
      'only a configured one may: createdb of role shop_x, replication of role shop_x, setting session_preload_libraries of role shop_x',
    ],
    [
      { manifest: { ...manifest, databases: { shop_orders: { settings: { 'plperl.on_init': 'x' } } } } },
      'only a configured one may: setting plperl.on_init of database shop_orders',
    ],
    [{ manifest: tooManyMembers() }, 'only a configured one may: more than 2,000 memberships (2,016)'],
    [{ manifest: tooLarge() }, 'expected at most 200,000'],
  ];
  for (const [body, message] of refused) {
    const { status, answer } = await post(api.url, 'plan', body);
    expect([status, JSON.stringify(answer)]).toEqual([400, expect.stringContaining(message)]);
  }

  const applied = await post(api.url, 'apply?wait=30s', { manifest, dry_run: false, confirm: true });
  expect([applied.status, applied.answer.ok]).toEqual([200, true]);
  expect(changesOf(await planOf(deployment)).filter((line) => !/discover|compute/.test(line))).toEqual([]);
  // Typed elsewhere, with the manifest there.
  using client = makeShop({ BUS_POSTGRES_ADMIN_DSN_FILE: undefined, BUS_DATABASE_DSN_OUTPUT_DIR: undefined });
  client.write('local/api-token', `${apiToken}\n`);
  const { exit, stdout } = await client.run(['status', '--api-url', api.url, '--token-file', './local/api-token']);
  expect([exit, stdout]).toEqual([0, expect.stringContaining('shop_billing')]);
  // What the throwaway server itself lets in is another matter.
  const { connectivity = [] } = JSON.parse((await deployment.run(['verify', '-f', 'json'])).stdout) as Response;
  expect(connectivity.length).toBeGreaterThan(5);
  expect(connectivity.filter(({ result }) => result === 'fail')).toEqual([]);
}, 60_000);

/** Each role in all that stand before it. */
function tooManyMembers(): object {
  const roles = Array.from({ length: 64 }, (_, at) => `m${at}`);
  const members = roles.map((role, at) => [role, { member_of: roles.slice(0, at) }]);
  return { ...manifest, roles: { ...manifest.roles, ...Object.fromEntries(members) } };
}

function tooLarge(): object {
  const names = (count: number, beginning: string, value: unknown) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`${beginning}${at}`, value]));
  return {
    ...manifest,
    roles: names(1_000, 'r', {}),
    every_database: { access: names(1_000, 'r', 'read') },
    databases: names(1_000, 'd', {}),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await gone;
}
