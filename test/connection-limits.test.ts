// Connections that are used up: the limits of a role, of a database and of the server itself refuse with one SQLSTATE
// (53300), and each is told as itself, also where the others have limits too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { everything, makeStage, type Stage, told } from './faults/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await makeStage('superuser', 18);
}, 120_000);
afterAll(() => stage?.[Symbol.asyncDispose]());

/** Sessions of the service, as many as are asked for, or as the server lets in. */
async function hold(database: string, count: number): Promise<AsyncDisposable> {
  const connectionString = readFileSync(join(stage.deployment.dsnDirectory, `${database}.dsn`), 'utf8').trim();
  const clients: Client[] = [];
  for (let held = 0; held < count; held += 1) {
    const client = new Client({ connectionString });
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (error) {
      if ((error as { code?: string }).code !== '53300') throw error;
      break;
    }
    clients.push(client);
  }
  return {
    [Symbol.asyncDispose]: async () => void (await Promise.all(clients.map((client) => client.end()))),
  };
}

async function verified(): Promise<string> {
  const answer = await stage.deployment.verify(everything);
  return told(answer)
    .filter((line) => !stage.usual.has(line))
    .join('\n');
}

const limits = async (role: number, database: number) => {
  await stage.server.query(`ALTER ROLE svc CONNECTION LIMIT ${role}`);
  await stage.server.query(`ALTER DATABASE app CONNECTION LIMIT ${database}`);
};

it('of the role', async () => {
  await limits(2, 15);
  await using _held = await hold('logs', 2);
  const said = await verified();
  expect(said).toMatch(/fail service-login svc@app: role svc has no connection left of its 2 \(CONNECTION LIMIT\)/);
  expect(said).toMatch(
    /next: the admin role or a superuser runs, in any database: ALTER ROLE "svc" CONNECTION LIMIT 4;/,
  );
  expect(said).not.toContain('ALTER DATABASE');
}, 60_000);

it('of the database', async () => {
  await limits(15, 2);
  await using _held = await hold('app', 2);
  const said = await verified();
  expect(said).toMatch(/fail service-login svc@app: database app has no connection left of its 2 \(CONNECTION LIMIT\)/);
  expect(said).toMatch(
    /next: its owner or a superuser runs, in any database: ALTER DATABASE "app" CONNECTION LIMIT 4;/,
  );
  expect(said).not.toContain('ALTER ROLE');
}, 60_000);

it('of the server', async () => {
  await limits(60, 60);
  await using _held = await hold('logs', 100);
  const said = await verified();
  for (const database of ['app', 'logs']) {
    expect(said).toContain(
      `fail service-login svc@${database}: could not log in: the server takes no more logins  next: end sessions that are idle, or raise max_connections`,
    );
  }
}, 60_000);

it('and nothing when they are free again', async () => {
  await limits(15, -1);
  await expect.poll(verified, { timeout: 20_000 }).toBe('');
}, 60_000);
