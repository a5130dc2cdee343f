// Plans asked over NATS of a serving worker, beside a bare `pg` loop that does the same catalog reads on as many kept
// connections. Both run for the same time, in turn.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { type Major, startServer } from 'embedded';
import { hasNatsServer, startNatsServer } from '../test/nats-server.ts';
import { loops, measured, type Pace, paceOf, type Rates, statementsOf } from './catalog-loop.ts';
import { createBus, makeFolder } from './contender.ts';
import { deploymentId, workloads } from './workload.ts';

const clients = 32;

/** Undefined where there is no nats-server. */
export async function natsRates(bus: string, major: Major, rounds: number): Promise<Rates | undefined> {
  const workload = workloads.find(({ name }) => name === 'S');
  if (workload === undefined || !hasNatsServer('bench')) return undefined;
  await using server = await startServer({ major });
  await using broker = await startNatsServer();
  using folder = makeFolder();
  const dsn = server.dsn();
  const { hostname: host, port, username: user, password } = new URL(dsn);
  const login = { host, port: Number(port), user, password, dsn, serverPid: undefined };
  await createBus(bus, login, workload, folder.path).apply();

  const program = join(import.meta.dirname, '../packages/bus-integration-postgres/bin/bus-integration-postgres.js');
  const ready = join(folder.path, 'ready');
  const flags = ['serve', '--env-file', '.env', '--nats', broker.url, '--ready-file', ready];
  const worker = spawn(program, flags, { cwd: folder.path, stdio: 'ignore' });
  const desired = {
    deployment_id: deploymentId,
    provider: 'postgres',
    databases: workload.databases,
    roles: [workload.role],
    schemas: workload.schemas,
  };
  const statements = await statementsOf(dsn, workload.databases);
  try {
    while (!existsSync(ready)) await delay(20);
    const about = { title: `plan of S over NATS, ${clients} clients`, lanes: loops, hasGoal: true };
    return await measured(about, rounds, statements, () => plansOverNats(broker.url, desired));
  } finally {
    worker.kill('SIGTERM');
    await new Promise((resolve) => worker.once('close', resolve));
  }
}

async function plansOverNats(url: string, payload: object): Promise<Pace> {
  const client = await connect({ servers: url });
  const waiting = new Map<string, () => void>();
  client.subscribe('bus.database.plan.response', {
    callback: (_, message) => {
      const { correlation_id, payload } = message.json<{ correlation_id: string; payload: { ok: boolean } }>();
      if (!payload.ok) throw new Error(`a plan failed: ${message.string()}`);
      waiting.get(correlation_id)?.();
      waiting.delete(correlation_id);
    },
  });
  const name = 'bus.database.plan.request';
  const pace = await paceOf(clients, async (lane, index) => {
    const correlation_id = `bench-${process.hrtime.bigint()}-${lane}-${index}`;
    await new Promise<void>((resolve) => {
      waiting.set(correlation_id, resolve);
      client.publish(name, JSON.stringify({ name, correlation_id, payload }));
    });
  });
  await client.close();
  return pace;
}
