import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OperationError } from '../../src/contract/errors.ts';
import type { Response } from '../../src/contract/response.ts';
import type { DesiredContext } from '../../src/run/provider.ts';
import type { Requests } from '../../src/run/request.ts';
import { Secret } from '../../src/secrets/secret.ts';
import { createEventsHttpTransport, type EventsHttpOptions } from '../../src/transports/http/events-http.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { createWorker, type WorkerOptions } from '../../src/worker/worker.ts';
import { type CountingProvider, createCountingProvider } from '../counting-provider.ts';
import { type Broker, type Event, startBroker } from '../events-broker.ts';

const about = { deployment_id: 'shop', provider: 'memory' };
const applyApp = { ...about, databases: ['app'], dry_run: false, confirm: true };
let broker: Broker;
const running: { stop(): void; ended: Promise<void> }[] = [];

beforeEach(async () => {
  broker = await startBroker();
});
afterEach(async () => {
  for (const worker of running) worker.stop();
  await Promise.allSettled(running.splice(0).map(({ ended }) => ended));
  await broker[Symbol.asyncDispose]();
});

interface Started {
  readonly provider: CountingProvider;
  readonly lines: { level: string; message: string; facts: Record<string, unknown> | undefined }[];
  readonly ended: Promise<void>;
  readonly readiness: boolean[];
  stop(): void;
  interrupt(): void;
}

async function start(
  options: Partial<WorkerOptions> & { applyMs?: number; http?: Partial<EventsHttpOptions> } = {},
  awaitReady = true,
): Promise<Started> {
  const { applyMs = 0, http, ...others } = options;
  const provider = createCountingProvider({ applyMs });
  const lines: Started['lines'] = [];
  const readiness: boolean[] = [];
  const worker = createWorker({
    providers: [provider],
    transport: createEventsHttpTransport({ url: broker.url, retry: { minMs: 5, maxMs: 40 }, ...http }),
    log: (level, message, facts) => lines.push({ level, message, facts }),
    onReady: (isReady) => {
      readiness.push(isReady);
    },
    ...others,
  });
  const ended = worker.run();
  ended.catch(() => {});
  const started = {
    provider,
    lines,
    readiness,
    ended,
    stop: () => worker.stop(),
    interrupt: () => worker.interrupt('SIGTERM'),
  };
  running.push(started);
  if (awaitReady) await expect.poll(() => readiness.at(-1), { timeout: 10_000 }).toBe(true);
  return started;
}

function ask(verb: string, id: string, payload: object, more: object = {}): Event {
  return { name: `bus.database.${verb}.request`, correlation_id: id, delivery: 'broadcast', payload, ...more };
}

async function answerOf(event: Event): Promise<Event> {
  broker.publish(event);
  return await broker.answerTo(event.correlation_id ?? String(event.correlationId));
}

test('readiness is told when it changes, however often the transport says the same', async () => {
  const readiness: boolean[] = [];
  const worker = createWorker({
    providers: [createCountingProvider()],
    transport: {
      listen: async ({ onReady }) => {
        for (const isReady of [false, true, true, false, false, true]) onReady(isReady);
      },
      publish: async () => {},
      stop: () => {},
      close: async () => {},
    },
    onReady: (isReady) => readiness.push(isReady),
  });
  await worker.run();
  expect(readiness).toEqual([true, false, true]);
});

