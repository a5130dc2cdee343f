// A provider that no surface was written for passes what every provider must do, through each surface: they take it from
// a list, as their composition roots give them one.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import {
  createWorker,
  type PlanRequest,
  type Provider,
  type ProviderModule,
  type Response,
  readConfiguration,
  Secret,
} from 'bus-integration-database';
import { type ConformanceSubject, conformanceSuite } from 'bus-integration-database/conformance';
import { createEventsHttpTransport } from 'bus-integration-database/transports/events-http';
import { describe, expect, test } from 'vitest';
import { createAuthenticate } from '../packages/bus-api-provider-database/src/auth/authenticate.ts';
import { deploymentFromEnvironment } from '../packages/bus-api-provider-database/src/deployments/deployments.ts';
import { createApp } from '../packages/bus-api-provider-database/src/http/app.ts';
import { shutDown } from '../packages/bus-api-provider-database/src/http/serve.ts';
import { startBroker } from '../packages/bus-integration-database/test/events-broker.ts';
import { createApiProvider } from '../packages/bus-operator-database/src/api/api-client.ts';
import { main } from '../packages/bus-operator-database/src/index.ts';
import { createMemory, type Memory, memoryModule } from './second-provider/memory.ts';

const env = {
  BUS_DEPLOYMENT_ID: 'shop',
  BUS_DATABASE_PROVIDER: 'memory',
  BUS_MEMORY_ADMIN_FILE: './admin',
  BUS_DATABASE_NAMES: 'app,logs',
  BUS_DATABASE_SERVICE_ROLE: 'svc',
};
const declared = { databases: ['app', 'logs'], roles: ['svc'], schemas: ['none'] } as const;
const processContext = { env, cwd: tmpdir(), homeDirectory: '/', osUser: 'tester', uid: process.getuid?.() ?? 0 };

/** Interrupts once an apply is at work; before that nothing could be cut off. */
async function onAbort(signal: AbortSignal, memory: Memory, interrupt: () => void): Promise<void> {
  if (!signal.aborted) return signal.addEventListener('abort', () => void onAbort(signal, memory, interrupt));
  while (memory.applying === 0) await delay(1);
  interrupt();
}

/** A provider in which each verb is one question, asked of a surface. */
function asking(
  { facts }: Pick<ProviderModule, 'facts'>,
  ask: (verb: string, request: object, signal: AbortSignal) => Promise<Response>,
): Provider {
  const on = (verb: string) => (request: object, context: { signal: AbortSignal }) =>
    ask(verb, request, context.signal);
  const verbs = { plan: on('plan'), apply: on('apply'), status: on('status') };
  return { name: 'memory', ...(facts && { facts }), ...verbs, verify: on('verify'), doctor: on('doctor') };
}

/** The command line, in JSON. */
async function throughCommandLine(): Promise<ConformanceSubject> {
  const memory = createMemory();
  const root = memoryModule(memory);
  const roots = [{ name: 'memory', title: 'Memory', load: async () => root }];
  const cwd = mkdtempSync(join(tmpdir(), 'second-'));
  const provider = asking(root, async (verb, request, signal) => {
    const { dry_run, deployment_id, plan, ...names } = request as PlanRequest & { plan?: object };
    const file = join(cwd, `${randomUUID()}.json`);
    if (plan !== undefined) writeFileSync(file, JSON.stringify(plan), { mode: 0o600 });
    const argv = [
      ...[verb, '-f', 'json'],
      ...(verb === 'apply' && dry_run ? ['--dry-run'] : []),
      ...(plan === undefined ? [] : ['--plan', file]),
      ...(deployment_id === 'shop' ? [] : ['--deployment', deployment_id]),
    ];
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const running = main(
      argv,
      { env: { ...env, ...keysOf(names) }, cwd, stdin: new PassThrough(), stdout, stderr },
      roots,
    );
    void onAbort(signal, memory, () => void process.emit('SIGTERM', 'SIGTERM'));
    await running;
    return JSON.parse(String(stdout.read()));
  });
  const end = async () => rmSync(cwd, { recursive: true });
  return { provider, deploymentId: 'shop', ...declared, [Symbol.asyncDispose]: end };
}

