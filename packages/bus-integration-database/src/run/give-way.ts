// A process that serves has one thread: between the parts of a long answer the others have their turn.

/** The last one that waits; of one process, as its thread is. */
let last: Promise<void> = Promise.resolve();

/**
 * Resolves after all else that is ready was worked on. Of several that give way each goes on in a round of its own, so that
 * who asks for little waits for one part of one long answer.
 *
 * @example
 * await giveWay();
 */
export function giveWay(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}
