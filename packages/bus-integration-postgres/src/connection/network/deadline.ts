// The time that an attempt may take, as an AbortSignal whose reason tells what was being waited for.
import { OperationError } from 'bus-integration-database';

export interface Deadline {
  readonly signal: AbortSignal;
  remainingMs(): number;
  /** Ends the watch; call it when the attempt is over. */
  stop(): void;
}

/**
 * Starts a deadline; its signal aborts when the time is up, or when `parent` aborts.
 *
 * @param expired makes the signal's reason when the time is up
 * @example
 * const deadline = startDeadline(5_000, options.signal, () => new OperationError('timeout', 'no answer'));
 */
export function startDeadline(
  timeoutMs: number,
  parent: AbortSignal | undefined,
  expired: () => OperationError,
): Deadline {
  const controller = new AbortController();
  const end = performance.now() + timeoutMs;
  const timer = setTimeout(() => controller.abort(expired()), timerMs(timeoutMs));
  const onAbort = (): void => controller.abort(reasonOf(parent));
  if (parent?.aborted) onAbort();
  parent?.addEventListener('abort', onAbort);
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, end - performance.now()),
    stop: () => {
      clearTimeout(timer);
      parent?.removeEventListener('abort', onAbort);
    },
  };
}

/** A delay that timers understand: past 24 days they would fire at once. */
export function timerMs(timeoutMs: number): number {
  return Math.min(timeoutMs, 0x7fff_ffff);
}

function reasonOf(signal: AbortSignal | undefined): OperationError {
  const { reason } = signal ?? {};
  return reason instanceof OperationError ? reason : new OperationError('cancelled', 'interrupted', { cause: reason });
}