/** A command line is told by its environment what is desired. */
function keysOf({ databases, roles }: Pick<PlanRequest, 'databases' | 'roles'>): Record<string, string> {
  return {
    ...(databases !== undefined && { BUS_DATABASE_NAMES: databases.join() }),
    ...(roles !== undefined && { BUS_DATABASE_SERVICE_ROLE: roles.join() }),
  };
}

/** The API over HTTP, asked as the command line asks one. */
async function throughApi(): Promise<ConformanceSubject> {
  const memory = createMemory();
  const root = memoryModule(memory);
  const token = 'a-token-for-tests-only-0123456789';
  const app = await createApp({
    providers: ['memory'],
    facts: root.facts,
    deployments: await deploymentFromEnvironment(processContext, [root]),
    authenticate: createAuthenticate({ token: new Secret(token) }),
  });
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });
  const address = { url: new URL(`${url}/api/internal/database/`), token: new Secret(token) };
  const { apply, ...asked } = createApiProvider('memory', address, { facts: root.facts });
  const provider: Provider = {
    ...asked,
    ...(root.facts && { facts: root.facts }),
    apply: async (request, context) => {
      const abort = new AbortController();
      void onAbort(context.signal, memory, () => abort.abort('SIGTERM'));
      const response = await apply(request, { ...context, signal: abort.signal });
      // Of a deployment that it does not serve, the API knows no provider.
      return response.provider === '' ? { ...response, provider: 'memory' } : response;
    },
  };
  const end = () => shutDown(app, AbortSignal.abort());
  return { provider, deploymentId: 'shop', ...declared, [Symbol.asyncDispose]: end };
}

/** A worker over Bus Events; one that was interrupted is followed by another. */
async function throughWorker(): Promise<ConformanceSubject> {
  const memory = createMemory();
  const broker = await startBroker();
  const root = memoryModule(memory);
  const { keys, create } = root;
  const { configuration } = readConfiguration(env, {}, [keys]);
  let running: { stop(): void; ended: Promise<void> } | undefined;
  let known = 0;
  const start = () => {
    known = broker.consumers.length;
    const transport = createEventsHttpTransport({ url: broker.url, retry: { minMs: 5, maxMs: 40 } });
    const worker = createWorker({ providers: [create({ configuration, processContext })], transport, log: () => {} });
    const ended = worker.run().catch(() => {});
    running = { stop: () => worker.stop(), ended };
    return worker;
  };
  let worker = start();
  const provider = asking(root, async (verb, payload, signal) => {
    const id = randomUUID();
    const name = `bus.database.${verb}.request`;
    await expect.poll(() => broker.consumers.slice(known).some((consumer) => consumer.name === name)).toBe(true);
    broker.publish({ name, correlation_id: id, delivery: 'broadcast', payload });
    let isCut = false;
    void onAbort(signal, memory, () => {
      isCut = true;
      worker.stop();
      worker.interrupt('SIGTERM');
    });
    const answer = await broker.answerTo(id, 20_000);
    if (isCut) {
      await running?.ended;
      worker = start();
    }
    return answer.payload;
  });
  const end = async () => {
    running?.stop();
    await running?.ended;
    await broker[Symbol.asyncDispose]();
  };
  return { provider, deploymentId: 'shop', ...declared, [Symbol.asyncDispose]: end };
}

/** By surface, the checks that it has no words for. */
const unsaid = {
  'the command line': ['a request chooses no credentials', "a doctor's request chooses none either"],
  // A status is asked by GET there, which takes none either.
  'the API': ['a request chooses no credentials', "a doctor's request chooses none either"],
  'a worker': ['doctor answers with checks', "a doctor's request chooses none either"],
} as const;

describe.each([
  ['the command line', throughCommandLine],
  ['the API', throughApi],
  ['a worker', throughWorker],
] as const)('a second provider through %s', (surface, createProvider) => {
  const skipped: readonly string[] = unsaid[surface];
  const suite = conformanceSuite({ createProvider });
  test('is asked all but what it has no words for', () => {
    const names = suite.map(({ name }) => name);
    expect(skipped.filter((name) => !names.includes(name))).toEqual([]);
  });
  test.each(suite.filter(({ name }) => !skipped.includes(name)))('$name', ({ run }) => run(), 30_000);
});
