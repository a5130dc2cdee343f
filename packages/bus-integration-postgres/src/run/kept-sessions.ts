// The connections of a serving surface to its servers: a few runs at a time for each server, and connections for reading
// kept between them, so that a plan need not log in again. Only those of runs that ended well are kept, for seconds;
// nothing that may write is ever kept. One for the whole process, so that its bounds hold for all deployments together.
import { createHmac, randomBytes } from 'node:crypto';
import { createSemaphore, type Semaphore } from 'bus-integration-database';
import type { judgeVerifier } from '../connection/authentication/scram.ts';
import { type PinnedAddress, resolveAddress } from '../connection/network/dial.ts';
import type { Session } from '../connection/session/session.ts';
import { dialledBy, isSamePlace, revealed, serverKeyOf } from '../connection/session-place.ts';
import type { ConnectionTarget } from '../conninfo/target.ts';
import type { ObservedDatabase, ObservedServer } from '../observe/observation.ts';
import { sqlstateOf } from '../text/sqlstate.ts';
import { freeConnections } from './jobs.ts';
import { createJudge } from './judgements.ts';
import { lentSession } from './lent-session.ts';
import { createNameWatch, trustedMs } from './name-watch.ts';

export interface KeptSessionsOptions {
  /** How long an unused connection stays. Default: 10 s, since one in a database keeps others from dropping it. */
  readonly idleMs?: number;
  /** What a server's name stands for. Default: the system's answer. */
  readonly resolve?: typeof resolveAddress;
}

/** What a connection is, beside its address: another in any of it is another connection. */
interface SessionKind {
  readonly target: ConnectionTarget;
  readonly purpose: string;
  readonly database: string | undefined;
}

