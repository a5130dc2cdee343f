// One apply at a time for each deployment and cluster: an advisory lock on a connection of its own, on which no work
// runs. https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
import { createHash } from 'node:crypto';
import { OperationError, pause, type Remedy } from 'bus-integration-database';
import type { Session } from '../connection/connect.ts';
import { boolean, integer, nullable, readRow, record } from '../connection/session/shape.ts';
import { isLockTimeout, sqlstateOf } from '../text/sqlstate.ts';
import { keepAwake } from './keep-awake.ts';
import { isStranger, type LockHolder, readHolder } from './lock-holder.ts';

/** The first of the lock's two numbers: this program's locks, whatever the deployment. */
const lockClass = 0x42755344;
/** That of the locks which a run's transactions hold while they last: they can outlive the run. */
const workClass = lockClass + 1;
const pollMs = 100;
const heartbeatMs = 10_000;
/** It waits for nothing, whatever the statements of its session may wait for. */
const checkTimeoutMs = 15_000;

export interface DeploymentLock {
  /**
   * Statements that a transaction begins with. They make it known to the next run, which waits for its end, and fail
   * when the lock is no longer held: its connection may be gone and another run at work.
   */
  readonly check: string;
  /** A statement that waited for a lock in vain is tried again, if that is worth it, until so much time has passed. */
  readonly timeoutMs: number;
  /** The same outside a transaction, over a session of the run's; a server that doesn't answer soon fails it. */
  stillHeld(session: Session): Promise<void>;
  /**
   * Why a transaction that waited for a lock in vain did so, where it was for its own `check`: somebody who could be no
   * apply holds, in the session's database, what it begins with.
   */
  obstruction(other: Session, error: unknown): Promise<OperationError | undefined>;
  /** Ends the lock's connection, and the lock with it. */
  release(): Promise<void>;
}

export interface LockOptions {
  readonly deploymentId: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onWait?: (holder: string) => void;
}

/**
 * Takes the deployment's lock on the session's server, and waits for transactions that a run which was cut off left
 * behind: what such a one commits late must not be decided upon before. Waits up to the limit.
 *
 * @throws OperationError `locked`, naming the holder, when the limit passes
 */
export async function acquireLock(session: Session, options: LockOptions): Promise<DeploymentLock> {
  const key = lockKey(options.deploymentId);
  // The clock of the machine may be set meanwhile; this one only goes forward.
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const row = await readRow(session, attemptShape, { sql: takeQuery(key), doing: 'taking the lock', isAlone: true });
    options.signal.throwIfAborted();
    if (row.taken && row.orphan === null && row.rival === null && !row.isObstructed)
      return held(session, key, row.pid, options);
    const holder = await inTheWay(session, key, row);
    if (performance.now() >= deadline) throw lockedError(options, holder);
    if (holder !== undefined) options.onWait?.(holder.said);
    await pause(Math.min(pollMs, Math.max(0, deadline - performance.now())), options.signal);
    options.signal.throwIfAborted();
  }
}

interface LockAttempt {
  readonly taken: boolean;
  readonly pid: number;
  /** A process that still works for a run that was cut off. */
  readonly orphan: number | null;
  /** A process that holds the same lock in another database. */
  readonly rival: number | null;
  /** A role that could be no apply holds, in this database, the lock that a run's transactions take. */
  readonly isObstructed: boolean;
}

async function inTheWay(session: Session, key: number, row: LockAttempt): Promise<LockHolder | undefined> {
  if (row.taken && row.orphan !== null) return { said: `server process ${row.orphan}, left by a run that was cut off` };
  if (row.taken && row.isObstructed) return await readObstructor(session, key);
  return await readHolder(session, { lockClass, key }, { here: !row.taken });
}

/** Who keeps a run's transactions out of the session's database. */
async function readObstructor(session: Session, key: number): Promise<LockHolder | undefined> {
  return await readHolder(session, { lockClass: workClass, key }, { here: true, isAlone: true });
}