describe('each request gets its correlated answer', () => {
  test.each([
    ['plan', { ...about, databases: ['app'] }, { ok: true, actions: ['create-database'], dry_run: true }],
    ['apply', applyApp, { ok: true, actions: ['create-database'], dry_run: false }],
    ['status', about, { ok: true, databases: [] }],
    ['verify', { ...about, checks: ['connectivity'] }, { ok: true, connectivity: [] }],
  ])('%s', async (verb, payload, expected) => {
    await start();
    const answer = await answerOf(ask(verb, `one-${verb}`, payload));
    expect(answer).toMatchObject({
      name: `bus.database.${verb}.response`,
      correlation_id: `one-${verb}`,
      correlationId: `one-${verb}`,
      delivery: 'broadcast',
      payload: { ...about, ...expected },
    });
    expect(JSON.stringify(answer)).toContain(`"correlation_id":"one-${verb}"`);
  });

  test('the other spelling of the id is read too; the first wins', async () => {
    await start();
    const other = await answerOf({ name: 'bus.database.status.request', correlationId: 'b', payload: about });
    expect(other).toMatchObject({ correlation_id: 'b', payload: { ok: true } });
    const both = { name: 'bus.database.status.request', correlation_id: 'first', correlationId: 'second' };
    expect((await answerOf({ ...both, payload: about })).correlationId).toBe('first');
  });
});

describe('several deployments on one broker', () => {
  test('each worker answers for its own, and leaves the others alone', async () => {
    const shop = await start({ deployments: ['shop'], http: { group: 'bus-database-shop' } });
    const mill = await start({ deployments: ['mill'], http: { group: 'bus-database-mill' } });
    expect((await answerOf(ask('status', 'for-shop', about))).payload).toMatchObject({ ok: true, ...about });
    const other = { ...about, deployment_id: 'mill' };
    expect((await answerOf(ask('apply', 'for-mill', { ...applyApp, ...other }))).payload).toMatchObject(other);
    await expect.poll(() => mill.lines.filter(({ message }) => message === 'left to others').length).toBe(1);
    expect([answersTo('for-shop').length, answersTo('for-mill').length]).toEqual([1, 1]);
    expect([shop.provider.asked.length, mill.provider.asked.length]).toEqual([1, 1]);
    expect((await answerOf(ask('status', 'malformed', other, { time: 'noon' }))).payload).toMatchObject({ ok: false });
    await expect.poll(() => shop.lines.filter(({ message }) => message === 'left to others').length).toBe(2);
    expect(answersTo('malformed')).toHaveLength(1);
    // Nobody's own: each answers, since an asker is owed one.
    broker.publish(ask('status', 'for-nobody-known', { ...about, deployment_id: 7 }));
    await expect.poll(() => answersTo('for-nobody-known').length).toBe(2);
  });
});

