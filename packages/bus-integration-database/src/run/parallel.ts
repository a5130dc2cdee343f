// Work on many things a few at a time: starts no more than it was told, ends everything it started, and goes on with
// fewer at once where the server has no more connections to give.

/** What a provider's errors mean for going on. */
export interface ErrorRules {
  /** The same work may well succeed when it is begun again. */
  readonly isRetryable: (error: unknown) => boolean;
  /** The server has no more connections to give. */
  readonly isOneTooMany: (error: unknown) => boolean;
}

export interface ParallelOptions {
  /** While a promised number is not known yet, one thing is done after the other. */
  readonly jobs: number | Promise<number>;
  readonly signal: AbortSignal;
  readonly onDone?: (done: number) => void;
  /**
   * Whether an item's work, first begun at this `performance.now()`, is begun again after this error. Default: whatever
   * may well succeed then.
   */
  readonly isWorthIt?: (error: unknown, startedAt: number) => boolean;
}

/** How a provider works on many things, by what its errors mean. */
export interface Parallel {
  /**
   * Does `work` for each item, at most `jobs` at once. The first failure stops further starts, waits for what runs and is
   * thrown; so is the signal's reason.
   */
  readonly eachInParallel: <T>(
    items: readonly T[],
    options: ParallelOptions,
    work: (item: T, firstTriedAt: number | undefined) => Promise<void>,
  ) => Promise<void>;
  /** Does work again, boundedly, when its error says that it may well succeed then and, where it is given, `isWorthIt` too. */
  readonly withRetry: <T>(
    work: (firstTriedAt: number | undefined) => Promise<T>,
    signal: AbortSignal,
    isWorthIt?: (error: unknown, startedAt: number) => boolean,
  ) => Promise<T>;
}

/**
 * @example
 * const { eachInParallel } = createParallel(errorRules);
 * await eachInParallel(databases, { jobs: 2, signal }, (database) => inspect(database));
 */
export function createParallel(rules: ErrorRules): Parallel {
  return {
    eachInParallel: (items, options, work) => workInLanes(items, options, work, rules),
    withRetry: (work, signal, isWorthIt = () => true) =>
      retrying(work, signal, (error, startedAt) => rules.isRetryable(error) && isWorthIt(error, startedAt)),
  };
}

async function workInLanes<T>(
  items: readonly T[],
  options: ParallelOptions,
  work: (item: T, firstTriedAt: number | undefined) => Promise<void>,
  rules: ErrorRules,
): Promise<void> {
  const { isOneTooMany } = rules;
  const waiting = items.values();
  const again: T[] = [];
  let running = 0;
  let done = 0;
  let failed: { error: unknown } | undefined;
  const lane = async () => {
    running += 1;
    for (;;) {
      const next = again.length > 0 ? { value: again.pop() as T, done: false as const } : waiting.next();
      if (next.done || failed !== undefined || options.signal.aborted) break;
      // With others at work a connection too many is given back at once: one fewer from here on.
      let isGivenBack = false;
      const isTriedAgain = (error: unknown, startedAt: number) => {
        isGivenBack = isOneTooMany(error) && running > 1;
        return rules.isRetryable(error) && !isGivenBack && (options.isWorthIt?.(error, startedAt) ?? true);
      };
      try {
        await retrying((firstTriedAt) => work(next.value, firstTriedAt), options.signal, isTriedAgain);
        done += 1;
        options.onDone?.(done);
      } catch (error) {
        if (isGivenBack) {
          again.push(next.value);
          break;
        }
        failed ??= { error };
      }
    }
    running -= 1;
  };
  const others = async () => {
    try {
      const jobs = await options.jobs;
      await Promise.all(Array.from({ length: Math.min(jobs, items.length) - 1 }, lane));
    } catch (error) {
      failed ??= { error };
    }
  };
  await Promise.all([lane(), others()]);
  if (failed !== undefined) throw failed.error;
  options.signal.throwIfAborted();
  // A lane that gave its item back may have been the last to stop.
  if (again.length > 0) await workInLanes(again, { ...options, jobs: 1 }, work, rules);
}

const retryDelaysMs = [20, 60, 150, 400, 1_000, 2_000];

/** `work` is given when it was first tried, of `performance.now()`; at that first try, undefined. */
async function retrying<T>(
  work: (firstTriedAt: number | undefined) => Promise<T>,
  signal: AbortSignal,
  isWorthIt: (error: unknown, startedAt: number) => boolean,
): Promise<T> {
  const startedAt = performance.now();
  let firstTriedAt: number | undefined;
  for (const delayMs of retryDelaysMs) {
    try {
      return await work(firstTriedAt);
    } catch (error) {
      if (!isWorthIt(error, startedAt) || signal.aborted) throw error;
      firstTriedAt = startedAt;
      await pause(delayMs, signal);
    }
  }
  return await work(firstTriedAt);
}

/** Waits; ends early, without an error, when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
