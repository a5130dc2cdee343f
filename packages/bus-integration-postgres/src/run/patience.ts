// A server that is just being started refuses its first callers. Tries again, a little later, and tells how often it did.
import {
  type Diagnostic,
  OperationError,
  pause,
  reworded,
  say,
  wordingOf,
  wordingOfError,
} from 'bus-integration-database';
import { connectionRefused } from '../connection/network/dial.ts';

const delaysMs = [700, 1_400];

/**
 * Runs `work` up to three times in about two seconds, as long as all that stands in its way is a refused connection or
 * a server that is starting (57P03: https://www.postgresql.org/docs/current/errcodes-appendix.html).
 *
 * @throws what `work` throws; after the last try with `after 3 tries in 2.1 s` in it
 * @example
 * const session = await patiently(() => connect(target, options), signal);
 */
export async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const startedAt = performance.now();
  for (const delayMs of delaysMs) {
    try {
      return await work();
    } catch (error) {
      if (!mayStillCome(error)) throw error;
      await pause(delayMs, signal);
      if (signal.aborted) throw cutShort(signal.reason, error);
    }
  }
  try {
    return await work();
  } catch (error) {
    throw mayStillCome(error) ? told(error, performance.now() - startedAt) : error;
  }
}

/** A time limit of the whole run is told with what it was spent on. */
function cutShort(reason: unknown, error: OperationError): OperationError {
  if (!(reason instanceof OperationError)) return error;
  return new OperationError(reason.errorClass, say`${reason.message}: ${wordingOfError(error)}`, { cause: reason });
}

function mayStillCome(error: unknown): error is OperationError {
  return error instanceof OperationError && error.diagnostics.every(isOfTheMoment);
}

function isOfTheMoment({ code }: Diagnostic): boolean {
  return code === connectionRefused || code === '57P03';
}

function told(error: OperationError, elapsedMs: number): OperationError {
  const often = ` after ${delaysMs.length + 1} tries in ${(elapsedMs / 1000).toFixed(1)} s`;
  const diagnostics = error.diagnostics.map((one) => reworded(one, [wordingOf(one), often]));
  return new OperationError(error.errorClass, diagnostics.map(({ message }) => message).join('; '), {
    diagnostics,
    cause: error,
  });
}
