// How many works go on at once; the rest wait their turn, in the order in which they came. Knows nothing of what they do.

export interface Turnstile {
  /** Runs the work when there is room for one more; who is told to stop while waiting leaves the queue, and it throws why. */
  readonly pass: <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;
  /** How many wait. */
  readonly waiting: number;
}

/**
 * Lets `atOnce` works go on together.
 *
 * @example
 * const turnstile = createTurnstile(4);
 * await turnstile.pass(() => handle('verify', request, providers, context));
 */
export function createTurnstile(atOnce: number): Turnstile {
  let running = 0;
  const queue: (() => void)[] = [];
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
  return {
    get waiting() {
      return queue.length;
    },
    pass: async (work, signal) => {
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
    },
  };
}
