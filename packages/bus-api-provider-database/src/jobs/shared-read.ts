// One read at a time, shared by all who asked before it began: an answer is never older than the question. Holds nothing
// once it is answered.

/**
 * Makes reads share their work: while one runs, those who come wait together for the next.
 *
 * @example
 * const readStatus = shareReads(() => handle('status', request, [provider], { signal }));
 */
export function shareReads<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | undefined;
  let next: Promise<T> | undefined;
  const begin = (): Promise<T> => {
    next = undefined;
    const work = read();
    const ended = work.then(
      () => undefined,
      () => undefined,
    );
    running = ended;
    void ended.then(() => {
      if (running === ended) running = undefined;
    });
    return work;
  };
  return () => {
    if (running === undefined) return begin();
    next ??= running.then(begin);
    return next;
  };
}
