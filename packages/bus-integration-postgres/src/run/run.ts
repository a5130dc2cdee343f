// One run's connections: all to the address that the first one reached, each with the settings its work needs.
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import type { Progress } from 'bus-integration-database';
import { type ConnectCache, connect, createConnectCache, type Session } from '../connection/connect.ts';
import type { PinnedAddress } from '../connection/network/dial.ts';
import type { Meter } from '../connection/network/meter.ts';
import { type OnWait, startTelling, tellingWaits } from '../connection/network/waiting.ts';
import type { ConnectionTarget } from '../conninfo/target.ts';
import { keptApplicationName, lockApplicationName } from '../text/application-names.ts';
import { sqlstateOf } from '../text/sqlstate.ts';
import type { KeptSessions } from './kept-sessions.ts';
import { eachInParallel } from './parallel.ts';
import { patiently } from './patience.ts';

/**
 * What a connection is for: looking at the cluster, reading in READ ONLY transactions only, changing, making databases
 * (which may take minutes), or holding the lock.
 */
type Purpose = 'survey' | 'read' | 'write' | 'create' | 'lock';

export interface RunOptions {
  readonly target: ConnectionTarget;
  readonly signal: AbortSignal;
  readonly meter?: Meter | undefined;
  /** The process's connections, whose bounds this run obeys. */
  readonly kept?: KeptSessions | undefined;
  /** How long a run waits for what others hold. A statement waits ten seconds at most, whatever it says. Default: a minute. */
  readonly lockTimeoutMs?: number | undefined;
  /** Connections for reading come from `kept`, and go back to it. Default: false. */
  readonly isKeeping?: boolean;
  /** Told of whatever takes long. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface Run {
  readonly target: ConnectionTarget;
  readonly signal: AbortSignal;
  /** Counts what goes over the network, where anybody wants to know. */
  readonly meter: Meter | undefined;
  readonly kept: KeptSessions | undefined;
  readonly lockTimeoutMs: number;
  /** What connections of this run, services' among them, need not find out twice. */
  readonly cache: ConnectCache;
  /** The address that the first connection reached; later ones dial it again. */
  readonly pinned: PinnedAddress | undefined;
  /** Milliseconds from a request to its answer, the fastest of the first connection so far. */
  readonly answerMs: number | undefined;
  /** Tells of something that takes long until it is told to end. */
  telling(doing: string): () => void;
  /** Does the work; tells of it where it takes long. */
  waiting<T>(doing: string, work: () => Promise<T>): Promise<T>;
  /** Runs the work when the server has a place for it. */
  inTurn<T>(kind: 'reading' | 'apply', work: () => Promise<T>): Promise<T>;
  /** A connection to the DSN's database, or to another one. */
  open(purpose: Purpose, database?: string): Promise<Session>;
  /** Opens a connection to each database, a few at once, and closes it when its work has ended. */
  eachDatabase(
    databases: readonly string[],
    purpose: Purpose,
    jobs: number,
    work: (database: string, session: Session) => Promise<void>,
    onDone?: (done: number) => void,
  ): Promise<void>;
}

const connectTimeoutMs = 15_000;
/** Our own deadline stands a little behind the server's, so that the server's better message comes first. */
const graceMs = 5_000;
const statementTimeoutMs = { survey: 60_000, read: 60_000, write: 60_000, create: 900_000, lock: 60_000 };

