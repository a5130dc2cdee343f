// How many runs go on at once; the rest wait their turn, and past a limit are turned away.
import { requestProblem } from './problem.ts';

export interface Turnstile {
  readonly pass: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Lets `atOnce` runs go on together and `waiting` more wait.
 *
 * @throws RequestProblem 429 when too many wait already
 * @example
 * const turnstile = createTurnstile({ atOnce: 4, waiting: 64 });
 * await turnstile.pass(() => handle('verify', request, providers, context));
 */
export function createTurnstile({ atOnce, waiting }: { atOnce: number; waiting: number }): Turnstile {
  let running = 0;
  const queue: (() => void)[] = [];
  return {
    pass: async (work) => {
      if (running < atOnce) running += 1;
      else {
        if (queue.length >= waiting)
          throw requestProblem(429, 'locked', 'busy', 'too many requests for this deployment are waiting already', 1);
        // Whoever ends hands its place on.
        await new Promise<void>((resolve) => queue.push(resolve));
      }
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
