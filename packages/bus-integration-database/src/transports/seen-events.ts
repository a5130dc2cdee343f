// Which events came before, for streams that begin with earlier ones at each connection. Bounded; holds no content.
import { createHash } from 'node:crypto';

export interface SeenEvents {
  /** Whether it is seen for the first time. */
  isNew(body: unknown): boolean;
  /** The next time it is new again. */
  forget(body: unknown): void;
}

/**
 * A memory of the last `limit` events, told apart by all they hold, a broker's id and time as well; with 0, every event is
 * new.
 *
 * @example
 * createSeenEvents(100_000).isNew({ id: '17', name: 'bus.database.plan.request' }); // true
 */
export function createSeenEvents(limit: number): SeenEvents {
  const digests = new Set<string>();
  return {
    isNew: (body) => {
      if (limit === 0) return true;
      const digest = digestOf(body);
      if (digests.has(digest)) return false;
      digests.add(digest);
      const [oldest] = digests;
      if (digests.size > limit && oldest !== undefined) digests.delete(oldest);
      return true;
    },
    forget: (body) => {
      digests.delete(digestOf(body));
    },
  };
}

function digestOf(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(body) ?? '')
    .digest('base64');
}
