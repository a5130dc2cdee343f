// Publishing an answer for longer than a broker's outage lasts: what was done is done, and whoever asked must hear of it.
import type { AnswerEnvelope } from '../contract/envelope.ts';
import { createBackoff, type RetryPolicy } from './backoff.ts';
import type { Log } from './transport.ts';

export interface PublishOptions {
  readonly envelope: Pick<AnswerEnvelope, 'name' | 'correlation_id'>;
  /** Its pauses; how long is tried is for this file to say. */
  readonly retry: RetryPolicy;
  readonly log: Log;
  /** Whether trying again is of no use. */
  readonly isFinal: (error: unknown) => boolean;
  /** Ends the tries. */
  readonly signal: AbortSignal;
}

/** An answer that can't be published for that long is given up; asked again, the worker still knows it. */
const publishForMs = 120_000;
/** An outage may end at any moment, and somebody waits. */
const longestPauseMs = 5_000;

/**
 * Runs `publish` until the broker has taken the answer, for two minutes; each failure is a line of the log.
 *
 * @throws what `publish` threw last
 * @example
 * await publishUntilTaken(() => post(envelope), { envelope, retry, log, isFinal, signal });
 */
export async function publishUntilTaken(publish: () => Promise<void>, options: PublishOptions): Promise<void> {
  const { envelope, retry, log, isFinal, signal } = options;
  const maxMs = Math.min(retry.maxMs, longestPauseMs);
  const backoff = createBackoff({ minMs: Math.min(retry.minMs, maxMs), maxMs, forMs: publishForMs });
  for (;;) {
    try {
      return await publish();
    } catch (error) {
      if (signal.aborted || isFinal(error)) throw error;
      const why = error instanceof Error ? error.message || error.name : String(error);
      log('warn', 'answer not taken yet', { event: envelope.name, correlation_id: envelope.correlation_id, why });
      await backoff.wait(error, signal);
      if (signal.aborted) throw error;
    }
  }
}