export interface KeptSessions {
  /** Runs the work when the target's server has a place for one more of its kind; a signal ends the wait. */
  inTurn<T>(
    kind: 'reading' | 'apply',
    target: ConnectionTarget,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T>;
  /**
   * A kept connection of this kind, at this address where one is given; else what `open` opens. Closing it keeps it, if
   * all that was asked of it went well.
   */
  take(kind: SessionKind, pinned: PinnedAddress | undefined, open: () => Promise<Session>): Promise<Session>;
  /** Opens one that is not kept. Where the server has no more to give, the unused ones are given up for it. */
  open(target: ConnectionTarget, pinned: PinnedAddress | undefined, open: () => Promise<Session>): Promise<Session>;
  /** Told what a look at the server showed: where it is short of connections, or a database limits them, none are kept. */
  note(pinned: PinnedAddress, seen: ConnectionRoom): Promise<void>;
  /** Gives up the unused ones in a database, which can't be dropped while anybody is in it. */
  leave(pinned: PinnedAddress, database: string): Promise<void>;
  /** As `judgeVerifier`, which is slow on purpose, but once for the same password and verifier. */
  readonly judge: typeof judgeVerifier;
  /** Ends all that is kept; what is in use then ends with its run. */
  close(): Promise<void>;
}

/** How many connections a server has, and how many are in use. */
interface ConnectionRoom {
  readonly server: Pick<ObservedServer, 'maxConnections' | 'reservedConnections' | 'usedConnections'>;
  readonly databases: ReadonlyMap<string, Pick<ObservedDatabase, 'connectionLimit'>>;
}

/**
 * A name that leads elsewhere is noticed at the next use; an address that was moved to another server, while the old one
 * goes on, only by a new connection. Settings of roles change, too.
 */
const longestLifeMs = 20_000;

/** Readings of one server at once; more wait in the order in which they came. */
const readingsAtOnce = 3;
/** Applies on one server at once, beside the readings. */
const appliesAtOnce = 4;
/** The most unused connections that are kept of one server. */
const most = 16;
/** A server that has fewer left than this part of its max_connections is short of them. */
const shortShare = 0.1;
/** No more than this part of a server's max_connections is kept unused. */
const keptShare = 0.15;

interface KeptSession {
  readonly key: string;
  readonly server: ServerState;
  readonly session: Session;
  readonly bornAt: number;
  readonly idleSince: number;
  readonly timer: NodeJS.Timeout;
}

interface ServerState {
  readonly turns: Readonly<Record<'reading' | 'apply', Semaphore>>;
  /** Unused connections that may be kept. */
  most: number;
  isShort: boolean;
  /** Databases with a limit of their own, of which nothing is taken away. */
  readonly limited: Set<string>;
}

/**
 * Keeps connections for reading open between runs. Give it to every provider of the process, and close it at the end.
 *
 * @example
 * const kept = createKeptSessions();
 * const provider = createPostgresProvider({ configuration, processContext, kept });
 */
export function createKeptSessions(options: KeptSessionsOptions = {}): KeptSessions {
  const { idleMs = 10_000 } = options;
  const isStillNamed = createNameWatch(options.resolve ?? resolveAddress);
  // Secrets take part in the keys, so the keys must tell nothing of them.
  const salt = randomBytes(32);
  const keyOf = (value: unknown) => createHmac('sha256', salt).update(revealed(value)).digest('base64');
  const servers = new Map<string, ServerState>();
  /** The address that a DSN's hosts led to last: several names of one server share its bounds. */
  const reached = new Map<string, string>();
  /** The longest unused first. */
  let idle: readonly KeptSession[] = [];
  let isClosed = false;

  const serverAt = (place: string): ServerState => {
    const known = servers.get(place);
    if (known !== undefined) return known;
    const turns = { reading: createSemaphore(readingsAtOnce), apply: createSemaphore(appliesAtOnce) };
    const state = { turns, most, isShort: false, limited: new Set<string>() };
    servers.set(place, state);
    return state;
  };
  const serverOf = (target: ConnectionTarget, pinned?: PinnedAddress): ServerState => {
    const named = dialledBy(target);
    if (pinned !== undefined) reached.set(named, serverKeyOf(pinned));
    return serverAt(reached.get(named) ?? named);
  };
  const drop = (kept: KeptSession) => {
    clearTimeout(kept.timer);
    idle = idle.filter((other) => other !== kept);
  };
  const giveUp = async (some: readonly KeptSession[]): Promise<void> => {
    some.forEach(drop);
    await Promise.all(some.map(({ session }) => session.close()));
  };
  const idleOf = (server: ServerState) => idle.filter((kept) => kept.server === server);

  const keep = async (key: string, session: Session, bornAt: number): Promise<void> => {
    const now = performance.now();
    const server = serverAt(serverKeyOf(session.pinned));
    const isWelcome = !server.isShort && server.most > 0 && !server.limited.has(session.database);
    if (isClosed || !isWelcome || now - bornAt > longestLifeMs) return await session.close();
    const timer = setTimeout(() => void giveUp([kept]), idleMs);
    const kept: KeptSession = { key, server, session, bornAt, idleSince: now, timer };
    idle = [...idle, kept];
    void session.closed.then(() => drop(kept));
    await giveUp(idleOf(server).slice(0, -server.most));
  };
  const reuse = async (
    key: string,
    target: ConnectionTarget,
    pinned: PinnedAddress | undefined,
  ): Promise<KeptSession | undefined> => {
    for (;;) {
      const kept = idle.findLast(
        (one) => one.key === key && (pinned === undefined || isSamePlace(one.session.pinned, pinned)),
      );
      if (kept === undefined) return undefined;
      drop(kept);
      // The rest of a run goes to where its first connection went.
      if (pinned === undefined && !(await isStillNamed(target, kept.session.pinned))) {
        await kept.session.close();
        continue;
      }
      if (performance.now() - kept.idleSince < trustedMs || (await isAlive(kept.session))) return kept;
    }
  };
  const open: KeptSessions['open'] = async (target, pinned, open) => {
    const opened = async () => {
      const session = await open();
      serverOf(target, session.pinned);
      return session;
    };
    try {
      return await opened();
    } catch (error) {
      // The server is full, or the role or the database has its limit: ours are counted in each of them.
      if (sqlstateOf(error) !== '53300') throw error;
      const server = serverOf(target, pinned);
      server.isShort = true;
      const ours = idleOf(server);
      if (ours.length === 0) throw error;
      await giveUp(ours);
      return await opened();
    }
  };

  return {
    inTurn: async (kind, target, signal, work) => {
      for (;;) {
        const server = serverOf(target);
        // While it waited another run may have found out which server this name leads to.
        const ended = await server.turns[kind].run(
          async () => (serverOf(target) === server ? { result: await work() } : undefined),
          signal,
        );
        if (ended !== undefined) return ended.result;
      }
    },
    open,
    take: async (kind, pinned, openNew) => {
      // Which server is the right one is asked anew where that may change.
      if (kind.target.targetSessionAttrs !== 'any') return await open(kind.target, pinned, openNew);
      const key = keyOf([kind.target, kind.purpose, kind.database ?? null]);
      const kept = await reuse(key, kind.target, pinned);
      const session = kept?.session ?? (await open(kind.target, pinned, openNew));
      const bornAt = kept?.bornAt ?? performance.now();
      return lentSession(session, (isSound) => (isSound ? keep(key, session, bornAt) : session.close()));
    },
    note: async (pinned, { server: seen, databases }) => {
      const server = serverAt(serverKeyOf(pinned));
      const { maxConnections } = seen;
      server.most = Math.min(most, Math.floor(maxConnections * keptShare));
      server.isShort = freeConnections(seen) < maxConnections * shortShare;
      for (const [name, { connectionLimit }] of databases) {
        if (connectionLimit >= 0) server.limited.add(name);
        else server.limited.delete(name);
      }
      await giveUp(idleOf(server).filter(({ session }) => server.isShort || server.limited.has(session.database)));
    },
    leave: async (pinned, database) => {
      const server = serverAt(serverKeyOf(pinned));
      await giveUp(idleOf(server).filter(({ session }) => session.database === database));
    },
    judge: createJudge(keyOf),
    close: async () => {
      isClosed = true;
      await giveUp(idle);
    },
  };
}

// Nothing is to be reset: only reads of catalogs ran here, each in a READ ONLY transaction or alone, and all went well.
async function isAlive(session: Session): Promise<boolean> {
  try {
    await session.query('SELECT 1', [], { timeoutMs: 2_000 });
    return true;
  } catch {
    await session.close();
    return false;
  }
}
