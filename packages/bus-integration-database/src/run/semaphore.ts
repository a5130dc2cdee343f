// How many works go on at once; the rest wait their turn, in the order in which they came. Knows nothing of what they do.

export interface Semaphore {
  /** Runs the work when there is room for one more; who is told to stop while waiting leaves the queue, and it throws why. */
  readonly run: <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;
  /** How many wait. */
  readonly waiting: number;
  /** Resolves when one more would be run at once. */
  readonly room: () => Promise<void>;
  /** Resolves when all that was to be run has ended. */
  readonly idle: () => Promise<void>;
}

/**
 * Lets `atOnce` works go on together.
 *
 * @example
 * const semaphore = createSemaphore(4);
 * await semaphore.run(() => handle('verify', request, providers, context));
 */
export function createSemaphore(atOnce: number): Semaphore {
  let running = 0;
  const queue: (() => void)[] = [];
  const works = new Set<Promise<unknown>>();
  const wait = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      signal?.throwIfAborted();
      const enter = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        queue.splice(queue.indexOf(enter), 1);
        reject(signal?.reason);
      };
      queue.push(enter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  const runInTurn = async <T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    // Whoever ends hands its place on.
    if (running >= atOnce) await wait(signal);
    else running += 1;
    try {
      return await work();
    } finally {
      const first = queue.shift();
      if (first === undefined) running -= 1;
      else first();
    }
  };
  const run = <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    const result = runInTurn(work, signal);
    works.add(result);
    const forget = () => works.delete(result);
    result.then(forget, forget);
    return result;
  };
  return {
    get waiting() {
      return queue.length;
    },
    run,
    room: () => run(async () => {}),
    idle: async () => {
      await Promise.allSettled(works);
    },
  };
}

export interface Queue {
  /** Takes the work in, to be begun in its turn; resolves when there is room to wait for one more. Default weight: 1. */
  add(work: () => Promise<void>, weight?: number): Promise<void>;
  /** Resolves when all is done. */
  idle(): Promise<void>;
}

/**
 * `atOnce` works at once, others waiting up to a weight of `waitingLimit`; the works must not throw.
 *
 * @example
 * await createQueue(4, 256).add(() => receive(delivery));
 */
export function createQueue(atOnce: number, waitingLimit: number): Queue {
  const semaphore = createSemaphore(atOnce);
  let waiting = 0;
  return {
    add: async (work, weight = 1) => {
      waiting += weight;
      const begun = new Promise<void>((resolve) => {
        void semaphore.run(async () => {
          waiting -= weight;
          resolve();
          await work();
        });
      });
      if (waiting >= waitingLimit) await begun;
    },
    idle: semaphore.idle,
  };
}

/**
 * Runs works of the same key one after the other, in the order in which they came.
 *
 * @example
 * const inTurn = createTurns();
 * await inTurn('example-dev', () => apply());
 */
export function createTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work);
    const settled = mine.catch(() => {});
    last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (last.get(key) === settled) last.delete(key);
    }
  };
}
