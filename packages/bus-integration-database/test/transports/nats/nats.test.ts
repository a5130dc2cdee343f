import { setTimeout as delay } from 'node:timers/promises';
import { DiscardPolicy, type JetStreamManager, jetstream, jetstreamManager, RetentionPolicy } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { describe, type ExpectStatic, expect, test } from 'vitest';
import { hasNatsServer, startNatsServer } from '../../../../../test/nats-server.ts';
import { sendsLoginInClear, serversOf } from '../../../src/transports/nats/client.ts';
import { createNatsTransport, deadLetterSubject, type NatsOptions } from '../../../src/transports/nats/nats.ts';
import type { Delivery } from '../../../src/transports/transport.ts';
import { createWorker } from '../../../src/worker/worker.ts';
import { type CountingProvider, createCountingProvider } from '../../counting-provider.ts';

test.each([
  ['nats://127.0.0.1', { servers: ['127.0.0.1:4222'] }],
  ['nats://a:4223, nats://b', { servers: ['a:4223', 'b:4222'] }],
  ['nats://a:4223 nats://b\tnats://c', { servers: ['a:4223', 'b:4222', 'c:4222'] }],
  ['tls://u%40x:p%3Aw@host:1', { servers: ['host:1'], user: 'u@x', pass: 'p:w', tls: {} }],
  ['nats://[::1]:4222', { servers: ['[::1]:4222'] }],
])('%s is read', (url, expected) => {
  expect(serversOf(url)).toEqual(expected);
});

test.each(['', 'http://host', 'host:4222', 'nats://'])('%j is refused', (url) => {
  expect(() => serversOf(url)).toThrow(/address of NATS/);
});

test.each([
  ['nats://127.0.0.1,nats://nats.example.com', false],
  ['nats://user:word@127.0.0.1', false],
  ['nats://user:word@127.0.0.1,nats://nats.example.com', true],
  ['tls://user:word@nats.example.com', false],
])('%s sends a login in plaintext: %s', (url, expected) => {
  expect(sendsLoginInClear(url)).toBe(expected);
});

const about = { deployment_id: 'shop', provider: 'memory' };
const applyApp = { ...about, databases: ['app'], dry_run: false, confirm: true };

