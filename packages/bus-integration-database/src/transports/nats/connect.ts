// The way to a NATS server: tried again until it is open, its login is refused, or the worker is stopped.
import type { NatsConnection } from '@nats-io/transport-node';
import { OperationError } from '../../contract/errors.ts';
import type { Secret } from '../../secrets/secret.ts';
import { createBackoff, type RetryPolicy } from '../backoff.ts';
import type { Log, Subscription } from '../transport.ts';
import type { Nats, NatsServers } from './client.ts';
import { messageOf, unauthorized } from './refusals.ts';

export interface NatsWay {
  readonly servers: NatsServers;
  readonly credentials?: Secret | undefined;
  readonly retry: RetryPolicy;
  readonly log: Log;
  /** Ends the tries. */
  readonly signal: AbortSignal;
}

/**
 * A connection that stays open, and opens itself again; undefined when the tries were ended.
 *
 * @throws OperationError `unauthenticated`, or `unreachable` when the time for tries is over
 * @example
 * await connectNats(await loadNats(), { servers: serversOf('nats://127.0.0.1:4222'), retry, log, signal });
 */
export async function connectNats(nats: Nats, way: NatsWay): Promise<NatsConnection | undefined> {
  const { servers, credentials, retry, log, signal } = way;
  const backoff = createBackoff(retry);
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  while (!signal.aborted) {
    try {
      const opening = nats.connect({
        ...servers,
        name: `bus-database worker ${process.pid}`,
        maxReconnectAttempts: -1,
        reconnectTimeWait: retry.minMs,
        ...(credentials !== undefined && {
          authenticator: nats.credsAuthenticator(Buffer.from(credentials.reveal())),
        }),
      });
      const opened = await Promise.race([opening, stopped]);
      // What comes up too late is let go; the client gives nobody the socket that it waits on.
      if (opened === undefined) void opening.then((late) => late.close()).catch(() => {});
      return opened;
    } catch (error) {
      if (error instanceof nats.AuthorizationError) throw unauthorized(error);
      const failure = new OperationError('unreachable', `can't reach NATS: ${messageOf(error)}`, { cause: error });
      log('warn', 'reconnecting', { why: failure.message });
      await backoff.wait(failure, signal);
    }
  }
  return undefined;
}

/** What was there before a connection was lost may be gone after: the round begins anew, and is ready when it has looked. */
export async function tellStatus(
  connection: NatsConnection,
  { onReady, log }: Subscription,
  onReconnect: () => void,
  onError: (error: Error) => void,
): Promise<void> {
  for await (const status of connection.status()) {
    const { type } = status;
    if (status.type === 'error') onError(status.error);
    if (type === 'disconnect') onReady(false);
    if (type === 'reconnect') onReconnect();
    if (type === 'disconnect' || type === 'reconnect') log('warn', type, {});
  }
}
