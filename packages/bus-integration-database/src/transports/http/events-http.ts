// Bus Events over HTTP as a worker's transport: one stream of newline-delimited JSON for each event's name, answers as
// POSTs. Reconnects after whatever may fix itself; a refused token does not.
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { OperationError } from '../../contract/errors.ts';
import { createQueue, type Queue } from '../../run/semaphore.ts';
import type { Secret } from '../../secrets/secret.ts';
import { createBackoff, type RetryPolicy } from '../backoff.ts';
import { readBody } from '../event-body.ts';
import { goesInClear } from '../loopback.ts';
import { publishUntilTaken } from '../publish-until-taken.ts';
import { createSeenEvents, type SeenEvents } from '../seen-events.ts';
import type { Log, Subscription, Transport } from '../transport.ts';
import { isFinal, isOfTheToken, requireStream, requireSuccess } from './events-answer.ts';
import { eventsUrl } from './events-url.ts';
import { type HttpRequest, sendRequest } from './http-request.ts';
import { createLineReader } from './ndjson.ts';

export { eventsUrl } from './events-url.ts';

export interface EventsHttpOptions {
  /** Base address or the whole one. */
  readonly url: string;
  readonly token?: Secret;
  /** Workers of one group share the requests. Default: `bus-database`. */
  readonly group?: string;
  /** This worker's name in its group. Default: host and process. */
  readonly consumer?: string;
  /** Whether what was published before is asked for too. Default: false. */
  readonly replay?: boolean;
  /** Default: for ever, from half a second to half a minute. */
  readonly retry?: RetryPolicy;
}

/** As much as the API takes: a saved plan of a thousand databases has some 5 MB. */
const longestLineBytes = 16 * 1024 * 1024;
const silenceMs = 30_000;
/** Read ahead of the work, so that a connection that ends is noticed and opened again while work goes on. */
const waitingLimit = 256;
/** A text counts as one waiting event for each so many characters, so that long ones don't fill the memory. */
const weightLength = 64 * 1024;
const seenLimit = 100_000;
/** Proxies end quiet streams after half a minute or so, which is not a failure to wait for longer and longer. */
const longestUnsteadyMs = 5_000;

/** What one event's connections have in common. */
interface SharedReading {
  readonly seen: SeenEvents;
  readonly queue: Queue;
  readonly onOpen: () => void;
  /** Told of each event that is new. */
  readonly onEvent: () => void;
}

/**
 * A transport over an events API.
 *
 * @example
 * const transport = createEventsHttpTransport({ url: 'http://127.0.0.1:8081', token: new Secret(token) });
 */
