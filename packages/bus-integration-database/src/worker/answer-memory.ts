// The answers of the last applies that ended well, so that the same request delivered again repeats its answer instead of
// running again. Bounded in time and size; lost with the process, after which an apply finds nothing left to do.
import { createHash } from 'node:crypto';
import type { Envelope } from '../contract/envelope.ts';
import type { Response } from '../contract/response.ts';

export interface AnswerMemory {
  /** The answer to this very request: the one there was, the one that is being made, or the one that `run` now makes. */
  once(envelope: Envelope, run: () => Promise<Response>): Promise<Response>;
  /** The answer that there was, or that is being made; undefined where none is known. */
  known(envelope: Envelope): Promise<Response> | undefined;
}

export interface AnswerMemoryLimits {
  readonly count: number;
  /** All answers together, as JSON. */
  readonly bytes: number;
  /** An older answer is forgotten: what it says may not stand any more. */
  readonly ageMs: number;
}

interface RememberedAnswer {
  readonly response: Response;
  readonly bytes: number;
  readonly until: number;
}

/**
 * A memory of answers within these limits.
 *
 * @example
 * const memory = createAnswerMemory({ count: 256, bytes: 16e6, ageMs: 900_000 });
 * await memory.once(envelope, () => answer('apply', envelope.payload, providers, context, onDefect));
 */
export function createAnswerMemory(limits: AnswerMemoryLimits): AnswerMemory {
  const atWork = new Map<string, Promise<Response>>();
  const kept = new Map<string, RememberedAnswer>();
  let bytes = 0;
  const forget = (key: string) => {
    bytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  const keep = (key: string, response: Response) => {
    const one = { response, bytes: JSON.stringify(response).length, until: performance.now() + limits.ageMs };
    kept.set(key, one);
    bytes += one.bytes;
    for (const oldest of kept.keys()) {
      if (kept.size <= limits.count && bytes <= limits.bytes) break;
      forget(oldest);
    }
  };
  const known = (key: string): Promise<Response> | undefined => {
    const there = kept.get(key);
    if (there !== undefined && performance.now() < there.until) return Promise.resolve(there.response);
    forget(key);
    return atWork.get(key);
  };
  return {
    known: (envelope) => known(identityOf(envelope)),
    once: async (envelope, run) => {
      const key = identityOf(envelope);
      const there = known(key);
      if (there !== undefined) return await there;
      const made = run();
      atWork.set(key, made);
      try {
        const response = await made;
        // A failure may have been fixed since.
        if (response.ok) keep(key, response);
        return response;
      } finally {
        atWork.delete(key);
      }
    },
  };
}

/** One id used for two requests, or for one that was written again later, makes two. */
function identityOf({ name, correlationId, time, payload }: Envelope): string {
  return createHash('sha256')
    .update(JSON.stringify([name, correlationId, time, payload]))
    .digest('hex');
}
