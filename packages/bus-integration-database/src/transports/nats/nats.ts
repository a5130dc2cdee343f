// NATS JetStream as a worker's transport: a durable pull consumer for each event's name, shared by all workers of a group.
// A request is acknowledged when its answer is out; until then the server is told that it is at work.
import { randomUUID } from 'node:crypto';
import type { Consumer, JetStreamClient, JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { OperationError } from '../../contract/errors.ts';
import { eventNames } from '../../contract/events.ts';
import { createSemaphore, type Semaphore } from '../../run/semaphore.ts';
import type { Secret } from '../../secrets/secret.ts';
import { createBackoff, type RetryPolicy } from '../backoff.ts';
import { readBody } from '../event-body.ts';
import { type PublishOptions, publishUntilTaken } from '../publish-until-taken.ts';
import type { Log, Subscription, Transport } from '../transport.ts';
import { loadNats, type Nats, sendsLoginInClear, serversOf } from './client.ts';
import { connectNats, tellStatus } from './connect.ts';
import { answerTooLarge, forbidden, isAnswerTooLarge, messageOf, unauthorized, withoutJetStream } from './refusals.ts';
import { durableConsumer, eventStream, removalOver, requireStreams } from './stream.ts';

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
  /** Older requests are left out when the group begins: others answered them, or nobody will. Default: 15 minutes. */
  readonly maxAgeMs?: number;
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
  const {
    group = 'bus-database',
    ackWaitMs = 30_000,
    tries = 5,
    maxAgeMs = 900_000,
    retry = { minMs: 500, maxMs: 30_000 },
  } = options;
  const servers = serversOf(options.url);
  const stopping = new AbortController();
  const closing = new AbortController();
  let log: Log = () => {};
  let connection: NatsConnection | undefined;
  let client: JetStreamClient | undefined;

  const take = async (message: JsMsg, source: Source, { receive, log }: Subscription): Promise<void> => {
    const { name } = source;
    // Half of the time would do; a third leaves room for a slow network.
    const sign = setInterval(() => message.working(), source.ackWaitMs / 3);
    const { deliveryCount } = message.info;
    try {
      const isGivenUp = deliveryCount > tries;
      const sentAt = new Date(Number(message.timestampNanos / 1_000_000n));
      await receive({ name, ...readBody(message.string(), name), sentAt, isGivenUp });
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
    // The headers count too; a request that leaves them no room is found by its sequence.
    const hasRoom = message.data.length + headerRoomBytes <= (connection?.info?.max_payload ?? 0);
    const letter = { name: deadLetterSubject, correlation_id: `sequence ${message.seq}` };
    await untilTaken(letter, async () => {
      await client?.publish(deadLetterSubject, hasRoom ? message.data : '', { headers });
    });
  };

  /** A stream that is full, or a server that is away, may be back in a moment. */
  const untilTaken = (envelope: PublishOptions['envelope'], publish: () => Promise<void>) =>
    publishUntilTaken(publish, { envelope, retry, log, isFinal: isAnswerTooLarge, signal: closing.signal });

  /**
   * One at a time is asked for, and only when there is room: what waits here would be silent to the server. Ends with the
   * round; throws when the consumer can't be seen any more.
   */
  const pull = async (source: Source, semaphore: Semaphore, subscription: Subscription, ended: AbortSignal) => {
    const { consumer } = source;
    const over = new Promise<void>((resolve) => ended.addEventListener('abort', () => resolve()));
    while (!ended.aborted) {
      await Promise.race([semaphore.room(), over]);
      if (ended.aborted) return;
      const message = await consumer.next({ expires: 2_000 });
      if (message === null) await consumer.info();
      else if (stopping.signal.aborted) message.nak();
      else void semaphore.run(() => take(message, source, subscription));
    }
  };

  /** From what the server has now until something is missing or the connection was another in between. */
  const serveRound = async (
    nats: Nats,
    subscription: Subscription,
    semaphores: ReadonlyMap<string, Semaphore>,
    round: AbortController,
    onOpen: () => void,
  ): Promise<void> => {
    if (connection === undefined || client === undefined) return;
    const manager = await nats.jetstreamManager(connection).catch((error: unknown) => {
      throw withoutJetStream(error);
    });
    const stream = await eventStream(manager, options.stream ?? 'BUS_DATABASE', subscription.events);
    await requireStreams(manager, [...eventNames.filter((name) => name.endsWith('.response')), deadLetterSubject]);
    const sources: Source[] = [];
    for (const name of subscription.events) {
      const durable = await durableConsumer(nats, manager, { stream, event: name, group, ackWaitMs, maxAgeMs });
      const consumer = await client.consumers.get(stream, durable.name);
      sources.push({ name, consumer, ackWaitMs: durable.ackWaitMs });
    }
    if (!round.signal.aborted) onOpen();
    const pulls = sources.map(async (source) => {
      const semaphore = semaphores.get(source.name);
      if (semaphore !== undefined) await pull(source, semaphore, subscription, round.signal);
    });
    try {
      await Promise.all(pulls);
    } finally {
      round.abort();
      await Promise.allSettled(pulls);
    }
  };

  return {
    listen: async (subscription) => {
      const nats = await loadNats();
      const { onReady } = subscription;
      log = subscription.log;
      if (sendsLoginInClear(options.url))
        log('warn', 'the password for NATS goes there in plaintext, and whoever sees it may use it', {
          remedy: 'use tls://, or BUS_NATS_CREDS_FILE',
        });
      const { credentials } = options;
      connection = await connectNats(nats, { servers, credentials, retry, log, signal: stopping.signal });
      if (connection === undefined) return;
      client = nats.jetstream(connection);
      const semaphores = new Map(subscription.events.map((name) => [name, createSemaphore(subscription.atOnce)]));
      const backoff = createBackoff(retry);
      let wasOpen = false;
      let round = new AbortController();
      stopping.signal.addEventListener('abort', () => round.abort());
      const serveRounds = async (): Promise<void> => {
        while (!stopping.signal.aborted) {
          round = new AbortController();
          const replaced = new Error('the connection was another in between');
          let failure: unknown = replaced;
          try {
            await serveRound(nats, subscription, semaphores, round, () => {
              wasOpen = true;
              backoff.reset();
              onReady(true);
            });
          } catch (error) {
            // What isn't there at the start is a matter of set-up; what was there may come back.
            if (!wasOpen) throw error;
            failure = error;
          }
          if (stopping.signal.aborted || connection?.isClosed()) return;
          onReady(false);
          log('warn', 'reconnecting', { why: messageOf(failure) });
          if (failure !== replaced) await removalOver(stopping.signal);
          await backoff.wait(failure, stopping.signal);
        }
      };
      let refuse = (_: OperationError): void => {};
      const refused = new Promise<never>((_, reject) => {
        refuse = reject;
      });
      void tellStatus(
        connection,
        subscription,
        () => round.abort(),
        (error) => {
          const why = error instanceof nats.PermissionViolationError ? forbidden(error) : undefined;
          if (why !== undefined) refuse(why);
        },
      );
      const lost = connection.closed().then((error) => {
        if (error instanceof nats.AuthorizationError) throw unauthorized(error);
        if (error instanceof Error) throw new OperationError('unreachable', `lost NATS: ${messageOf(error)}`);
      });
      const rounds = serveRounds();
      try {
        await Promise.race([rounds, lost, refused]);
      } catch (error) {
        // What can't go on takes no answer either.
        closing.abort();
        throw error;
      } finally {
        stopping.abort();
        await Promise.allSettled([rounds]);
        for (const semaphore of semaphores.values()) await semaphore.idle();
      }
    },
    publish: async (envelope) => {
      const text = JSON.stringify(envelope);
      // One id for all tries: where only the acknowledgement was lost, the stream keeps no second answer.
      const msgID = randomUUID();
      await untilTaken(envelope, async () => {
        if (client === undefined) throw new OperationError('unreachable', 'not connected to NATS');
        const limitBytes = connection?.info?.max_payload;
        if (limitBytes !== undefined && Buffer.byteLength(text) > limitBytes) throw answerTooLarge(text, limitBytes);
        await client.publish(envelope.name, text, { msgID });
      });
    },
    stop: () => stopping.abort(),
    close: async () => {
      closing.abort();
      await connection?.close();
    },
  };
}

/** A consumer of the server, and how long a message of it may be silent. */
interface Source {
  readonly name: string;
  readonly consumer: Consumer;
  readonly ackWaitMs: number;
}

const headerRoomBytes = 1_024;