describe('what is no request is answered so, or told in the log', () => {
  test.each([
    ['an unknown key', ask('plan', 'x', { ...about, databases: ['app'], stray: 1 }), 'invalid-request'],
    ['no payload', ask('plan', 'x', undefined as unknown as object), 'invalid-request'],
    ['an array', ask('plan', 'x', []), 'invalid-request'],
    ['another provider', ask('status', 'x', { ...about, provider: 'other' }), 'invalid-request'],
    ['apply without confirm', ask('apply', 'x', { ...applyApp, confirm: false }), 'invalid-request'],
    ['a time that is none', ask('status', 'x', about, { time: 'noon' }), 'invalid-request'],
    ['an unknown delivery', ask('status', 'x', about, { delivery: 'pigeon' }), 'invalid-request'],
    ['a time far ahead', ask('status', 'x', about, { time: '2099-01-01T00:00:00Z' }), 'invalid-request'],
    ['no name', ask('status', 'x', about, { name: undefined }), 'invalid-request'],
    [
      'an id and a provider that are no texts',
      ask('status', 'x', { deployment_id: { toString: 1, valueOf: 2 }, provider: { toString: 1, valueOf: 2 } }),
      'invalid-request',
    ],
  ])('%s', async (_, event, errorClass) => {
    const { provider } = await start();
    if (event.name !== undefined) broker.publish(event);
    else broker.sendRaw('bus.database.status.request', Buffer.from(`${JSON.stringify(event)}\n`));
    const { payload } = await broker.answerTo('x');
    expect(payload).toMatchObject({ ok: false, error_class: errorClass, actions: [], steps: [] });
    expect(provider.asked).toEqual([]);
  });

  test('without an id nothing is run', async () => {
    const { lines, provider } = await start();
    broker.publish({ name: 'bus.database.apply.request', payload: applyApp });
    broker.sendRaw('bus.database.apply.request', Buffer.from('{"not json\n'));
    await answerOf(ask('status', 'after', about));
    await expect.poll(() => lines.filter(({ message }) => message === 'dropped').length).toBe(2);
    expect(provider.applies.count).toBe(0);
  });

  test.each([false, true])('what nests too deep, with replay %s', async (replay) => {
    const { provider, lines } = await start({ http: { replay } });
    const brackets = '['.repeat(20_000) + ']'.repeat(20_000);
    const payload = `{"deployment_id":"shop","provider":"memory","plan":${brackets}}`;
    const line = `{"name":"bus.database.apply.request","correlation_id":"deep","payload":${payload}}\n`;
    broker.sendRaw('bus.database.apply.request', Buffer.from(line));
    broker.sendRaw('bus.database.apply.request', Buffer.from(`${brackets}\n`));
    expect((await broker.answerTo('deep')).payload).toMatchObject({
      error_class: 'invalid-request',
      deployment_id: 'shop',
      diagnostics: [{ code: 'too-deep' }],
    });
    expect((await answerOf(ask('status', 'after', about))).payload.ok).toBe(true);
    expect([provider.applies.count, lines.filter(({ level }) => level === 'error')]).toEqual([0, []]);
  });

  test('what is too long is answered, and only an apply may be as long as a saved plan', async () => {
    const { provider, lines } = await start();
    const padded = (verb: string, id: string) => ({
      ...ask(verb, id, { ...about, databases: ['x'.repeat(3_000_000)] }),
    });
    expect((await answerOf(padded('plan', 'long'))).payload).toMatchObject({
      error_class: 'invalid-request',
      deployment_id: 'shop',
      diagnostics: [{ code: 'too-long', message: 'the event is longer than 2,097,152 characters' }],
    });
    expect((await answerOf(padded('apply', 'padded'))).payload.diagnostics).not.toMatchObject([{ code: 'too-long' }]);
    expect((await answerOf(ask('status', 'y'.repeat(300), about))).payload).toMatchObject({ ok: false });
    expect([provider.asked, lines.some(({ facts }) => JSON.stringify(facts ?? {}).length > 1_000)]).toEqual([
      [],
      false,
    ]);
  });

  test('what says a key twice is not run: who looked at it may have gone by the other', async () => {
    const { provider } = await start();
    const payload =
      '{"deployment_id":"shop","provider":"memory","databases":["a"],"roles":["r"],"dry_run":true,"dry_run":false,"confirm":true}';
    const line = `{"name":"bus.database.apply.request","correlation_id":"twice","time":"${new Date().toISOString()}","payload":${payload}}\n`;
    broker.sendRaw('bus.database.apply.request', Buffer.from(line));
    expect((await broker.answerTo('twice')).payload).toMatchObject({
      error_class: 'invalid-request',
      deployment_id: 'shop',
      diagnostics: [{ code: 'duplicate-key', message: 'the event says the key "dry_run" twice in one object' }],
    });
    expect(provider.applies.count).toBe(0);
  });

  test('a line without an end is skipped, and what stands behind it is answered', async () => {
    const { lines, readiness } = await start();
    const long = Buffer.alloc(16 * 1024 * 1024 + 1, 'x');
    broker.sendRaw('bus.database.status.request', Buffer.concat([long, Buffer.from('\n')]));
    expect((await answerOf(ask('status', 'behind', about))).payload.ok).toBe(true);
    expect((await answerOf(ask('status', 'large', about, { note: 'x'.repeat(2e6) }))).payload.ok).toBe(true);
    expect(lines.filter(({ message }) => message === 'dropped').map(({ facts }) => facts?.why)).toEqual([
      'a line of more than 16777216 bytes',
    ]);
    expect(readiness).toEqual([true]);
  });

  test('events of other names are dropped: an answer that comes back is not answered', async () => {
    broker.fault.isBlind = true;
    const { lines } = await start();
    await answerOf(ask('status', 'echo', about));
    const dropped = () => lines.filter(({ message }) => message === 'dropped').length;
    await expect.poll(dropped).toBe(3 + 4);
    await answerOf(ask('status', 'echo-2', about));
    await expect.poll(dropped).toBe(2 * (3 + 4));
    expect([answersTo('echo').length, answersTo('echo-2').length]).toEqual([1, 1]);
  });

  test('an answer that is none of the contract is kept back', async () => {
    const provider = createCountingProvider();
    const leaking = {
      ...provider,
      status: async (request: Requests['status'], context: DesiredContext) => ({
        ...(await provider.status(request, context)),
        password: 'p4ss',
      }),
    };
    const { lines } = await start({ providers: [leaking] });
    const { payload } = await answerOf(ask('status', 'leak', about));
    expect(payload).toMatchObject({ ok: false, error_class: 'internal', ...about });
    expect(JSON.stringify([payload, lines])).not.toContain('p4ss');
    expect(lines.find(({ message }) => message === 'defect')?.facts?.defect).toContain('unknown key password');
  });

  test('a defect is an internal answer and stands in the log', async () => {
    const provider = createCountingProvider();
    const broken = { ...provider, status: () => Promise.reject(new TypeError('oops')) };
    const { lines } = await start({ providers: [broken] });
    const { payload } = await answerOf(ask('status', 'oops', about));
    expect(payload).toMatchObject({ ok: false, error_class: 'internal' });
    expect(JSON.stringify(payload)).not.toContain('oops"');
    expect(lines.find(({ message }) => message === 'defect')?.facts?.defect).toContain('oops');
  });
});

