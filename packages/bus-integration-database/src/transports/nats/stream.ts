// The stream and the consumers that a worker needs in JetStream: taken as they are where they will do, made where they are
// missing. Changes nothing that somebody else set up. https://docs.nats.io/nats-concepts/jetstream
import { setTimeout as delay } from 'node:timers/promises';
import type { JetStreamManager } from '@nats-io/jetstream';
import { OperationError } from '../../contract/errors.ts';
import type { Nats } from './client.ts';

const dayNs = 24 * 3_600 * 1e9;

/**
 * The name of the stream that takes the events; made when none does.
 *
 * @throws OperationError `not-configured` when another stream takes only some of them
 */
export async function eventStream(
  manager: JetStreamManager,
  wanted: string,
  events: readonly string[],
): Promise<string> {
  const found = new Set<string | undefined>();
  for (const event of events) found.add(await streamOf(manager, event));
  const [name] = found;
  if (found.size === 1 && name !== undefined) return name;
  if (found.size > 1) {
    throw new OperationError('not-configured', 'the events are not in one stream of JetStream', {
      target: [...found].filter((one) => one !== undefined).join(', '),
      remedy: 'have one stream take bus.database.>',
    });
  }
  try {
    await manager.streams.add({ name: wanted, subjects: ['bus.database.>'], max_age: dayNs });
    return wanted;
  } catch (error) {
    // Another worker that started at the same moment was first.
    if ((await streamOf(manager, events[0] ?? '')) === wanted) return wanted;
    throw refusal(`the stream ${wanted} can't be made`, error);
  }
}

/**
 * Refuses where what we publish would be kept by no stream: it would count as unpublished, and its request run again.
 *
 * @throws OperationError `not-configured`
 */
export async function requireStreams(manager: JetStreamManager, subjects: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const subject of subjects) if ((await streamOf(manager, subject)) === undefined) missing.push(subject);
  if (missing.length === 0) return;
  throw new OperationError('not-configured', `no stream of JetStream takes ${missing.join(', ')}`, {
    target: 'BUS_NATS_URL',
    remedy: 'have a stream take bus.database.>',
  });
}

/**
 * Waits until a stream that is being removed is gone. Its consumers are told to be deleted first; what is made of its name
 * meanwhile looks well, and nats-server 2.9 delivers nothing from it, ever. That it is over shows nowhere.
 */
export async function removalOver(signal: AbortSignal): Promise<void> {
  await delay(1_000, undefined, { signal }).catch(() => {});
}

async function streamOf(manager: JetStreamManager, event: string): Promise<string | undefined> {
  try {
    return await manager.streams.find(event);
  } catch (error) {
    if (error instanceof Error && (error.name === 'StreamNotFoundError' || /no stream matches/.test(error.message)))
      return undefined;
    throw refusal('the streams can not be read', error);
  }
}

export interface ConsumerRequest {
  readonly stream: string;
  readonly event: string;
  readonly group: string;
  readonly ackWaitMs: number;
  /** How far back a new one begins. */
  readonly maxAgeMs: number;
}

/**
 * The group's durable consumer of an event, and how long a message may be silent with it; made when it isn't there.
 *
 * @throws OperationError `not-configured`
 */
export async function durableConsumer(
  nats: Nats,
  manager: JetStreamManager,
  { stream, event, group, ackWaitMs, maxAgeMs }: ConsumerRequest,
): Promise<{ readonly name: string; readonly ackWaitMs: number }> {
  const name = `${group}-${event.replaceAll('.', '-')}`;
  const find = async () => {
    const config = (await manager.consumers.info(stream, name).catch(() => undefined))?.config;
    if (config?.filter_subject !== event || config.ack_policy !== nats.AckPolicy.Explicit) return undefined;
    return { config, ackWaitMs: (config.ack_wait ?? standardAckWaitNs) / 1e6 };
  };
  const found = await find();
  if (found !== undefined) {
    if (found.ackWaitMs === ackWaitMs) return { name, ackWaitMs };
    // nats-server 2.9 refuses to change one that began at a time; then its own wait is kept to.
    await manager.consumers.add(stream, { ...found.config, ack_wait: ackWaitMs * 1e6 }).catch(() => undefined);
    return { name, ackWaitMs: ((await find()) ?? found).ackWaitMs };
  }
  const { retention } = (await manager.streams.info(stream)).config;
  try {
    await manager.consumers.add(stream, {
      durable_name: name,
      filter_subject: event,
      ack_policy: nats.AckPolicy.Explicit,
      ack_wait: ackWaitMs * 1e6,
      ...(retention === nats.RetentionPolicy.Workqueue
        ? // What was answered is gone from it, and it takes no other policy.
          { deliver_policy: nats.DeliverPolicy.All }
        : // All that is kept would be answered again, most of it as too old.
          {
            deliver_policy: nats.DeliverPolicy.StartTime,
            opt_start_time: new Date(Date.now() - maxAgeMs).toISOString(),
          }),
      // Giving up is ours to do, with an answer.
      max_deliver: -1,
    });
    return { name, ackWaitMs };
  } catch (error) {
    // Another worker that started at the same moment was first.
    const others = await find();
    if (others !== undefined) return { name, ackWaitMs: others.ackWaitMs };
    throw refusal(`the consumer ${name} can't be had`, error);
  }
}

/** As the server has it where nothing else is said. */
const standardAckWaitNs = 30e9;

function refusal(what: string, cause: unknown): OperationError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new OperationError('not-configured', `${what}: ${why}`, {
    target: 'BUS_NATS_URL',
    remedy: 'allow this account to manage streams and consumers, or create them for it',
    cause,
  });
}
