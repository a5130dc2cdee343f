// NATS JetStream as a worker's transport: a durable pull consumer for each event's name, shared by all workers of a group.
// A request is acknowledged when its answer is out; until then the server is told that it is at work.
import type { Consumer, JetStreamClient, JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { OperationError } from '../errors.ts';
import { createGate } from '../gate.ts';
import type { Secret } from '../secret.ts';
import type { Subscription, Transport } from '../transport.ts';
import { createBackoff, type RetryPolicy } from './backoff.ts';
import { loadNats, type Nats, serversOf } from './nats-client.ts';
import { durableConsumer, eventStream } from './nats-stream.ts';

export interface NatsOptions {
  /** `nats://host:4222`, several with commas; `tls://` demands TLS. */
  readonly url: string;
  /** The content of a credentials file. */
  readonly credentials?: Secret;
  /** The stream to make where none takes the events yet. Default: `BUS_DATABASE`. */
  readonly stream?: string;
  /** Workers of one group share the requests; letters, digits, `-` and `_`. Default: `bus-database`. */
  readonly group?: string;
  /** How long a request may be silent before another worker gets it. Default: 30 s. */
  readonly ackWaitMs?: number;
  /** Deliveries of one request before it is given up, answered so, and kept as a dead letter. Default: 5. */
  readonly tries?: number;
  /** Default: for ever, from half a second to half a minute. */
  readonly retry?: RetryPolicy;
}

/** Requests that were given up are kept under this subject, with why in their headers. */
export const deadLetterSubject = 'bus.database.dead-letter';

/**
 * A transport over NATS JetStream; needs the packages `@nats-io/transport-node` and `@nats-io/jetstream`.
 *
 * @example
 * const transport = createNatsTransport({ url: 'nats://127.0.0.1:4222' });
 */
export function createNatsTransport(options: NatsOptions): Transport {
  const { group = 'bus-database', ackWaitMs = 30_000, tries = 5, retry = { minMs: 500, maxMs: 30_000 } } = options;
  const servers = serversOf(options.url);
  const stopping = new AbortController();
  let connection: NatsConnection | undefined;
  let client: JetStreamClient | undefined;

  const connect = async (nats: Nats, { log }: Subscription): Promise<NatsConnection | undefined> => {
    const backoff = createBackoff(retry);
    while (!stopping.signal.aborted) {
      try {
        return await nats.connect({
          ...servers,
          name: `bus-database worker ${process.pid}`,
          maxReconnectAttempts: -1,
          reconnectTimeWait: retry.minMs,
          ...(options.credentials !== undefined && {
            authenticator: nats.credsAuthenticator(Buffer.from(options.credentials.reveal())),
          }),
        });
      } catch (error) {
        if (error instanceof nats.AuthorizationError) throw unauthorized(error);
        const failure = new OperationError('unreachable', `can't reach NATS: ${messageOf(error)}`, { cause: error });
        log('warn', 'reconnecting', { why: failure.message });
        await backoff.wait(failure, stopping.signal);
      }
    }
    return undefined;
  };

  const take = async (message: JsMsg, name: string, { receive, log }: Subscription): Promise<void> => {
    // Half of the time would do; a third leaves room for a slow network.
    const sign = setInterval(() => message.working(), ackWaitMs / 3);
    const { deliveryCount } = message.info;
    try {
      const isGivenUp = deliveryCount > tries;
      const sentAt = new Date(Number(message.timestampNanos / 1_000_000n));
      await receive({ name, body: bodyOf(message), sentAt, isGivenUp });
      if (isGivenUp) await bury(message, deliveryCount - 1);
      // Known to have arrived: a lost one would mean another run.
      await message.ackAck();
    } catch (error) {
      log('error', 'unanswered', { event: name, deliveries: deliveryCount, why: messageOf(error) });
      message.nak(1_000);
    } finally {
      clearInterval(sign);
    }
  };

  const bury = async (message: JsMsg, deliveries: number): Promise<void> => {
    const nats = await loadNats();
    const headers = nats.headers();
    headers.set('Bus-Subject', message.subject);
    headers.set('Bus-Deliveries', String(deliveries));
    headers.set('Bus-Sequence', String(message.seq));
    await client?.publish(deadLetterSubject, message.data, { headers });
  };

  /** One at a time is asked for, and only when there is room: what waits here would be silent to the server. */
  const pull = async (consumer: Consumer, name: string, subscription: Subscription): Promise<void> => {
    const gate = createGate(subscription.atOnce);
    const backoff = createBackoff({ minMs: 100, maxMs: 5_000 });
    while (!stopping.signal.aborted) {
      await gate.room();
      try {
        const message = await consumer.next({ expires: 2_000 });
        backoff.reset();
        if (message === null) continue;
        if (stopping.signal.aborted) message.nak();
        else gate.enter(() => take(message, name, subscription));
      } catch (error) {
        if (connection?.isClosed()) break;
        subscription.log('warn', 'pull', { event: name, why: messageOf(error) });
        await backoff.wait(error, stopping.signal);
      }
    }
    await gate.empty();
  };

  return {
    listen: async (subscription) => {
      const nats = await loadNats();
      connection = await connect(nats, subscription);
      if (connection === undefined) return;
      client = nats.jetstream(connection);
      const manager = await nats.jetstreamManager(connection).catch((error: unknown) => {
        throw withoutJetStream(error);
      });
      const stream = await eventStream(manager, options.stream ?? 'BUS_DATABASE', subscription.events);
      const consumers: [string, Consumer][] = [];
      for (const name of subscription.events) {
        const durable = await durableConsumer(nats, manager, { stream, event: name, group, ackWaitMs });
        consumers.push([name, await client.consumers.get(stream, durable)]);
      }
      void tellStatus(connection, subscription);
      subscription.onReady(true);
      const lost = connection.closed().then((error) => {
        if (error instanceof nats.AuthorizationError) throw unauthorized(error);
        if (error instanceof Error) throw new OperationError('unreachable', `lost NATS: ${messageOf(error)}`);
      });
      const pulls = Promise.all(consumers.map(([name, consumer]) => pull(consumer, name, subscription)));
      try {
        await Promise.race([pulls, lost]);
      } finally {
        stopping.abort();
        await Promise.allSettled([pulls]);
      }
    },
    publish: async (envelope) => {
      if (client === undefined) throw new OperationError('unreachable', 'not connected to NATS');
      await client.publish(envelope.name, JSON.stringify(envelope));
    },
    stop: () => stopping.abort(),
    close: async () => {
      await connection?.close();
    },
  };
}

async function tellStatus(connection: NatsConnection, { onReady, log }: Subscription): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect' || type === 'reconnect') {
      log('warn', type, {});
      onReady(type === 'reconnect');
    }
  }
}

function bodyOf(message: JsMsg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}

function unauthorized(cause: unknown): OperationError {
  return new OperationError('unauthenticated', `NATS refused the login: ${messageOf(cause)}`, {
    target: 'BUS_NATS_URL',
    remedy: 'give the right credentials in BUS_NATS_CREDS_FILE (mode 0600)',
    cause,
  });
}

function withoutJetStream(cause: unknown): OperationError {
  return new OperationError('not-configured', `NATS has no JetStream for us: ${messageOf(cause)}`, {
    target: 'BUS_NATS_URL',
    remedy: 'start nats-server with -js, or enable JetStream for this account',
    cause,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
