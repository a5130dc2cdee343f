// Which events came before, for streams that begin with earlier ones at each connection. Bounded; holds no content.
import { createHash } from 'node:crypto';

export interface SeenEvents {
  /** Whether it is seen for the first time. */
  isNew(text: string): boolean;
  /** The next time it is new again. */
  forget(text: string): void;
}

/**
 * A memory of the last `limit` events, told apart by all of their text, a broker's id and time as well; with 0, every
 * event is new.
 *
 * @example
 * createSeenEvents(100_000).isNew('{"id":"17","name":"bus.database.plan.request"}'); // true
 */
export function createSeenEvents(limit: number): SeenEvents {
  if (limit === 0) return { isNew: () => true, forget: () => {} };
  const digests = new Set<string>();
  return {
    isNew: (text) => {
      const digest = digestOf(text);
      if (digests.has(digest)) return false;
      digests.add(digest);
      const [oldest] = digests;
      if (digests.size > limit && oldest !== undefined) digests.delete(oldest);
      return true;
    },
    forget: (text) => {
      digests.delete(digestOf(text));
    },
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
