// Work on many databases or roles a few at a time, by what PostgreSQL's errors mean.
import * as general from 'bus-integration-database';
import { isRetryable, sqlstateOf } from '../text/sqlstate.ts';

export { pause } from 'bus-integration-database';

const rules: general.ErrorRules = { isRetryable, isOneTooMany: (error) => sqlstateOf(error) === '53300' };

/** See the general one: `isWorthIt` narrows what is begun again. */
export function eachInParallel<T>(
  items: readonly T[],
  options: general.ParallelOptions,
  work: (item: T, firstTriedAt: number | undefined) => Promise<void>,
): Promise<void> {
  return general.eachInParallel(items, options, work, rules);
}

/** Runs a whole transaction again, boundedly, when the server says that it may well succeed then. */
export function withRetry<T>(
  work: (firstTriedAt: number | undefined) => Promise<T>,
  signal: AbortSignal,
  isWorthIt: (error: unknown) => boolean = () => true,
): Promise<T> {
  return general.withRetry(work, signal, (error) => isRetryable(error) && isWorthIt(error));
}