test.each([
  ['a long id', { correlation_id: 'x'.repeat(201) }, 'x'.repeat(201), false],
  ['an empty second id', { correlation_id: 'x', correlationId: '' }, 'x', true],
  ['an empty first id', { correlation_id: '', correlationId: 'y' }, 'y', true],
  ['a long first id', { correlation_id: 'x'.repeat(201), correlationId: 'y' }, 'y', true],
  ['a first id that is none', { correlation_id: 7 as unknown as string, correlationId: 'z' }, 'z', true],
])('%s does not leave a request without an answer', async (_, ids, id, ok) => {
  await start();
  broker.publish({ name: 'bus.database.status.request', ...ids, payload: about });
  expect((await broker.answerTo(id)).payload.ok).toBe(ok);
});

describe('once in effect', () => {
  test('what failed is tried again when it comes again', async () => {
    const provider = createCountingProvider();
    let isDown = true;
    const fixed = {
      ...provider,
      apply: async (...args: Parameters<typeof provider.apply>) => {
        if (isDown) throw new OperationError('unreachable', 'nobody listens');
        return await provider.apply(...args);
      },
    };
    await start({ providers: [fixed] });
    expect((await answerOf(ask('apply', 'twice', applyApp))).payload.error_class).toBe('unreachable');
    isDown = false;
    broker.publish(ask('apply', 'twice', applyApp));
    await expect.poll(() => answersTo('twice')[1]?.payload.ok).toBe(true);
    expect(provider.made).toEqual(new Set(['app']));
  });

  test('a duplicate repeats the answer and runs nothing', async () => {
    const { provider } = await start({ applyMs: 50 });
    for (let copy = 0; copy < 5; copy += 1) broker.publish(ask('apply', 'same', applyApp));
    await expect.poll(() => answersTo('same').length).toBe(5);
    expect(provider.applies.count).toBe(1);
    expect(new Set(answersTo('same').map(({ payload }) => JSON.stringify(payload))).size).toBe(1);
    broker.publish(ask('apply', 'same', applyApp));
    await expect.poll(() => answersTo('same').length).toBe(6);
    expect(provider.applies.count).toBe(1);
  });

  test('one id with another payload is another request, and finds nothing to do', async () => {
    const { provider } = await start();
    expect((await answerOf(ask('apply', 'one', applyApp))).payload.actions).toEqual(['create-database']);
    broker.publish(ask('apply', 'one', { ...applyApp, schemas: ['public'] }));
    await expect.poll(() => answersTo('one').length).toBe(2);
    expect(answersTo('one')[1]?.payload.actions).toEqual([]);
    expect(provider.applies.count).toBe(2);
  });

  test('applies of a deployment run one after the other, plans beside them', async () => {
    const { provider } = await start({ applyMs: 60 });
    for (let index = 0; index < 4; index += 1) {
      broker.publish(ask('apply', `apply-${index}`, { ...applyApp, databases: [`db${index}`] }));
    }
    await answerOf(ask('plan', 'beside', { ...about, databases: ['app'] }));
    expect(answersTo('apply-3')).toEqual([]);
    for (let index = 0; index < 4; index += 1) await broker.answerTo(`apply-${index}`);
    expect(provider.applies).toEqual({ count: 4, mostAtOnce: 1 });
  });

  test.each([
    ['a deadline', { deadline: '2020-01-01T00:00:00Z' }],
    ['its own time', { time: '2020-01-01T00:00:00+02:00' }],
    ["the broker's time", { timestamp: '2020-01-01T00:00:00Z' }],
  ])('a request that is too old by %s is not run', async (_, more) => {
    const { provider } = await start();
    const { payload } = await answerOf(ask('apply', 'old', applyApp, more));
    expect(payload).toMatchObject({ ok: false, error_class: 'timeout', diagnostics: [{ code: 'too-old' }] });
    expect(provider.applies.count).toBe(0);
  });

  test('a request of just now, with a deadline ahead, is run', async () => {
    const { provider } = await start();
    const soon = new Date(Date.now() + 60_000).toISOString();
    await answerOf(ask('apply', 'new', applyApp, { time: soon, deadline: soon }));
    expect(provider.applies.count).toBe(1);
  });

  test('what waited too long behind another apply is not run', async () => {
    const { provider } = await start({ applyMs: 150 });
    broker.publish(ask('apply', 'long', applyApp));
    const deadline = new Date(Date.now() + 60).toISOString();
    const late = await answerOf(ask('apply', 'late', { ...applyApp, databases: ['b'] }, { deadline }));
    expect(late.payload.diagnostics[0].code).toBe('too-old');
    expect(provider.made).toEqual(new Set(['app']));
  });

  test('a rotation needs the plan that it was reviewed in', async () => {
    const { provider } = await start();
    const rotation = { ...applyApp, roles: ['svc'], rotate: ['svc'] };
    const { payload } = await answerOf(ask('apply', 'rotate', rotation));
    expect(payload).toMatchObject({ ok: false, error_class: 'unsafe', diagnostics: [{ code: 'rotate-without-plan' }] });
    expect((await answerOf(ask('apply', 'planned', { ...rotation, plan: { plan_id: 'x' } }))).payload.ok).toBe(true);
    expect((await answerOf(ask('apply', 'dry', { ...rotation, dry_run: true }))).payload.ok).toBe(true);
    expect(provider.applies.count).toBe(1);
  });
});

