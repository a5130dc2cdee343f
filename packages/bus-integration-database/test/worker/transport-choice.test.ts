import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBackoff } from '../../src/transports/backoff.ts';
import { eventsUrl } from '../../src/transports/http/events-url.ts';
import { createLineReader } from '../../src/transports/http/ndjson.ts';
import { chooseTransport, durationOf } from '../../src/worker/transport-choice.ts';
import { startBroker } from '../events-broker.ts';

const uid = process.getuid?.() ?? 0;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'transport-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('the address of an events API', () => {
  test.each([
    ['http://127.0.0.1:8081', 'http://127.0.0.1:8081/api/v1/events'],
    ['http://127.0.0.1:8081/', 'http://127.0.0.1:8081/api/v1/events'],
    ['https://bus.example/api/v1/events', 'https://bus.example/api/v1/events'],
    ['https://bus.example/api/v1/events/', 'https://bus.example/api/v1/events'],
    ['http://127.0.0.1:8080/local/v1', 'http://127.0.0.1:8080/local/v1/api/v1/events'],
  ])('%s is %s', (text, url) => {
    expect(eventsUrl(text).href).toBe(url);
  });

  test.each(['', 'ftp://host', 'host:80', 'http://u:secret-pw@host', 'http://host/?token=secret-pw', 'http://host/#x'])(
    '%j is refused, and not repeated',
    (text) => {
      expect(() => eventsUrl(text)).toThrow(/address/);
      expect(() => eventsUrl(text)).not.toThrow(/secret-pw/);
    },
  );
});

describe('what flags and environment ask for', () => {
  test.each<[string, object, string]>([
    ['nothing', {}, 'not-configured'],
    ['both flags', { eventsUrl: 'http://a', nats: 'nats://b' }, 'invalid-request'],
    ['both keys', { env: { BUS_EVENTS_API_URL: 'http://a', BUS_NATS_URL: 'nats://b' } }, 'invalid-request'],
    ['a bad duration', { nats: 'nats://b', env: { BUS_EVENTS_LISTENER_RETRY_MIN: 'soon' } }, 'invalid-request'],
    [
      'a maximum below the minimum',
      { nats: 'nats://b', env: { BUS_EVENTS_LISTENER_RETRY_MIN: '2s', BUS_EVENTS_LISTENER_RETRY_MAX: '1s' } },
      'invalid-request',
    ],
    ['a replay of yes', { eventsUrl: 'http://a', env: { BUS_EVENTS_LISTENER_REPLAY: 'yes' } }, 'invalid-request'],
    ['no wait for acknowledgements', { nats: 'nats://b', env: { BUS_NATS_ACK_WAIT: '0' } }, 'invalid-request'],
    ['no age at all', { nats: 'nats://b', env: { BUS_EVENTS_MAX_AGE: '0s' } }, 'invalid-request'],
    ['a token of two words', { eventsUrl: 'http://a', env: { BUS_API_TOKEN: 'a b' } }, 'invalid-request'],
    [
      'a token file that is not there',
      { eventsUrl: 'http://a', env: { BUS_EVENTS_TOKEN_FILE: '/no' } },
      'not-configured',
    ],
    ['a login in --nats', { nats: 'nats://bus:secret-pw@host' }, 'invalid-request'],
    ['a token in --nats', { nats: 'nats://secret-pw@host' }, 'invalid-request'],
    ['a stray % in a password', { env: { BUS_NATS_URL: 'nats://bus:secret-pw%zz@host' } }, 'invalid-request'],
    ['a group with a dot', { eventsUrl: 'http://a', env: { BUS_EVENTS_GROUP: 'a.b' } }, 'invalid-request'],
  ])('%s is refused', async (_, choice, errorClass) => {
    const refusal = await chooseTransport({ env: {}, uid, ...choice }).then(
      () => undefined,
      (error) => error,
    );
    expect(refusal).toMatchObject({ errorClass });
    expect(JSON.stringify([refusal.message, refusal.diagnostics])).not.toContain('secret-pw');
  });

  test('a flag wins over the environment, whichever transport it names', async () => {
    const env = { BUS_EVENTS_API_URL: 'no address', BUS_NATS_URL: 'none either' };
    await expect(chooseTransport({ eventsUrl: 'http://a', env, uid })).resolves.toBeDefined();
    await expect(chooseTransport({ nats: 'nats://a', env, uid })).resolves.toBeDefined();
  });

  test.each([
    [{}, 'shop', 'bus-database-shop'],
    [{ BUS_EVENTS_GROUP: 'mine' }, 'shop', 'mine'],
    [{}, 'a.b', 'bus-database-a_b-'],
    [{}, 'a_b', 'bus-database-a_b'],
  ])('with %j, the workers of %s are the group %s', async (env, deploymentId, expected) => {
    await using broker = await startBroker();
    const transport = await chooseTransport({ eventsUrl: broker.url, env, deploymentId, uid });
    const listening = transport.listen({
      events: ['bus.database.plan.request'],
      atOnce: 1,
      receive: async () => {},
      onReady: () => {},
      log: () => {},
    });
    await expect.poll(() => broker.consumers.length).toBe(1);
    transport.stop();
    await listening;
    expect(broker.consumers[0]?.group.replace(/[0-9a-f]{8}$/, '')).toBe(expected);
  });

  test('a credentials file that others may read is refused', async () => {
    const file = join(directory, 'creds');
    writeFileSync(file, 'one\ntwo\n', { mode: 0o644 });
    const env = { BUS_NATS_CREDS_FILE: file };
    await expect(chooseTransport({ nats: 'nats://a', env, uid })).rejects.toThrow(/readable/);
  });
});

