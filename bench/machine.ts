// What else the machine is doing while something is measured, and waiting for it to end.
import { availableParallelism, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Processor time that everything together has used since the machine started, in milliseconds. */
export function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

/**
 * Returns a function that waits until the machine was all but idle for a second, and gives up waiting for good when
 * the patience is used up.
 */
export function createCalm(patienceMs: number): () => Promise<void> {
  let leftMs = patienceMs;
  return async () => {
    while (leftMs > 0) {
      const before = busyMs();
      await sleep(windowMs);
      leftMs -= windowMs;
      if (busyMs() - before < windowMs * availableParallelism() * idleShare) return;
    }
  };
}

const windowMs = 1_000;
const idleShare = 0.15;