describe('the end of a worker', () => {
  test('what is at work is finished and answered, nothing more is taken', async () => {
    const { stop, ended, provider } = await start({ applyMs: 150 });
    broker.publish(ask('apply', 'last', applyApp));
    await expect.poll(() => provider.applies.count).toBe(1);
    stop();
    await ended;
    expect(answersTo('last')).toHaveLength(1);
    expect(answersTo('last')[0]?.payload.ok).toBe(true);
    broker.publish(ask('status', 'unheard', about));
    await delay(50);
    expect(answersTo('unheard')).toEqual([]);
  });

  test('after the grace it is interrupted, and says so', async () => {
    const { stop, ended, provider } = await start({ applyMs: 60_000, graceMs: 30 });
    broker.publish(ask('apply', 'cut', applyApp));
    await expect.poll(() => provider.applies.count).toBe(1);
    stop();
    await ended;
    expect(answersTo('cut')[0]?.payload).toMatchObject({ ok: false, error_class: 'cancelled' });
  });
});

test('an answer that does not get out ends with the second signal', async () => {
  const { stop, interrupt, ended, lines, provider } = await start();
  broker.fault.refuseAnswers = 500;
  broker.publish(ask('status', 'mute', about));
  await expect.poll(() => provider.asked.length).toBe(1);
  stop();
  interrupt();
  await ended;
  expect(lines.filter(({ message }) => message === 'unanswered')).toHaveLength(1);
}, 20_000);

