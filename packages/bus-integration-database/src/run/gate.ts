// Who may go in, and when: a few at once, or one after the other. Knows nothing of what they do.

export interface Gate {
  /** Resolves when there is room for one more. */
  room(): Promise<void>;
  /** Begins the work at once, whether there is room or not. */
  enter(work: () => Promise<void>): void;
  /** Resolves when nobody is inside. */
  empty(): Promise<void>;
}

/**
 * A gate for `limit` at once; the work that it is given must not throw.
 *
 * @example
 * await gate.room();
 * gate.enter(() => receive(delivery));
 */
export function createGate(limit: number): Gate {
  let inside = 0;
  let watchers: { most: number; resolve: () => void }[] = [];
  const until = (most: number) =>
    inside <= most ? Promise.resolve() : new Promise<void>((resolve) => watchers.push({ most, resolve }));
  return {
    room: () => until(limit - 1),
    enter: (work) => {
      inside += 1;
      void work().finally(() => {
        inside -= 1;
        for (const { most, resolve } of watchers) if (inside <= most) resolve();
        watchers = watchers.filter(({ most }) => inside > most);
      });
    },
    empty: () => until(0),
  };
}

export interface Queue {
  /** Takes the work in, to be begun in its turn; resolves when there is room to wait for one more. Default weight: 1. */
  add(work: () => Promise<void>, weight?: number): Promise<void>;
  /** Resolves when all is done. */
  empty(): Promise<void>;
}

/**
 * A queue before a gate: `limit` works at once, others waiting up to a weight of `waitingLimit`; the works must not throw.
 *
 * @example
 * await createQueue(4, 256).add(() => receive(delivery));
 */
export function createQueue(limit: number, waitingLimit: number): Queue {
  const gate = createGate(limit);
  let waiting = 0;
  let last = Promise.resolve();
  return {
    add: async (work, weight = 1) => {
      waiting += weight;
      last = last.then(gate.room).then(() => {
        waiting -= weight;
        gate.enter(work);
      });
      if (waiting >= waitingLimit) await last;
    },
    empty: async () => {
      await last;
      await gate.empty();
    },
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
