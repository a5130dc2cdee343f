// Transactions that join the same role, one after the other: the server would have the others wait for the first one's end
// (https://www.postgresql.org/docs/current/explicit-locking.html), and lock_timeout ends such a wait.
import { createSemaphore, type Semaphore } from 'bus-integration-database';

/** Does the work when no other work holds one of the roles. */
export type InTurn = <T>(roles: Iterable<string>, signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

/**
 * @example
 * const inTurn = createTurns();
 * await inTurn(['owner'], signal, () => inTransaction(transaction));
 */
export function createTurns(): InTurn {
  const places = new Map<string, Semaphore>();
  const placeOf = (role: string) => {
    const place = places.get(role) ?? createSemaphore(1);
    places.set(role, place);
    return place;
  };
  // All take them in one order, so that none waits for one that waits for it.
  return (roles, signal, work) =>
    [...new Set(roles)].sort().reduceRight<typeof work>((rest, role) => () => placeOf(role).run(rest, signal), work)();
}