test('after the second signal one deadline is for all that does not get out', async () => {
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on('warning', hear);
  const { stop, interrupt, ended, lines, provider } = await start();
  broker.fault.refuseAnswers = 500;
  for (let index = 0; index < 32; index += 1) broker.publish(ask('status', `mute-${index}`, about));
  for (const verb of ['plan', 'verify']) {
    for (let index = 0; index < 4; index += 1) broker.publish(ask(verb, `mute-${verb}-${index}`, { odd: true }));
  }
  await expect.poll(() => provider.asked.length).toBeGreaterThan(3);
  stop();
  interrupt();
  // One after the other they would take eight times the three seconds.
  await ended;
  expect(lines.filter(({ message }) => message === 'unanswered')).toHaveLength(40);
  process.off('warning', hear);
  expect(warnings).toEqual([]);
}, 15_000);

test('a request that is given up for its deliveries gets the answer that is remembered, where there is one', async () => {
  const provider = createCountingProvider();
  const published: { id: string; response: Response }[] = [];
  let isFull = true;
  const transport: Transport = {
    listen: async ({ receive }) => {
      const delivery = { name: 'bus.database.apply.request', body: ask('apply', 'full', applyApp) };
      await expect(receive(delivery)).rejects.toThrow('full');
      isFull = false;
      await receive({ ...delivery, isGivenUp: true });
      await receive({ ...delivery, body: ask('apply', 'unknown', applyApp), isGivenUp: true });
    },
    publish: async (envelope) => {
      if (isFull) throw new Error('the stream is full');
      published.push({ id: envelope.correlation_id, response: envelope.payload as Response });
    },
    stop: () => {},
    close: async () => {},
  };
  await createWorker({ providers: [provider], transport }).run();
  expect(published.map(({ id, response }) => [id, response.ok])).toEqual([
    ['full', true],
    ['unknown', false],
  ]);
  expect(published[1]?.response.diagnostics).toMatchObject([{ code: 'given-up' }]);
  expect(provider.applies.count).toBe(1);
});