// An advisory lock belongs to one database, and an admin who can't enter `postgres` takes it in another one; pg_locks
// shows every database's. So whoever took it looks for a holder elsewhere and goes on only when there is none: of two
// that took it one after the other, the second sees the first. Of two that see each other, the one in the database of the
// lower oid waits with its lock, the other gives its own back in the same statement and tries again. Nobody begins work
// beside another's lock, so transactions need to look for their own run's only. Who could be no apply counts only where
// his lock is in the way: in this database.
//
// Without parameters it is one message of the protocol: of several, the last could be lost on its way, and a server that
// waits for it holds the lock while no timeout of its own runs. Taken more than once by one session it is still one lock,
// gone with the session. OFFSET keeps the order: the lock first, then the look at pg_locks, then giving back.
function takeQuery(key: number): string {
  return `SELECT seen.taken, pg_catalog.pg_backend_pid() AS pid, seen.orphan, seen.rival,
    coalesce(seen.is_obstructed, false) AS "isObstructed",
    CASE WHEN seen.gives_way THEN pg_catalog.pg_advisory_unlock_all()::pg_catalog.text END AS given_back
  FROM (
    SELECT attempt.taken,
      CASE WHEN attempt.taken THEN (
        SELECT pg_catalog.min(work.pid) FROM pg_catalog.pg_locks AS work
         WHERE ${isWork(key)} AND NOT ${isStranger('work.pid')}) END AS orphan,
      CASE WHEN attempt.taken THEN EXISTS (
        SELECT FROM pg_catalog.pg_locks AS work, pg_catalog.pg_database AS own
         WHERE ${isWork(key)} AND work.mode = 'ExclusiveLock' AND work.granted AND own.oid = work.database
           AND own.datname = pg_catalog.current_database()
           AND (work.pid IS NULL OR ${isStranger('work.pid')})) END AS is_obstructed,
      CASE WHEN attempt.taken THEN (SELECT pg_catalog.min(rival.pid) ${rivals(key)}) END AS rival,
      attempt.taken AND coalesce((SELECT pg_catalog.bool_or(rival.database < own.oid) ${rivals(key)}), false) AS gives_way
    FROM (SELECT pg_catalog.pg_try_advisory_lock(${lockClass}, ${key}) AS taken OFFSET 0) AS attempt
    OFFSET 0) AS seen`;
}

function isWork(key: number): string {
  return `work.locktype = 'advisory' AND work.classid::bigint = ${workClass} AND work.objid::bigint = ${key >>> 0}`;
}

/** Holders of the lock in other databases. */
function rivals(key: number): string {
  return `FROM pg_catalog.pg_locks AS rival, pg_catalog.pg_database AS own
         WHERE own.datname = pg_catalog.current_database() AND rival.database <> own.oid AND rival.granted
           AND rival.locktype = 'advisory' AND rival.classid::bigint = ${lockClass} AND rival.objid::bigint = ${key >>> 0}
           AND rival.pid IS NOT NULL AND NOT ${isStranger('rival.pid')}`;
}

/** Who holds a deployment's lock now, by fields that every role may read; undefined when nobody does. */
export async function lockHolder(session: Session, deploymentId: string): Promise<LockHolder | undefined> {
  return await readHolder(session, { lockClass, key: lockKey(deploymentId) });
}

function held(session: Session, key: number, pid: number, { deploymentId, timeoutMs }: LockOptions): DeploymentLock {
  const heartbeat = keepAwake(session, heartbeatMs);
  const check = [
    `SELECT pg_catalog.pg_advisory_xact_lock_shared(${workClass}, ${key})`,
    // Division by zero is the shortest way to fail in plain SQL; no procedural language need be there.
    `SELECT 1 / pg_catalog.count(*) AS lock_is_held FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND classid::bigint = ${lockClass} AND objid::bigint = ${key >>> 0} AND pid = ${pid} AND granted`,
  ].join(';\n');
  return {
    check,
    timeoutMs,
    stillHeld: async (other) => {
      await other.script(check, { doing: 'checking the lock', timeoutMs: checkTimeoutMs });
    },
    obstruction: async (other, error) => {
      if (!isLockTimeout(error)) return undefined;
      const holder = await readObstructor(other, key).catch(() => undefined);
      if (holder?.endingIt === undefined) return undefined;
      return obstructedError(deploymentId, `${holder.said}, which is not an apply`, holder.endingIt);
    },
    release: async () => {
      heartbeat[Symbol.dispose]();
      await session.close();
    },
  };
}

/** An error of a transaction whose `check` failed, as what it means; any other error as it is. */
export function lostLock(error: unknown): unknown {
  if (sqlstateOf(error) !== divisionByZero) return error;
  return new OperationError(
    'locked',
    "the deployment's lock was lost (the connection that held it ended), so nothing more was changed",
    { code: 'lock-lost', cause: error },
  );
}

const divisionByZero = '22012';

const attemptShape = record<LockAttempt>({
  taken: boolean,
  pid: integer,
  orphan: nullable(integer),
  rival: nullable(integer),
  isObstructed: boolean,
});

function lockKey(deploymentId: string): number {
  return createHash('sha256').update(deploymentId).digest().readInt32BE(0);
}

function lockedError({ deploymentId, timeoutMs }: LockOptions, holder: LockHolder | undefined): OperationError {
  const { said, endingIt } = holder ?? { said: 'it just ended' };
  const waited = `(waited ${timeoutMs / 1000} s)`;
  if (endingIt !== undefined)
    return obstructedError(deploymentId, `${said}, which is not an apply ${waited}`, endingIt);
  return new OperationError('locked', `another apply of deployment ${deploymentId} holds its lock: ${said} ${waited}`, {
    target: deploymentId,
    remedy: 'wait until it ends and run this again, or wait longer: --lock-timeout 5m',
  });
}

function obstructedError(deploymentId: string, by: string, remedy: Remedy): OperationError {
  const message = `the lock of deployment ${deploymentId} is held by ${by}`;
  return new OperationError('locked', message, { code: 'lock-obstructed', target: deploymentId, remedy });
}
