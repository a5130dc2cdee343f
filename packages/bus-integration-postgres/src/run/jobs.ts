// How many databases are worked on at once.
import { availableParallelism } from 'node:os';
import type { Meter } from '../connection/network/meter.ts';

/** Connections that a server has left, but for those that it reserves. */
export function freeConnections(server: {
  readonly maxConnections: number;
  readonly reservedConnections: number;
  readonly usedConnections: number;
}): number {
  return server.maxConnections - server.reservedConnections - server.usedConnections;
}

export interface JobsFacts {
  /** `--jobs`; then it is that many, where the server has the connections. */
  readonly asked?: number | undefined;
  /** Processors of this machine. */
  readonly processors: number;
  /** Connections that the server still has for us. */
  readonly free: number;
  /** Connections that the run holds beside those of its databases. */
  readonly openBeside: number;
  /** Milliseconds from a request to its answer, the fastest so far; undefined where none was measured. */
  readonly answerMs?: number | undefined;
}

/** For a run on this machine; its meter is told what was measured. */
export function jobsOf(
  { answerMs, meter }: { readonly answerMs: number | undefined; readonly meter: Meter | undefined },
  facts: Omit<JobsFacts, 'processors' | 'answerMs'>,
): number {
  if (meter !== undefined && answerMs !== undefined) meter.answerMs ??= answerMs;
  return jobsFor({ ...facts, processors: availableParallelism(), answerMs });
}

/** Below it work waits for the server rather than for the network. */
export const nearMs = 8;
/** Of waiting beyond that, what one more connection for each processor makes up for. */
const shareMs = 2;
/** The most that waiting asks for. */
const mostWaiting = 16;

/**
 * One more than there are processors, so that one may wait while the server begins and ends connections, and 4 in all at
 * most. Where answers take long to arrive, as many more as the waiting leaves idle: up to 16, and no more than half of
 * what the server has free.
 *
 * @example
 * jobsFor({ processors: 2, free: 97, openBeside: 1 }); // 3
 * jobsFor({ processors: 2, free: 97, openBeside: 1, answerMs: 20 }); // 16
 */
export function jobsFor({ asked, processors, free, openBeside, answerMs = 0 }: JobsFacts): number {
  const available = free - openBeside;
  const near = Math.min(4 - openBeside, processors + 1);
  const far = Math.floor(near * (1 + Math.max(0, answerMs - nearMs) / shareMs));
  const wanted = asked ?? Math.max(near, Math.min(far, mostWaiting, Math.floor(available / 2)));
  return Math.max(1, Math.min(wanted, available));
}