describe('the transport over HTTP', () => {
  test.each([
    ['answers 503', 503],
    ['answers 429', 429],
  ])(
    'an answer waits until a broker that %s takes it, however soon the streams would be given up',
    async (_, status) => {
      const { lines, provider } = await start({ http: { retry: { minMs: 5, maxMs: 40, forMs: 50 } } });
      broker.fault.refuseAnswers = status;
      const answered = answerOf(ask('apply', `late-${status}`, applyApp));
      await delay(1_000);
      delete broker.fault.refuseAnswers;
      expect((await answered).payload.ok).toBe(true);
      expect(provider.applies.count).toBe(1);
      expect(lines.filter(({ message }) => message === 'answer not taken yet').length).toBeGreaterThan(3);
    },
  );

  test('streams that end at once are opened more and more seldom, and given up after the time that is set', async () => {
    broker.fault.endsStreams = true;
    const { ended } = await start({ http: { retry: { minMs: 20, maxMs: 200, forMs: 1_000 } } }, false);
    await expect(ended).rejects.toMatchObject({ message: expect.stringContaining('the stream ended; given up after') });
    expect(broker.opened.length).toBeLessThan(4 * 20);
  });

  test.each([
    ['a page', { streamType: 'text/html' }, 'text/html'],
    ['a redirection', { refuse: Array(4).fill(302) }, '302'],
  ])('%s instead of a stream ends the worker at the start, with a word on the address', async (_, fault, seen) => {
    Object.assign(broker.fault, fault);
    const { ended } = await start({}, false);
    await expect(ended).rejects.toMatchObject({
      errorClass: 'invalid-request',
      message: expect.stringContaining(`answered${seen.includes('/') ? ' with' : ''} ${seen}`),
      diagnostics: [{ code: 'events-url', remedy: expect.stringContaining('BUS_EVENTS_API_URL') }],
    });
  });

  test('nothing there yet is waited for, with a word on the address', async () => {
    broker.fault.refuse = Array(8).fill(404);
    const { lines } = await start();
    expect(lines.find(({ message }) => message === 'reconnecting')?.facts).toMatchObject({
      why: expect.stringContaining('answered 404, expected a stream'),
      remedy: expect.stringContaining('BUS_EVENTS_API_URL'),
    });
  });

  test('a page instead of a stream that was there is waited out', async () => {
    const { readiness } = await start();
    const before = broker.opened.length;
    broker.fault.streamType = 'text/html';
    broker.dropStreams();
    await expect.poll(() => broker.opened.length).toBeGreaterThan(before + 4);
    delete broker.fault.streamType;
    await expect.poll(() => readiness).toEqual([true, false, true]);
    expect((await answerOf(ask('status', 'back', about))).payload.ok).toBe(true);
  });

  test('pieces of lines and of characters are put together', async () => {
    const { provider } = await start();
    broker.fault.pieceBytes = 3;
    const names = ['žluťoučký', '数据库', '😀'];
    await answerOf(ask('plan', 'pieces-ü😀', { ...about, databases: names }));
    expect(provider.asked[0]?.request).toMatchObject({ databases: names });
  });

  test('two workers of a group share the requests', async () => {
    const [one, other] = [await start(), await start()];
    for (let index = 0; index < 10; index += 1) broker.publish(ask('status', `shared-${index}`, about));
    for (let index = 0; index < 10; index += 1) await broker.answerTo(`shared-${index}`);
    expect(one.provider.asked.length + other.provider.asked.length).toBe(10);
    expect(Math.min(one.provider.asked.length, other.provider.asked.length)).toBeGreaterThan(0);
  });

  test('streams that end are opened again', async () => {
    const { readiness, provider } = await start();
    for (let round = 0; round < 3; round += 1) {
      const before = broker.consumers.length;
      broker.dropStreams();
      await expect.poll(() => broker.consumers.length).toBe(before + 4);
      await answerOf(ask('status', `again-${round}`, about));
    }
    expect(provider.asked).toHaveLength(3);
    expect(readiness).toEqual([true, false, true, false, true, false, true]);
  });

  test('refusals that may pass are waited out, also for answers', async () => {
    broker.fault.refuse = [503, 500, 429, 502];
    const { lines } = await start();
    broker.fault.refuse = [503, 503];
    expect((await answerOf(ask('status', 'patient', about))).payload.ok).toBe(true);
    expect(lines.filter(({ message }) => message === 'reconnecting').length).toBeGreaterThan(0);
  });

  test.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
  ])('%i ends the worker at once', async (status, errorClass) => {
    broker.fault.refuse = [status];
    const { ended } = await start({}, false);
    await expect(ended).rejects.toMatchObject({ errorClass });
  });

  test('the token is sent, and shown nowhere', async () => {
    await broker[Symbol.asyncDispose]();
    broker = await startBroker({ token: 'tok-1234567', prefix: '/local/v1' });
    const { lines } = await start({ http: { url: broker.url, token: new Secret('tok-1234567') } });
    expect((await answerOf(ask('status', 'token', about))).payload.ok).toBe(true);
    expect(JSON.stringify(lines)).not.toContain('tok-1234567');
    const { ended } = await start({ http: { url: broker.url, token: new Secret('wrong') } }, false);
    await expect(ended).rejects.toThrow(/401/);
  });

  test('retrying ends after the time that is set', async () => {
    const url = broker.url;
    await broker[Symbol.asyncDispose]();
    const { ended } = await start({ http: { url, retry: { minMs: 5, maxMs: 10, forMs: 60 } } }, false);
    await expect(ended).rejects.toMatchObject({ errorClass: 'unreachable' });
    broker = await startBroker();
  });

  test('a stream that breaks is opened again while what came by it is at work', async () => {
    const { provider, readiness } = await start({ applyMs: 1_500 });
    broker.publish(ask('apply', 'long', applyApp));
    await expect.poll(() => provider.applies.count).toBe(1);
    for (let index = 0; index < 5; index += 1) {
      broker.publish(ask('apply', `behind-${index}`, { ...applyApp, deployment_id: `other-${index}` }));
    }
    await expect.poll(() => provider.applies.count).toBe(4);
    const before = broker.consumers.length;
    broker.dropStreams();
    await expect.poll(() => broker.consumers.length).toBe(before + 4);
    broker.publish(ask('apply', 'meanwhile', { ...applyApp, deployment_id: 'third' }));
    expect(provider.made).toEqual(new Set());
    await expect.poll(() => readiness).toEqual([true, false, true]);
    for (const id of ['long', 'meanwhile', 'behind-4']) expect((await broker.answerTo(id)).payload.ok).toBe(true);
    expect(provider.applies.mostAtOnce).toBe(4);
  });

  test.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
  ])('%i for an answer ends the worker', async (status, errorClass) => {
    const { ended } = await start();
    broker.fault.refuse = [status];
    broker.publish(ask('status', 'unanswerable', about));
    await expect(ended).rejects.toMatchObject({ errorClass });
  });

  test('an answer that the broker does not take is answered by what stands', async () => {
    await start();
    broker.fault.refuse = [413];
    const { payload } = await answerOf(ask('apply', 'large', applyApp));
    expect(payload).toMatchObject({ ok: false, dry_run: false, diagnostics: [{ code: 'answer-too-large' }] });
    expect(payload.diagnostics[0].message).toContain('the apply ended well, and what it did stands');
  });

  test('replay asks for what was before, and runs an apply only when its time is known', async () => {
    broker.publish(ask('apply', 'before', applyApp, { time: new Date().toISOString() }));
    broker.publish(ask('apply', 'ancient', applyApp, { time: '2020-01-01T00:00:00Z' }));
    broker.publish(ask('apply', 'ageless', applyApp));
    await start({ http: { replay: true } });
    expect((await broker.answerTo('before')).payload.ok).toBe(true);
    expect((await broker.answerTo('ancient')).payload.error_class).toBe('timeout');
    const { payload } = await broker.answerTo('ageless');
    expect(payload).toMatchObject({ error_class: 'timeout', diagnostics: [{ code: 'age-unknown' }] });
  });

  test.each([
    ['http://bus.invalid', true],
    ['https://bus.invalid', false],
  ])('a token for %s is warned of: %s', async (url, isWarned) => {
    const http = { url, token: new Secret('a-token'), retry: { minMs: 5, maxMs: 10, forMs: 20 } };
    const { lines, ended } = await start({ http }, false);
    await expect(ended).rejects.toThrow('given up');
    const warned = lines.filter(({ message }) => message.includes('the token goes to bus.invalid in plaintext'));
    expect(warned).toHaveLength(isWarned ? 1 : 0);
  });

  test('what was replayed at one connection is not run again at the next', async () => {
    for (const verb of ['plan', 'status']) broker.publish(ask(verb, `once-${verb}`, payloadOf(verb)));
    const { provider } = await start({ http: { replay: true } });
    for (let round = 0; round < 2; round += 1) {
      const before = broker.consumers.length;
      broker.dropStreams();
      await expect.poll(() => broker.consumers.length).toBe(before + 4);
    }
    await answerOf(ask('status', 'after', about));
    expect(provider.asked.map(({ verb }) => verb).toSorted()).toEqual(['plan', 'status', 'status']);
    expect(answersTo('once-plan')).toHaveLength(1);
  });
});

function payloadOf(verb: string): object {
  return verb === 'plan' ? { ...about, databases: ['app'] } : about;
}

function answersTo(id: string): Event[] {
  return broker.published.filter(({ name, correlation_id }) => name.endsWith('.response') && correlation_id === id);
}
