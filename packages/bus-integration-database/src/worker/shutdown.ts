// How long answers may still take after an interruption: one deadline for all of them.

export interface Shutdown {
  /**
   * What the work comes to.
   *
   * @throws Error when the deadline is over, with the work or before it
   */
  within<T>(work: () => Promise<T>): Promise<T>;
  /** Forgets the deadline. */
  end(): void;
}

/**
 * A deadline that begins with the interruption.
 *
 * @example
 * const shutdown = createShutdown(interruption.signal, 3_000);
 * await shutdown.within(() => transport.publish(answer));
 */
export function createShutdown(interrupted: AbortSignal, forMs: number): Shutdown {
  const waiting = new Set<(error: Error) => void>();
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = () => new Error('interrupted before the answer was out');
  const end = () => {
    isOver = true;
    for (const giveUp of waiting) giveUp(tooLate());
  };
  const begin = () => {
    timer = setTimeout(end, forMs);
  };
  interrupted.addEventListener('abort', begin, { once: true });
  return {
    within: async (work) => {
      if (isOver) throw tooLate();
      let giveUp = (_: Error): void => {};
      const late = new Promise<never>((_, reject) => {
        giveUp = reject;
      });
      waiting.add(giveUp);
      try {
        return await Promise.race([work(), late]);
      } finally {
        waiting.delete(giveUp);
      }
    },
    end: () => clearTimeout(timer),
  };
}
