// Sixty deployments on one server of a hundred connections, served by one API: how many of them it uses and keeps, and
// that the services' own logins are never refused for it.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, apiToken, startApi } from './api-server.ts';
import { type Deployment, makeDeployment } from './deployment.ts';

const ids = Array.from({ length: 60 }, (_, index) => `many-${index}`);
const nameOf = (id: string) => id.replace('-', '_');
/** What README of the API states. */
const bounds = { readings: 12, applies: 16, kept: 15 };
let server: Server;
let folder: Deployment;
let api: ApiServer;
let watcher: Client;

beforeAll(async () => {
  server = await startServer({ settings: { max_connections: '100' } });
  const adminDsn = await createPlainAdmin(server);
  folder = makeDeployment({ adminDsn });
  // Another name of the same server, and another admin: both have the same connections to share.
  folder.write('local/other-dsn', `${(await createPlainAdmin(server, 'other')).replace('127.0.0.1', 'localhost')}\n`);
  for (const [index, id] of ids.entries())
    folder.write(
      `deployments/${id}.env`,
      `BUS_DEPLOYMENT_ID=${id}
BUS_DATABASE_PROVIDER=postgres
BUS_POSTGRES_ADMIN_DSN_FILE=./local/${index % 3 === 0 ? 'other-dsn' : 'postgres-admin-dsn'}
BUS_DATABASE_NAMES=${nameOf(id)}
BUS_DATABASE_SERVICE_ROLE=${nameOf(id)}_svc
BUS_DATABASE_DSN_OUTPUT_DIR=./local/${id}/dsn
`,
    );
  api = await startApi(folder, ['--deployments', './deployments']);
  watcher = new Client({ connectionString: server.dsn() });
  await watcher.connect();
  // That both names lead to one server is known once it was reached by each.
  for (const id of ids.slice(0, 2)) await ask(`plan?deployment_id=${id}`);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await watcher.end();
  folder[Symbol.dispose]();
  await server.stop();
});

async function ask(path: string, body?: object): Promise<{ status: number; document: { ok: boolean } }> {
  const answer = await fetch(`${api.url}/api/internal/database/${path}`, {
    headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: answer.status, document: (await answer.json()) as { ok: boolean } };
}

/** Client backends other than the watcher's own: all are the API's. */
async function used(where = ''): Promise<number> {
  const { rows } = await watcher.query(
    `SELECT count(*)::int AS count FROM pg_catalog.pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()
        AND application_name <> 'occupant' ${where}`,
  );
  return rows[0].count;
}

/** The most that were there at once while the work went on. */
async function peakOf(work: () => Promise<unknown>): Promise<number> {
  let isDone = false;
  let peak = 0;
  const working = work().finally(() => {
    isDone = true;
  });
  while (!isDone) {
    peak = Math.max(peak, await used());
    await sleep(20);
  }
  await working;
  return peak;
}

/** As its service would: with the password of its DSN file. */
async function logIn(id: string): Promise<void> {
  const client = new Client({
    connectionString: readFileSync(folder.path('local', id, 'dsn', `${nameOf(id)}.dsn`), 'utf8').trim(),
  });
  await client.connect();
  await client.end();
}

test('applies of all deployments go on a few at a time', async () => {
  const left = [...ids];
  const answers: { status: number; document: { ok: boolean } }[] = [];
  const lane = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop())
      answers.push(
        await ask('apply?wait=300s', {
          deployment_id: id,
          provider: 'postgres',
          dry_run: false,
          confirm: true,
          databases: [nameOf(id)],
          roles: [`${nameOf(id)}_svc`],
          schemas: ['public'],
        }),
      );
  };
  const peak = await peakOf(() => Promise.all(Array.from({ length: 30 }, lane)));
  expect(answers.filter(({ document }) => document.ok)).toHaveLength(ids.length);
  expect(peak).toBeLessThanOrEqual(bounds.applies);
}, 300_000);

test('a plan of each in turn is answered, and keeps no more than 15 % of the connections', async () => {
  for (const id of ids) {
    expect(await ask(`plan?deployment_id=${id}`)).toMatchObject({ status: 200, document: { ok: true } });
    expect(await used()).toBeLessThanOrEqual(bounds.kept);
  }
  for (const id of ids) await logIn(id);
}, 120_000);

test('readings of all at once are answered, a few at a time', async () => {
  const paths = ids.map((id, index) => `${['plan', 'status', 'doctor'][index % 3]}?deployment_id=${id}`);
  const peak = await peakOf(async () => {
    const answers = await Promise.all(paths.map((path) => ask(path)));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  });
  expect(peak).toBeGreaterThan(1);
  expect(peak).toBeLessThanOrEqual(bounds.readings + bounds.kept);
}, 120_000);

test('on a server that is short of connections nothing is kept, and on a full one what was kept is given up', async () => {
  const occupants: Client[] = [];
  const occupy = async (most: number) => {
    while (occupants.length < most) {
      const client = new Client({ connectionString: server.dsn(), application_name: 'occupant' });
      occupants.push(client);
      await client.connect();
    }
  };
  try {
    for (const id of ids.slice(0, 20)) await ask(`plan?deployment_id=${id}`);
    expect(await used()).toBeGreaterThan(1);
    // Three are for superusers, one is the watcher's; one more is left beside what is kept.
    await occupy(97 - 1 - 1 - (await used()));
    expect(await ask(`plan?deployment_id=${ids[20]}`)).toMatchObject({ status: 200 });
    await occupy(97 - 1 - 5);
    for (const id of ids.slice(21, 35)) {
      expect(await ask(`plan?deployment_id=${id}`)).toMatchObject({ status: 200 });
      expect(await used()).toBe(0);
      await logIn(id);
    }
  } finally {
    await Promise.all(occupants.map((client) => client.end()));
  }
}, 120_000);