/** A server of its own, so that tests wait side by side; `expect` is the test's. */
async function startStage(expect: ExpectStatic) {
  const server = await startNatsServer();
  const client = await connect({ servers: server.url });
  const manager = await jetstreamManager(client);
  const stopping: (() => Promise<void>)[] = [];
  let round = 0;

  async function startWorker(options: Partial<NatsOptions> & { provider?: CountingProvider } = {}) {
    const { provider = createCountingProvider(), ...nats } = options;
    const readiness: boolean[] = [];
    const log: { message: string; [fact: string]: unknown }[] = [];
    const transport = createNatsTransport({ url: server.url, retry: { minMs: 10, maxMs: 50 }, ...nats });
    const worker = createWorker({
      providers: [provider],
      transport,
      log: (_, message, facts) => log.push({ message, ...facts }),
      onReady: (isReady) => readiness.push(isReady),
    });
    const ended = worker.run();
    ended.catch(() => {});
    const stop = async () => {
      worker.stop();
      await ended.catch(() => {});
    };
    stopping.push(stop);
    await expect.poll(() => readiness.length, { timeout: 10_000 }).toBeGreaterThan(0);
    return { provider, stop, ended, readiness, log };
  }

  /** Publishes as a client that knows no JetStream would, and waits for the answers. */
  async function ask(verb: string, payload: object, copies = 1, more: object = {}) {
    round += 1;
    const id = `nats-${round}`;
    const answers: { correlation_id: string; payload: Record<string, unknown> }[] = [];
    const heard = client.subscribe(`bus.database.${verb}.response`, {
      callback: (_, message) => {
        const answer = message.json<(typeof answers)[0]>();
        if (answer.correlation_id === id) answers.push(answer);
      },
    });
    await client.flush();
    const request = { name: `bus.database.${verb}.request`, correlation_id: id, payload, ...more };
    for (let copy = 0; copy < copies; copy += 1) client.publish(request.name, JSON.stringify(request));
    await expect.poll(() => answers.length, { timeout: 20_000 }).toBe(copies);
    heard.unsubscribe();
    return answers.map((answer) => answer.payload);
  }

  function answersOf(verb: string): object[] {
    const answers: object[] = [];
    client.subscribe(`bus.database.${verb}.response`, {
      callback: (_, message) => {
        answers.push(message.json());
      },
    });
    return answers;
  }

  /** Answers go into a stream of their own, which takes one message and no more until it is emptied. */
  async function fullStreamOfAnswers() {
    const retention = { max_msgs: 1, discard: DiscardPolicy.New };
    await manager.streams.add({ name: 'ASKED', subjects: ['bus.database.*.request', deadLetterSubject] });
    await manager.streams.add({ name: 'ANSWERED', subjects: ['bus.database.*.response'], ...retention });
    await jetstream(client).publish('bus.database.status.response', '{}');
  }

  return {
    server,
    client,
    manager,
    startWorker,
    ask,
    answersOf,
    fullStreamOfAnswers,
    [Symbol.asyncDispose]: async () => {
      for (const stop of stopping) await stop();
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe.runIf(hasNatsServer('transport over NATS')).concurrent('with a real server', () => {
  test('the four requests are answered; copies of an apply run once', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { startWorker, ask } = stage;
    const { provider } = await startWorker();
    expect(await ask('plan', { ...about, databases: ['app'] })).toMatchObject([{ ok: true, dry_run: true }]);
    const answers = await ask('apply', applyApp, 4);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(provider.applies.count).toBe(1);
    expect(await ask('status', about)).toMatchObject([{ databases: [{ name: 'app' }] }]);
    expect(await ask('verify', { ...about, checks: ['connectivity'] })).toMatchObject([{ ok: true }]);
  });

  test('what was sent while nobody listened is answered later, if it is not too old', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { startWorker, ask } = stage;
    const { stop } = await startWorker();
    await stop();
    const waiting = ask('status', about);
    await delay(100);
    await startWorker();
    expect(await waiting).toMatchObject([{ ok: true }]);
    expect(await ask('status', about, 1, { deadline: '2020-01-01T00:00:00Z' })).toMatchObject([
      { error_class: 'timeout' },
    ]);
  });

  test('a group that is new leaves out what is too old to be run', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { startWorker, ask, answersOf } = stage;
    const { stop } = await startWorker();
    expect(await ask('status', about)).toMatchObject([{ ok: true }]);
    await stop();
    await delay(600);
    const { provider } = await startWorker({ group: 'bus-database-new', maxAgeMs: 500 });
    const answers = answersOf('status');
    expect(await ask('status', about)).toMatchObject([{ ok: true }]);
    expect([provider.asked.length, answers.length]).toEqual([1, 1]);
  });

  test('what nests too deep is answered, once', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { client, startWorker, ask, answersOf } = stage;
    await startWorker();
    const answers = answersOf('apply');
    const name = 'bus.database.apply.request';
    const plan = '['.repeat(20_000) + ']'.repeat(20_000);
    const payload = `{"deployment_id":"shop","provider":"memory","plan":${plan}}`;
    client.publish(name, `{"name":"${name}","correlation_id":"deep","payload":${payload}}`);
    await expect.poll(() => answers.length, { timeout: 10_000 }).toBe(1);
    expect(answers[0]).toMatchObject({ correlation_id: 'deep', payload: { diagnostics: [{ code: 'too-deep' }] } });
    expect(await ask('apply', applyApp)).toMatchObject([{ ok: true }]);
  });

  test('two workers of a group share the requests', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { startWorker, ask } = stage;
    const startSlow = () => startWorker({ provider: createCountingProvider({ applyMs: 1_000 }) });
    const [one, other] = [await startSlow(), await startSlow()];
    // As many as both have room for at once, and each request once.
    const ids = Array.from({ length: 8 }, (_, index) => `shop-${index}`);
    await Promise.all(ids.map((deployment_id) => ask('apply', { ...applyApp, deployment_id })));
    const counts = [one, other].map(({ provider }) => provider.applies.count);
    expect(counts.reduce((sum, count) => sum + count)).toBe(8);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  test('an apply longer than the acknowledgement wait is not given to another', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { startWorker, ask } = stage;
    const slow = createCountingProvider({ applyMs: 4_000 });
    await startWorker({ ackWaitMs: 1_000, provider: slow });
    await startWorker({ ackWaitMs: 1_000, provider: slow });
    await ask('apply', applyApp);
    await delay(500);
    expect(slow.applies.count).toBe(1);
  });

  test('no long work is given to another where the group was made with another acknowledgement wait', async ({
    expect,
  }) => {
    await using stage = await startStage(expect);
    const { startWorker, ask } = stage;
    const { stop } = await startWorker({ ackWaitMs: 1_000 });
    await stop();
    const slow = createCountingProvider({ applyMs: 4_000 });
    await startWorker({ ackWaitMs: 20_000, provider: slow });
    await startWorker({ ackWaitMs: 20_000, provider: slow });
    await ask('apply', applyApp);
    await delay(500);
    expect(slow.applies.count).toBe(1);
  });

  test('what fails again and again becomes a dead letter, with its content and why', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { server, client, manager } = stage;
    const transport = createNatsTransport({ url: server.url, ackWaitMs: 300, tries: 2 });
    const deliveries: Delivery[] = [];
    let isReady = false;
    const listening = transport.listen({
      events: ['bus.database.plan.request'],
      atOnce: 1,
      receive: async (delivery) => {
        deliveries.push(delivery);
        if (!delivery.isGivenUp) throw new Error('cannot');
      },
      onReady: () => {
        isReady = true;
      },
      log: () => {},
    });
    await expect.poll(() => isReady).toBe(true);
    const js = jetstream(client);
    await js.publish('bus.database.plan.request', '{"name":"poison"}');
    const stream = await manager.streams.find(deadLetterSubject);
    const dead = async () => await manager.streams.getMessage(stream, { last_by_subj: deadLetterSubject });
    await expect.poll(async () => (await dead())?.json(), { timeout: 15_000 }).toEqual({ name: 'poison' });
    const letter = await dead();
    expect(letter?.header.get('Bus-Subject')).toBe('bus.database.plan.request');
    expect(letter?.header.get('Bus-Deliveries')).toBe('2');
    expect(deliveries.map(({ isGivenUp }) => isGivenUp)).toEqual([false, false, true]);
    transport.stop();
    await listening;
    await transport.close();
  });

  test('a stream that somebody made is used as it is; one that takes only some of the events is refused', async ({
    expect,
  }) => {
    await using stage = await startStage(expect);
    const { server, manager, startWorker, ask } = stage;
    await manager.streams.add({ name: 'THEIRS', subjects: ['bus.>'], max_msgs: 1_000 });
    const { stop } = await startWorker();
    expect(await ask('status', about)).toHaveLength(1);
    expect(await manager.streams.names().next()).toEqual(['THEIRS']);
    await stop();
    await manager.streams.delete('THEIRS');
    await manager.streams.add({ name: 'PART', subjects: ['bus.database.plan.request'] });
    const transport = createNatsTransport({ url: server.url });
    const worker = createWorker({ providers: [createCountingProvider()], transport });
    await expect(worker.run()).rejects.toMatchObject({ errorClass: 'not-configured' });
  });

  const consumer = 'bus-database-bus-database-status-request';
  test.for([
    ['its consumer', (manager: JetStreamManager, stream: string) => manager.consumers.delete(stream, consumer)],
    ['its stream', (manager: JetStreamManager, stream: string) => manager.streams.delete(stream)],
  ] as const)('says that it hears nothing when %s is gone, and makes it anew', async ([, remove], { expect }) => {
    await using stage = await startStage(expect);
    const { manager, startWorker, ask } = stage;
    const { readiness } = await startWorker();
    await remove(manager, 'BUS_DATABASE');
    await expect.poll(() => readiness, { timeout: 15_000 }).toEqual([true, false, true]);
    expect(await ask('status', about)).toMatchObject([{ ok: true }]);
  });

  test('says so while all that it may take is at work, too', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { client, manager, startWorker } = stage;
    const provider = createCountingProvider({ applyMs: 10_000 });
    const { readiness } = await startWorker({ provider });
    for (let index = 0; index < 4; index += 1) {
      const request = { name: 'bus.database.apply.request', correlation_id: `busy-${index}` };
      const payload = { ...applyApp, deployment_id: `shop-${index}` };
      client.publish(request.name, JSON.stringify({ ...request, payload }));
    }
    await expect.poll(() => provider.applies.count).toBe(4);
    await manager.consumers.delete('BUS_DATABASE', 'bus-database-bus-database-plan-request');
    await expect.poll(() => readiness, { timeout: 9_500 }).toEqual([true, false, true]);
    expect(provider.made).toEqual(new Set());
  });

  test('gives up what does not come back', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { manager, startWorker } = stage;
    const { ended } = await startWorker({ retry: { minMs: 5, maxMs: 20, forMs: 100 } });
    // What is missing can't be made while a stream takes a part of it.
    await manager.streams.update('BUS_DATABASE', { subjects: ['bus.database.plan.request'] });
    await manager.consumers.delete('BUS_DATABASE', 'bus-database-bus-database-status-request');
    await expect(ended).rejects.toMatchObject({ message: expect.stringContaining('given up after') });
  });

  test('an answer that NATS does not take is answered by what stands, once', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { startWorker, ask } = stage;
    const provider = createCountingProvider();
    const long = 'x'.repeat(1_100_000);
    const verbose: CountingProvider = {
      ...provider,
      apply: async (request, context) => ({
        ...(await provider.apply(request, context)),
        diagnostics: [{ severity: 'info', code: 'long', message: long }],
      }),
    };
    await startWorker({ provider: verbose });
    const [answer] = await ask('apply', applyApp);
    expect(answer).toMatchObject({
      ok: false,
      ...about,
      dry_run: false,
      error_class: 'internal',
      diagnostics: [{ code: 'answer-too-large', message: expect.stringMatching(/apply ended well.* stands.*at most/) }],
    });
    expect(provider.applies.count).toBe(1);
  });

  test('a stream that is a work queue is read from its beginning', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { manager, startWorker, ask } = stage;
    const retention = RetentionPolicy.Workqueue;
    await manager.streams.add({ name: 'QUEUE', subjects: ['bus.database.*.request'], retention });
    await manager.streams.add({ name: 'ANSWERED', subjects: ['bus.database.*.response', deadLetterSubject] });
    const waiting = ask('status', about);
    await delay(100);
    await startWorker();
    expect(await waiting).toMatchObject([{ ok: true }]);
  });

  test('a stream of answers that is full for 12 s delays an answer, and loses none', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { manager, startWorker, ask, fullStreamOfAnswers } = stage;
    await fullStreamOfAnswers();
    const { provider, log } = await startWorker({ retry: { minMs: 500, maxMs: 30_000 } });
    setTimeout(() => void manager.streams.purge('ANSWERED'), 12_000);
    expect(await ask('apply', applyApp)).toMatchObject([{ ok: true, dry_run: false }]);
    expect(provider.applies.count).toBe(1);
    const told = log.filter(({ message }) => message === 'answer not taken yet');
    expect(told[0]).toMatchObject({ event: 'bus.database.apply.response', why: expect.stringMatching(/maximum/) });
    expect(log.filter(({ message }) => message === 'unanswered')).toEqual([]);
  }, 40_000);

  test('a stream that takes no answers is refused before any request is run', async ({ expect }) => {
    await using stage = await startStage(expect);
    const { server, manager } = stage;
    await manager.streams.add({ name: 'ASKED', subjects: ['bus.database.*.request'] });
    const transport = createNatsTransport({ url: server.url });
    const worker = createWorker({ providers: [createCountingProvider()], transport });
    await expect(worker.run()).rejects.toMatchObject({
      errorClass: 'not-configured',
      message: expect.stringContaining('bus.database.apply.response'),
      diagnostics: [{ remedy: 'have a stream take bus.database.>' }],
    });
  });

  test('a refused login ends the worker at once', async ({ expect }) => {
    await using guarded = await startNatsServer('--user', 'bus', '--pass', 'right');
    const start = (url: string) =>
      createWorker({ providers: [createCountingProvider()], transport: createNatsTransport({ url }) });
    const wrong = guarded.url.replace('nats://', 'nats://bus:wrong@');
    await expect(start(wrong).run()).rejects.toMatchObject({ errorClass: 'unauthenticated' });
    const right = start(guarded.url.replace('nats://', 'nats://bus:right@'));
    const ended = right.run();
    await delay(300);
    right.stop();
    await ended;
  });
});
