// Connections for reading that a serving surface keeps between runs, so that a plan need not log in again. Only those of
// runs that ended well are kept, for seconds; nothing that may write is ever kept.
import { createHmac, randomBytes } from 'node:crypto';
import { createTurnstile, Secret } from 'bus-integration-database';
import type { ConnectionTarget } from './connection-target.ts';
import type { PinnedAddress } from './dial.ts';
import { judgeVerifier } from './scram.ts';
import type { Session } from './session.ts';

export interface KeptSessionsOptions {
  /** Readings at once; more wait in the order in which they came. Default: 4. */
  readonly runsAtOnce?: number;
  /** How long an unused connection stays. Default: 10 s, since one in a database keeps others from dropping it. */
  readonly idleMs?: number;
  /** The most that are kept at once. Default: 24. */
  readonly most?: number;
}

/** What a connection is, beside its address: another in any of it is another connection. */
interface SessionKind {
  readonly target: ConnectionTarget;
  readonly purpose: string;
  readonly database: string | undefined;
}

export interface KeptSessions {
  /** Runs the work when there is room for one more reading. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /**
   * A kept connection of this kind, at this address where one is given; else what `open` opens. Closing it keeps it, if
   * all that was asked of it went well.
   */
  take(kind: SessionKind, pinned: PinnedAddress | undefined, open: () => Promise<Session>): Promise<Session>;
  /** As `judgeVerifier`, which is slow on purpose, but once for the same password and verifier. */
  readonly judge: typeof judgeVerifier;
  /** Ends all that is kept; what is in use then ends with its run. */
  close(): Promise<void>;
}

/** What a connection of a run that keeps calls itself, so that it isn't counted as somebody's. */
export const keptApplicationName = 'bus operator database, kept';

/** A connection that was not used for so long may have been cut without a word. */
const trustedMs = 1_000;
/** Settings of the server and of names in DNS change. */
const longestLifeMs = 300_000;

interface Kept {
  readonly session: Session;
  readonly bornAt: number;
  readonly idleSince: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * Connections kept by whoever made this, for as long as it stands; give it to the provider and close it in the end.
 *
 * @example
 * const kept = createKeptSessions();
 * const provider = createPostgresProvider({ configuration, surroundings, kept });
 */
export function createKeptSessions(options: KeptSessionsOptions = {}): KeptSessions {
  const { runsAtOnce = 4, idleMs = 10_000, most = 24 } = options;
  // Secrets take part in the keys, so the keys must tell nothing of them.
  const salt = randomBytes(32);
  const keyOf = (value: unknown) => createHmac('sha256', salt).update(revealed(value)).digest('base64');
  const idle = new Map<string, Kept[]>();
  const judgements = new Map<string, ReturnType<typeof judgeVerifier>>();
  let isClosed = false;

  const count = () => [...idle.values()].reduce((sum, { length }) => sum + length, 0);
  const drop = (key: string, kept: Kept) => {
    clearTimeout(kept.timer);
    const others = (idle.get(key) ?? []).filter((other) => other !== kept);
    if (others.length === 0) idle.delete(key);
    else idle.set(key, others);
  };
  const keep = async (key: string, session: Session, bornAt: number): Promise<void> => {
    const now = Date.now();
    if (isClosed || now - bornAt > longestLifeMs || count() >= most) return await session.close();
    const timer = setTimeout(() => {
      drop(key, kept);
      void session.close();
    }, idleMs);
    const kept: Kept = { session, bornAt, idleSince: now, timer };
    idle.set(key, [...(idle.get(key) ?? []), kept]);
    void session.closed.then(() => drop(key, kept));
  };
  const reuse = async (key: string, pinned: PinnedAddress | undefined): Promise<Kept | undefined> => {
    for (;;) {
      const kept = idle.get(key)?.findLast(({ session }) => pinned === undefined || isSame(session.pinned, pinned));
      if (kept === undefined) return undefined;
      drop(key, kept);
      if (Date.now() - kept.idleSince < trustedMs || (await isAlive(kept.session))) return kept;
    }
  };

  return {
    inTurn: createTurnstile(runsAtOnce).pass,
    take: async (kind, pinned, open) => {
      // Which server is the right one is asked anew where that may change.
      if (kind.target.targetSessionAttrs !== 'any') return await open();
      const key = keyOf([kind.target, kind.purpose, kind.database ?? null]);
      const kept = await reuse(key, pinned);
      const session = kept?.session ?? (await open());
      const bornAt = kept?.bornAt ?? Date.now();
      return lent(session, (isSound) => (isSound ? keep(key, session, bornAt) : session.close()));
    },
    judge: async (password, verifier, user) => {
      const key = keyOf([password, verifier, user ?? null]);
      const known = judgements.get(key) ?? judgeVerifier(password, verifier, user);
      judgements.set(key, known);
      const [oldest] = judgements.keys();
      if (judgements.size > 1_000 && oldest !== undefined) judgements.delete(oldest);
      return await known;
    },
    close: async () => {
      isClosed = true;
      const all = [...idle.values()].flat();
      idle.clear();
      for (const { timer } of all) clearTimeout(timer);
      await Promise.all(all.map(({ session }) => session.close()));
    },
  };
}

/** The session as one run uses it: its end gives the connection back. */
function lent(session: Session, giveBack: (isSound: boolean) => Promise<void>): Session {
  let open = 0;
  let isSound = true;
  let closing: Promise<void> | undefined;
  let tellEnd = (_: Error | undefined): void => {};
  const ended = new Promise<Error | undefined>((resolve) => {
    tellEnd = resolve;
  });
  const watched = async <T>(work: Promise<T>): Promise<T> => {
    open += 1;
    try {
      return await work;
    } catch (error) {
      isSound = false;
      throw error;
    } finally {
      open -= 1;
    }
  };
  const close = () => {
    closing ??= giveBack(isSound && open === 0).then(() => tellEnd(undefined));
    return closing;
  };
  return {
    ...session,
    closed: Promise.race([ended, session.closed]),
    query: (text, values, options) =>
      watched(
        session.isPooled().then((isPooled) => session.query(text, values, { ...options, isPrepared: !isPooled })),
      ),
    script: (text, options) => watched(session.script(text, options)),
    close,
    [Symbol.asyncDispose]: close,
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

function isSame(one: PinnedAddress, other: PinnedAddress): boolean {
  return one.host === other.host && one.address === other.address && one.port === other.port;
}

/** As JSON, secrets included: what differs in a password only is not the same. */
function revealed(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, shown) {
    const real = this[key];
    return real instanceof Secret ? real.reveal() : shown;
  });
}
