// Plan and status asked over HTTP of a serving API, beside a bare `pg` loop that does the same catalog reads over kept
// connections: by 32 clients, whose reads are shared, and by so few or in such a way that none is. Both run for the same
// time, in turn.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { type Major, startServer } from 'embedded';
import { loops, measured, type Pace, paceOf, type Rates, statementsOf } from './catalog-loop.ts';
import { createBus, makeFolder } from './contender.ts';
import { deploymentId, workloads } from './workload.ts';

interface Asking {
  readonly method: 'GET' | 'POST';
  readonly route: 'plan' | 'status';
  readonly clients: number;
  /** Connections of the bare loop beside it. */
  readonly lanes: number;
  readonly isShared: boolean;
}

const asked: readonly Asking[] = [
  { method: 'GET', route: 'plan', clients: 32, lanes: loops, isShared: true },
  { method: 'GET', route: 'status', clients: 32, lanes: loops, isShared: true },
  // One after the other nothing is shared, and a plan that is asked for in full never is.
  { method: 'GET', route: 'plan', clients: 1, lanes: 1, isShared: false },
  { method: 'GET', route: 'status', clients: 1, lanes: 1, isShared: false },
  { method: 'POST', route: 'plan', clients: loops, lanes: loops, isShared: false },
];
const token = 'a-token-for-the-benchmark-only';

export async function httpRates(bus: string, major: Major, rounds: number): Promise<Rates[]> {
  const workload = workloads.find(({ name }) => name === 'S');
  if (workload === undefined) return [];
  await using server = await startServer({ major });
  using folder = makeFolder();
  const dsn = server.dsn();
  const { hostname: host, port, username: user, password } = new URL(dsn);
  const login = { host, port: Number(port), user, password, dsn, serverPid: undefined };
  await createBus(bus, login, workload, folder.path).apply();
  writeFileSync(join(folder.path, 'token'), `${token}\n`, { mode: 0o600 });
  const program = join(import.meta.dirname, '../packages/bus-api-provider-database/bin/bus-api-provider-database.js');
  const api = spawn(program, ['--addr', '127.0.0.1:0'], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      HOME: folder.path,
      BUS_DEPLOYMENT_ID: deploymentId,
      BUS_POSTGRES_ADMIN_DSN_FILE: './admin-dsn',
      BUS_DATABASE_NAMES: workload.databases.join(','),
      BUS_DATABASE_SERVICE_ROLE: workload.role,
      BUS_DATABASE_DSN_OUTPUT_DIR: './dsn',
      BUS_DATABASE_API_TOKEN_FILE: './token',
    },
  });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      api.stdout.once('data', (text) => resolve(String(text).replace('listening on ', '').trim()));
      api.once('close', () => reject(new Error('the API ended')));
    });
    const results: Rates[] = [];
    const body = JSON.stringify({
      deployment_id: deploymentId,
      provider: 'postgres',
      dry_run: true,
      databases: workload.databases,
      roles: [workload.role],
      schemas: ['public'],
    });
    for (const asking of asked) {
      const { method, route, clients, lanes, isShared } = asking;
      const statements = await statementsOf(dsn, workload.databases, route === 'status');
      const title = `${method} ${route} of S, ${clients === 1 ? '1 client' : `${clients} clients`}${isShared ? ', shared' : ''}`;
      const ask = () => answersOf(`${url}/api/internal/database/${route}`, asking, body);
      results.push(await measured({ title, lanes, hasGoal: isShared }, rounds, statements, ask));
    }
    return results;
  } finally {
    api.kill('SIGTERM');
    await new Promise((resolve) => api.once('close', resolve));
  }
}

async function answersOf(url: string, { method, clients }: Asking, body: string): Promise<Pace> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const pace = await paceOf(clients, () => ask(url, agent, method === 'POST' ? body : undefined));
  agent.destroy();
  return pace;
}

function ask(url: string, agent: Agent, body: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const asking = request(url, { agent, headers, method: body === undefined ? 'GET' : 'POST' }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => {
        if (answer.statusCode === 200 && text.includes('"ok":true')) resolve();
        else reject(new Error(`${answer.statusCode}: ${text.slice(0, 1_000)}`));
      });
    });
    asking.on('error', reject).end(body);
  });
}