export function createEventsHttpTransport(options: EventsHttpOptions): Transport {
  const { token, group = 'bus-database', replay = false, retry = { minMs: 500, maxMs: 30_000 } } = options;
  const url = eventsUrl(options.url);
  const consumer = options.consumer ?? `${hostname()}-${process.pid}`;
  const stopping = new AbortController();
  const closing = new AbortController();

  let refuse: (error: OperationError) => void = () => {};
  /** A token that may read and not write serves nobody: each request would be run, and none answered. */
  const refused = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  refused.catch(() => {});
  let log: Log = () => {};

  // Each request listens to one of them, and many are under way at once.
  setMaxListeners(0, stopping.signal, closing.signal);
  const ask = (address: URL, { headers, ...desired }: Pick<HttpRequest, 'method' | 'headers' | 'body' | 'signal'>) =>
    sendRequest(address, {
      ...desired,
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token.reveal()}` }) },
      silenceMs,
    });

  /** One connection's life: returns when the server ends it, throws when it breaks; what came by it may go on. */
  const follow = async (
    name: string,
    { receive, log }: Subscription,
    { seen, queue, onOpen, onEvent }: SharedReading,
  ): Promise<void> => {
    const address = new URL(`${url.href}/stream`);
    const query = { name, delivery: 'unicast', group, consumer, replay: String(replay), follow: 'true' };
    for (const [key, value] of Object.entries(query)) address.searchParams.set(key, value);
    const headers = { accept: 'application/x-ndjson' };
    const answer = await ask(address, { method: 'GET', headers, signal: stopping.signal });
    requireStream(answer, url, name);
    // A quiet stream may last; a broker that vanished is noticed by the kernel.
    answer.socket.setTimeout(0);
    answer.socket.setKeepAlive(true, 15_000);
    onOpen();
    const lines = createLineReader(longestLineBytes, () =>
      log('warn', 'dropped', { event: name, why: `a line of more than ${longestLineBytes} bytes` }),
    );
    const take = async (text: string) => {
      try {
        const said = readBody(text, name);
        await receive({ name, ...said, ...timeOf(said.body), ...(replay && { isMaybeReplayed: true }) });
      } catch (error) {
        seen.forget(text);
        log('error', 'unanswered', { event: name, why: messageOf(error) });
      }
    };
    for await (const bytes of answer as AsyncIterable<Buffer>) {
      for (const text of lines.read(bytes)) {
        if (!seen.isNew(text)) continue;
        onEvent();
        await queue.add(() => take(text), Math.ceil(text.length / weightLength));
      }
    }
  };

  const subscribe = async (name: string, subscription: Subscription, onReady: (isReady: boolean) => void) => {
    const backoff = createBackoff(retry);
    const queue = createQueue(subscription.atOnce, waitingLimit);
    const seen = createSeenEvents(replay ? seenLimit : 0);
    let wasOpen = false;
    let openedAt = Number.POSITIVE_INFINITY;
    const onOpen = () => {
      wasOpen = true;
      openedAt = performance.now();
      onReady(true);
    };
    // That it opened alone is not success: a broker that ends each stream at once would be asked without a pause.
    const steadyMs = Math.min(retry.maxMs, longestUnsteadyMs);
    try {
      while (!stopping.signal.aborted) {
        let failure: unknown = new Error(`${name}: the stream ended`);
        openedAt = Number.POSITIVE_INFINITY;
        try {
          await follow(name, subscription, { seen, queue, onOpen, onEvent: backoff.reset });
        } catch (error) {
          failure = error;
        }
        onReady(false);
        if (stopping.signal.aborted) break;
        if (isFinal(failure, wasOpen)) throw failure;
        if (performance.now() - openedAt > steadyMs) backoff.reset();
        subscription.log('warn', 'reconnecting', { event: name, why: messageOf(failure), ...remedyOf(failure) });
        await backoff.wait(failure, stopping.signal);
      }
    } finally {
      await queue.idle();
    }
  };

  return {
    listen: async (subscription) => {
      const open = new Set<string>();
      const { events } = subscription;
      log = subscription.log;
      if (token !== undefined && goesInClear(url))
        log('warn', `the token goes to ${url.host} in plaintext, and whoever sees it may use it`, {
          remedy: 'use https',
        });
      const streams = events.map((name) =>
        subscribe(name, subscription, (isReady) => {
          const before = open.size;
          if (isReady) open.add(name);
          else open.delete(name);
          if ((before === events.length) !== (open.size === events.length))
            subscription.onReady(open.size === events.length);
        }),
      );
      try {
        await Promise.race([Promise.all(streams), refused]);
      } finally {
        // One that can't go on ends all; the others finish what they have at work.
        stopping.abort();
        await Promise.allSettled(streams);
      }
    },
    publish: async (envelope) => {
      const text = JSON.stringify(envelope);
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const post = async () => {
        const answer = await ask(url, { method: 'POST', headers, body: text, signal: closing.signal });
        requireSuccess(answer, 'publishing an answer');
        answer.resume();
      };
      const { signal } = closing;
      try {
        await publishUntilTaken(post, { envelope, retry, log, isFinal, signal });
      } catch (error) {
        if (isOfTheToken(error)) refuse(error);
        throw error;
      }
    },
    stop: () => stopping.abort(),
    close: async () => closing.abort(),
  };
}

/** When the broker took an event in, under the names that brokers give it. */
function timeOf(body: unknown): { sentAt?: Date } {
  if (body === null || typeof body !== 'object') return {};
  const { accepted_at, published_at, created_at, timestamp } = body as Record<string, unknown>;
  const known = [accepted_at, published_at, created_at, timestamp].find((value) => typeof value === 'string');
  const milliseconds = typeof known === 'string' ? Date.parse(known) : Number.NaN;
  return Number.isNaN(milliseconds) ? {} : { sentAt: new Date(milliseconds) };
}

function remedyOf(failure: unknown): { remedy?: string } {
  const remedy = failure instanceof OperationError ? failure.diagnostics[0]?.remedy : undefined;
  return remedy === undefined ? {} : { remedy };
}

function messageOf(error: unknown): string {
  return error instanceof Error
    ? error.message || ((error as NodeJS.ErrnoException).code ?? error.name)
    : String(error);
}
