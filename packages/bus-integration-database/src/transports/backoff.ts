// How long to wait before trying again: longer each time, up to a bound, and never all workers at the same moment.
import { setTimeout as delay } from 'node:timers/promises';
import { OperationError } from '../contract/errors.ts';

export interface RetryPolicy {
  /** How long failures may follow one another before they are given up; undefined: for ever. */
  readonly forMs?: number | undefined;
  readonly minMs: number;
  readonly maxMs: number;
}

export interface Backoff {
  /** Waits before the next try, or throws what failed when the time for that is over. */
  wait(failure: unknown, signal: AbortSignal): Promise<void>;
  /** To be called after a success. */
  reset(): void;
}

/**
 * A backoff that begins with `minMs` and doubles up to `maxMs`, half of each wait being random.
 *
 * @example
 * const backoff = createBackoff({ minMs: 500, maxMs: 30_000 });
 */
export function createBackoff({ forMs, minMs, maxMs }: RetryPolicy): Backoff {
  let failures = 0;
  let since: number | undefined;
  return {
    wait: async (failure, signal) => {
      since ??= performance.now();
      const longest = Math.min(maxMs, minMs * 2 ** Math.min(failures, 20));
      const waitMs = longest / 2 + Math.random() * (longest / 2);
      if (forMs !== undefined && performance.now() + waitMs > since + forMs) throw givenUp(failure, forMs);
      failures += 1;
      await delay(waitMs, undefined, { signal }).catch(() => {});
    },
    reset: () => {
      failures = 0;
      since = undefined;
    },
  };
}

function givenUp(failure: unknown, forMs: number): unknown {
  if (!(failure instanceof Error)) return failure;
  const tried = forMs === 0 ? '' : `; given up after ${Math.round(forMs / 100) / 10} s`;
  return new OperationError('unreachable', `${failure.message}${tried}`, { code: 'events-lost', cause: failure });
}
