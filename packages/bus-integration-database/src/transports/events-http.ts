// Bus Events over HTTP as a worker's transport: one stream of newline-delimited JSON for each event's name, answers as
// POSTs. Reconnects after whatever may mend itself; a refused token does not.
import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { hostname } from 'node:os';
import { OperationError } from '../errors.ts';
import { createGate } from '../gate.ts';
import type { Secret } from '../secret.ts';
import type { Subscription, Transport } from '../transport.ts';
import { createBackoff, type RetryPolicy } from './backoff.ts';
import { eventsUrl } from './events-url.ts';
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

const longestLineBytes = 4 * 1024 * 1024;
const answerTimeoutMs = 30_000;

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

  const open = (method: string, address: URL, headers: Record<string, string | number>, signal: AbortSignal) => {
    const make = address.protocol === 'https:' ? tlsRequest : plainRequest;
    return make(address, {
      method,
      signal,
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token.reveal()}` }) },
    });
  };

  /** One connection's life: returns when the server ends it, throws when it breaks. */
  const follow = async (name: string, { receive, atOnce, log }: Subscription, onOpen: () => void): Promise<void> => {
    const address = new URL(`${url.href}/stream`);
    const query = { name, delivery: 'unicast', group, consumer, replay: String(replay), follow: 'true' };
    for (const [key, value] of Object.entries(query)) address.searchParams.set(key, value);
    const asked = open('GET', address, { accept: 'application/x-ndjson' }, stopping.signal);
    asked.setTimeout(answerTimeoutMs, () => asked.destroy(new Error('no answer in 30 s')));
    asked.end();
    const answer = await responseTo(asked);
    await requireSuccess(answer, `${name}: the stream`);
    // A quiet stream may last; a broker that vanished is noticed by the kernel.
    answer.socket.setTimeout(0);
    answer.socket.setKeepAlive(true, 15_000);
    onOpen();
    const lines = createLineReader(longestLineBytes);
    const gate = createGate(atOnce);
    try {
      for await (const bytes of answer as AsyncIterable<Buffer>) {
        for (const body of lines.read(bytes)) {
          await gate.room();
          gate.enter(() =>
            receive({ name, body, ...timeOf(body) }).catch((error: unknown) => {
              log('error', 'unanswered', { event: name, why: messageOf(error) });
            }),
          );
        }
      }
    } finally {
      await gate.empty();
    }
  };

  const subscribe = async (name: string, subscription: Subscription, onReady: (isReady: boolean) => void) => {
    const backoff = createBackoff(retry);
    while (!stopping.signal.aborted) {
      let failure: unknown = new Error(`${name}: the stream ended`);
      let isOpen = false;
      try {
        await follow(name, subscription, () => {
          isOpen = true;
          backoff.reset();
          onReady(true);
        });
      } catch (error) {
        failure = error;
      }
      if (isOpen) onReady(false);
      if (stopping.signal.aborted) return;
      if (failure instanceof OperationError && isFinal(failure)) throw failure;
      subscription.log('warn', 'reconnecting', { event: name, why: messageOf(failure) });
      await backoff.wait(failure, stopping.signal);
    }
  };

  return {
    listen: async (subscription) => {
      const open = new Set<string>();
      const { events } = subscription;
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
        await Promise.all(streams);
      } finally {
        // One that can't go on ends all; the others finish what they have at work.
        stopping.abort();
        await Promise.allSettled(streams);
      }
    },
    publish: async (envelope) => {
      const text = JSON.stringify(envelope);
      const backoff = createBackoff({ ...retry, forMs: Math.min(retry.forMs ?? publishForMs, publishForMs) });
      for (;;) {
        try {
          const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
          const asked = open('POST', url, headers, closing.signal);
          asked.setTimeout(answerTimeoutMs, () => asked.destroy(new Error('no answer in 30 s')));
          asked.end(text);
          const answer = await responseTo(asked);
          await requireSuccess(answer, 'publishing an answer');
          answer.resume();
          return;
        } catch (error) {
          if (closing.signal.aborted || (error instanceof OperationError && isFinal(error))) throw error;
          await backoff.wait(error, closing.signal);
        }
      }
    },
    stop: () => stopping.abort(),
    close: async () => closing.abort(),
  };
}

/** An answer that can't be published for that long is given up: whoever asked has given up too. */
const publishForMs = 120_000;

function responseTo(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
  });
}

async function requireSuccess(answer: IncomingMessage, doing: string): Promise<void> {
  const { statusCode = 0 } = answer;
  if (statusCode === 200 || statusCode === 202) return;
  answer.resume();
  const errorClass = { 401: 'unauthenticated', 403: 'forbidden', 400: 'invalid-request' } as const;
  const known = errorClass[statusCode as 400 | 401 | 403];
  throw new OperationError(known ?? 'unreachable', `${doing}: the events API answered ${statusCode}`, {
    code: `http-${statusCode}`,
    target: 'BUS_EVENTS_API_URL',
    ...(known !== undefined && known !== 'invalid-request' && { remedy: tokenRemedy }),
  });
}

const tokenRemedy =
  'give a token with the scopes events:read and events:write in BUS_EVENTS_TOKEN_FILE (mode 0600) or BUS_API_TOKEN';

function isFinal({ errorClass }: OperationError): boolean {
  return ['unauthenticated', 'forbidden', 'invalid-request'].includes(errorClass);
}

/** When the broker took an event in, under the names that brokers give it. */
function timeOf(body: unknown): { sentAt?: Date } {
  if (body === null || typeof body !== 'object') return {};
  const { accepted_at, published_at, created_at, timestamp } = body as Record<string, unknown>;
  const known = [accepted_at, published_at, created_at, timestamp].find((value) => typeof value === 'string');
  const milliseconds = typeof known === 'string' ? Date.parse(known) : Number.NaN;
  return Number.isNaN(milliseconds) ? {} : { sentAt: new Date(milliseconds) };
}

function messageOf(error: unknown): string {
  return error instanceof Error
    ? error.message || ((error as NodeJS.ErrnoException).code ?? error.name)
    : String(error);
}