export function createRun(options: RunOptions): Run {
  const { target, signal, meter, kept, lockTimeoutMs = 60_000, isKeeping = false, onProgress } = options;
  const onWait: OnWait | undefined =
    onProgress && ((detail) => onProgress({ phase: 'waiting', done: 0, total: 1, detail }));
  let pinned: PinnedAddress | undefined;
  let first: Session | undefined;
  const startedAt = new Date();
  // Every connection and every wait listens to it; Node warns of more than ten.
  setMaxListeners(0, signal);
  const cache = createConnectCache();
  const run: Run = {
    target,
    signal,
    meter,
    kept,
    lockTimeoutMs,
    cache,
    get pinned() {
      return pinned;
    },
    get answerMs() {
      return first?.answerMs;
    },
    telling: (doing) => startTelling(doing, onWait),
    waiting: (doing, work) => tellingWaits(doing, onWait, work),
    inTurn: async (kind, work) => {
      if (kept === undefined) return await work();
      const endTelling = run.telling('other work on this server is ahead');
      const begin = () => {
        endTelling();
        return work();
      };
      return await kept.inTurn(kind, target, signal, begin).finally(endTelling);
    },
    open: async (purpose, database) => {
      const isKept = isKeeping && (purpose === 'survey' || purpose === 'read');
      const reach = () =>
        connect(target, {
          applicationName:
            purpose === 'lock'
              ? lockApplicationName(hostname(), process.pid, startedAt)
              : isKept
                ? keptApplicationName
                : 'bus operator database',
          settings: settingsFor(purpose, lockTimeoutMs),
          timeoutMs: target.connectTimeoutMs ?? connectTimeoutMs,
          queryTimeoutMs: statementTimeoutMs[purpose] + graceMs,
          signal,
          cache,
          ...(database !== undefined && { database }),
          ...(pinned !== undefined && { pinned }),
          ...(meter !== undefined && { meter }),
          // Who uses a kept connection next is another run.
          ...(onWait !== undefined && !isKept && { onWait }),
        });
      // Only the first connection finds out whether there is a server.
      const openNew = () =>
        tellingWaits('connecting', onWait, () => (pinned === undefined ? patiently(reach, signal) : reach()));
      const session =
        kept === undefined
          ? await openNew()
          : isKept
            ? await kept.take({ target, purpose, database }, pinned, openNew)
            : await kept.open(target, pinned, openNew);
      pinned ??= session.pinned;
      first ??= session;
      endWith(signal, session);
      return session;
    },
    eachDatabase: (databases, purpose, jobs, work, onDone) =>
      eachInParallel(
        databases,
        { jobs, signal, isWorthIt: isRefusedAtTheDoor, ...(onDone && { onDone }) },
        async (database) => {
          await using session = await run.open(purpose, database);
          await work(database, session);
        },
      ),
  };
  return run;
}

/** Too many connections, or still starting up: nothing of the work was begun. Transactions are repeated where they run. */
function isRefusedAtTheDoor(error: unknown): boolean {
  return ['53300', '57P03'].includes(sqlstateOf(error) ?? '');
}

/** How long a statement in flight may go on after an interruption; then its connection is given up, and it with it. */
const shutdownMs = 3_000;

/** Keeps a run that was interrupted from waiting on a server that has fallen silent. */
function endWith(signal: AbortSignal, session: Session): void {
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => void session.close(), shutdownMs);
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  void session.closed.then(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  });
}

/**
 * A connection of its own for the lock, always in database `postgres` so that every run meets there; in the DSN's
 * where that can't be entered. Never template1: a session there blocks everybody's CREATE DATABASE.
 */
export async function openLockSession(run: Run): Promise<Session> {
  try {
    return await run.open('lock', 'postgres');
  } catch (error) {
    // No such database, closed, no right to connect, or no pg_hba rule for it.
    if (!['3D000', '55000', '42501', '28000'].includes(sqlstateOf(error) ?? '')) throw error;
    return await run.open('lock');
  }
}

// https://www.postgresql.org/docs/current/runtime-config-client.html
function settingsFor(purpose: Purpose, lockTimeoutMs: number): Record<string, string> {
  return {
    search_path: '',
    // 0 would be no limit.
    lock_timeout: `${Math.min(10_000, Math.max(1, lockTimeoutMs))}`,
    statement_timeout: `${statementTimeoutMs[purpose]}`,
    // The server's or the role's own would end what takes longer, CREATE DATABASE for one.
    transaction_timeout: '0',
    idle_in_transaction_session_timeout: '60s',
    // A GRANT that did nothing says so in a warning only.
    client_min_messages: 'warning',
    // A client that vanished without a word would else hold the lock for hours.
    idle_session_timeout: purpose === 'lock' ? '60s' : '300s',
    client_connection_check_interval: '5s',
    tcp_keepalives_idle: '15',
    tcp_keepalives_interval: '5',
    tcp_keepalives_count: '3',
    tcp_user_timeout: '30s',
    ...(purpose === 'read' && { default_transaction_read_only: 'on' }),
  };
}
