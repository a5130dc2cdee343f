// The answers of the last applies, so that the same request delivered again repeats its answer instead of running again.
// Bounded; lost with the process, after which an apply finds nothing left to do.
import { createHash } from 'node:crypto';
import type { Envelope } from './envelope.ts';
import type { Response } from './response.ts';

export interface AnswerMemory {
  /** The answer to this very request: the one there was, the one that is being made, or the one that `run` now makes. */
  once(envelope: Envelope, run: () => Promise<Response>): Promise<Response>;
}

/**
 * A memory of `limit` answers.
 *
 * @example
 * await createAnswerMemory(256).once(envelope, () => answer('apply', envelope.payload, providers, context, onDefect));
 */
export function createAnswerMemory(limit: number): AnswerMemory {
  const answers = new Map<string, Promise<Response>>();
  return {
    once: async (envelope, run) => {
      const key = identityOf(envelope);
      const known = answers.get(key);
      if (known !== undefined) return await known;
      const made = run();
      answers.set(key, made);
      try {
        const response = await made;
        // What was cut off has no end that could be repeated.
        if (response.error_class === 'cancelled') answers.delete(key);
        return response;
      } catch (error) {
        answers.delete(key);
        throw error;
      } finally {
        for (const oldest of answers.keys()) {
          if (answers.size <= limit) break;
          answers.delete(oldest);
        }
      }
    },
  };
}

/** One id used for two requests makes two. */
function identityOf({ name, correlationId, payload }: Envelope): string {
  return createHash('sha256')
    .update(JSON.stringify([name, correlationId, payload]))
    .digest('hex');
}
