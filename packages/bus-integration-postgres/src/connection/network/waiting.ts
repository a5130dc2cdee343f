// Tells of whatever takes long for as long as it takes, so that no wait looks like the end.
import { serverMessage } from '../../text/sqlstate.ts';

/** Told after this long, and each time again. */
const toldEveryMs = 5_000;

/** Hears of a wait, in words: `creating database app, 10 s so far`. */
export type OnWait = (detail: string) => void;

/**
 * Begins to tell `onWait` how long something has taken so far; what is returned ends it.
 *
 * @param limitMs when it ends at the latest, where that is known
 * @param startedAt when it was first tried, of `performance.now()`; default: now
 * @example
 * const end = startTelling('waiting for a turn', onWait);
 */
export function startTelling(
  doing: string,
  onWait: OnWait | undefined,
  limitMs?: number,
  startedAt = performance.now(),
): () => void {
  if (onWait === undefined) return () => {};
  const limit = limitMs === undefined ? '' : `, ${Math.round(limitMs / 1_000)} s at most`;
  const tell = () => onWait(`${doing}, ${Math.round((performance.now() - startedAt) / 1_000)} s so far${limit}`);
  const timer = setInterval(tell, toldEveryMs);
  return () => clearInterval(timer);
}

/**
 * Does the work, and tells `onWait` of it for as long as it takes.
 *
 * @example
 * await tellingWaits('proving passwords', onWait, () => prove(decisions));
 */
export async function tellingWaits<T>(
  doing: string,
  onWait: OnWait | undefined,
  work: () => Promise<T>,
  limitMs?: number,
): Promise<T> {
  const end = startTelling(doing, onWait, limitMs);
  try {
    return await work();
  } finally {
    end();
  }
}

/** What will be tried again: `creating database app: canceling statement due to lock timeout`. */
export function tellOfRetry(doing: string, onWait: OnWait | undefined, error: unknown): void {
  onWait?.(`${doing}: ${serverMessage(error)}`);
}