test.each([
  ['1m30s', 90_000],
  ['250ms', 250],
  ['0', 0],
  ['', undefined],
  [undefined, undefined],
])('the duration %j is %j ms', (text, ms) => {
  expect(durationOf({ KEY: text }, 'KEY')).toBe(ms);
});

test('lines cut anywhere are put together; a line that is too long is skipped, and told of once', () => {
  const bytes = Buffer.from('{"a":"ž😀"}\r\n\n{"b":1}\nnot json\n{"c"');
  for (let size = 1; size <= bytes.length; size += 1) {
    expect(linesOf(bytes, size, 1_000)).toEqual({ lines: ['{"a":"ž😀"}', '{"b":1}', 'not json'], tooLong: 0 });
  }
  const long = Buffer.from(`short\n${'x'.repeat(11)}\nafter\n${'y'.repeat(10)}\n${'z'.repeat(50)}`);
  for (let size = 1; size <= long.length; size += 1)
    expect(linesOf(long, size, 10)).toEqual({ lines: ['short', 'after', 'y'.repeat(10)], tooLong: 2 });
});

function linesOf(bytes: Buffer, size: number, limitBytes: number) {
  let tooLong = 0;
  const reader = createLineReader(limitBytes, () => {
    tooLong += 1;
  });
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += size) lines.push(...reader.read(bytes.subarray(at, at + size)));
  return { lines, tooLong };
}

test("the dispatcher's own address gives way to the broker that an env file names", async () => {
  const env = { BUS_EVENTS_API_URL: 'http://127.0.0.1:8081/local/v1', BUS_NATS_URL: 'nats://127.0.0.1:1' };
  await expect(chooseTransport({ env, uid })).resolves.toBeDefined();
});

test.each(['1', 'true', '0', 'false', '30s'])('BUS_EVENTS_LISTENER_RETRY=%s is read', async (text) => {
  const env = { BUS_EVENTS_LISTENER_RETRY: text, BUS_EVENTS_TOKEN_FILE: '.bus/tokens/local-events.jwt' };
  await expect(chooseTransport({ eventsUrl: 'http://127.0.0.1:1', env, uid: 0 })).resolves.toBeDefined();
});

test('a switch of BUS_EVENTS_LISTENER_RETRY that is off gives up at the first failure', async () => {
  const env = { BUS_EVENTS_LISTENER_RETRY: 'false' };
  const transport = await chooseTransport({ eventsUrl: 'http://127.0.0.1:1', env, uid: 0 });
  const none = { atOnce: 1, receive: async () => {}, onReady: () => {}, log: () => {} };
  await expect(transport.listen({ events: ['bus.database.plan.request'], ...none })).rejects.toMatchObject({
    errorClass: 'unreachable',
  });
});

test('a backoff grows to its bound, begins anew after a success, and ends after its time', async () => {
  const signal = new AbortController().signal;
  const timed = async (backoff: ReturnType<typeof createBackoff>) => {
    const begun = performance.now();
    await backoff.wait(new Error('no'), signal);
    return performance.now() - begun;
  };
  const backoff = createBackoff({ minMs: 2, maxMs: 8 });
  for (let tries = 0; tries < 6; tries += 1) await timed(backoff);
  backoff.reset();
  const failing = createBackoff({ minMs: 5, maxMs: 5, forMs: 0 });
  await expect(failing.wait(new Error('gone'), signal)).rejects.toThrow('gone');
  const aborted = new AbortController();
  aborted.abort();
  await createBackoff({ minMs: 60_000, maxMs: 60_000 }).wait(new Error('no'), aborted.signal);
});
