// Statements carried out in transactions that begin by checking the deployment's lock: run again where the server says
// that it may well succeed then, and fewer in each where it has no room for so many locks.
import type { Session } from '../connection/connect.ts';
import { isLockTimeout, sqlstateOf } from '../text/sqlstate.ts';
import type { DeploymentLock } from './lock.ts';
import { withRetry } from './parallel.ts';

export interface Transaction {
  readonly session: Session;
  readonly lock: DeploymentLock;
  readonly statements: readonly { readonly sql: string }[];
  /** For messages: `opening databases`. */
  readonly doing: string;
  readonly signal: AbortSignal;
  /** Statements whose effect must stand before the others are sent: the server logs a message before it runs any of it. */
  readonly settings?: readonly string[];
  /** Nothing of it can be left to another transaction, so a lack of memory for locks is waited out. Default: false. */
  readonly isIndivisible?: boolean;
}

/** One transaction in one round trip, or in three where it has settings. */
export async function inTransaction(transaction: Transaction): Promise<void> {
  const { session, lock, statements, doing, signal, settings = [], isIndivisible = false } = transaction;
  signal.throwIfAborted();
  const begin = ['BEGIN READ WRITE', lock.check, durable, ...settings];
  const work = statements.map(({ sql }) => sql);
  const messages = settings.length === 0 ? [[...begin, ...work, 'COMMIT']] : [begin, work, ['COMMIT']];
  await withRetry(
    async (firstTriedAt) => {
      try {
        for (const message of messages) await session.script(message.join(';\n'), { doing, firstTriedAt });
      } catch (error) {
        await session.script('ROLLBACK').catch(() => undefined);
        throw (await lock.obstruction(session, error)) ?? error;
      }
    },
    signal,
    (error, startedAt) => (isIndivisible || !lacksLocks(error)) && mayWait(lock, error, startedAt),
  );
}

/** Whether there is time left to wait for a lock again. */
export function mayWait({ timeoutMs }: Pick<DeploymentLock, 'timeoutMs'>, error: unknown, startedAt: number): boolean {
  return !isLockTimeout(error) || performance.now() - startedAt < timeoutMs;
}

/**
 * A server that crashes forgets what was committed with synchronous_commit = off, a password that files hold by then.
 * https://www.postgresql.org/docs/current/wal-async-commit.html
 */
const durable =
  "SELECT pg_catalog.set_config('synchronous_commit', 'local', true) WHERE pg_catalog.texteq(pg_catalog.current_setting('synchronous_commit'), 'off')";

/** How many things are changed in one transaction where nothing is said about it. */
const batchSize = 500;

/**
 * Gives the items to `work` in batches, each to be one transaction. A transaction's locks take a share of a table that
 * all of the server's transactions have together (max_locks_per_transaction): after 53200 a batch is tried again as
 * smaller ones, down to single items.
 * https://www.postgresql.org/docs/current/runtime-config-locks.html
 *
 * @example
 * await inBatches(databases, async (batch, isIndivisible) => await open(batch, isIndivisible));
 */
export async function inBatches<T>(
  items: readonly T[],
  work: (batch: readonly T[], isIndivisible: boolean) => Promise<void>,
  { most = batchSize, shareOf = () => 0 }: BatchOptions<T> = {},
): Promise<void> {
  let size = most;
  for (let at = 0; at < items.length; ) {
    const batch = items.slice(at, at + fitting(items, { at, size, shareOf }));
    try {
      await work(batch, batch.length === 1);
      at += batch.length;
    } catch (error) {
      if (!lacksLocks(error) || batch.length === 1) throw error;
      size = Math.ceil(batch.length / 4);
    }
  }
}

interface BatchOptions<T> {
  /** How many a transaction may have. Default: 500. */
  readonly most?: number;
  /** Of what one transaction may lock: those of a batch come to 1, unless one alone comes to more. Default: nothing. */
  readonly shareOf?: (item: T) => number;
}

/** How many items from there on make a batch. */
function fitting<T>(
  items: readonly T[],
  { at, size, shareOf }: { readonly at: number; readonly size: number; readonly shareOf: (item: T) => number },
): number {
  let count = 0;
  for (let share = 0; count < size && at + count < items.length; count += 1) {
    share += shareOf(items[at + count] as T);
    if (share > 1 && count > 0) break;
  }
  return count;
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: out_of_memory. */
function lacksLocks(error: unknown): boolean {
  return sqlstateOf(error) === '53200';
}
