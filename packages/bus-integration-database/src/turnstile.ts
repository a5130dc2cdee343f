// How many works go on at once; the rest wait their turn, in the order in which they came. Knows nothing of what they do.

export interface Turnstile {
  /** Runs the work when there is room for one more. */
  readonly pass: <T>(work: () => Promise<T>) => Promise<T>;
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
  return {
    get waiting() {
      return queue.length;
    },
    pass: async (work) => {
      // Whoever ends hands its place on.
      if (running >= atOnce) await new Promise<void>((resolve) => queue.push(resolve));
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
