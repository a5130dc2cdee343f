// Apply: take the lock, look, plan, carry out, look again. The proof that it worked is an empty second plan.

import { isMutating, OperationError, type Response, unlessStale } from 'bus-integration-database';
import { rememberedKeys } from '../connection/authentication/scram-exchange.ts';
import type { Session } from '../connection/connect.ts';
import { postgresFacts } from '../kinds/provider-facts.ts';
import { computeUnrotated } from '../plan/compute.ts';
import { type Computed, type Intent, withoutRotation } from '../plan/intent.ts';
import { poolerRemedy } from '../plan/pooled.ts';
import { planResponse, targetOf } from '../plan/respond.ts';
import { showingContext } from '../plan/steps.ts';
import { freeConnections } from '../run/jobs.ts';
import { keepAwake } from '../run/keep-awake.ts';
import { acquireLock, type DeploymentLock } from '../run/lock.ts';
import { openLockSession } from '../run/run.ts';
import { leftoverWarnings } from '../survey/leftover-warnings.ts';
import { observedLeftovers } from '../survey/leftovers.ts';
import { type DeploymentObservation, observe, observeCluster, withFiles } from '../survey/observe.ts';
import { computeProvable } from '../survey/provable.ts';
import { sqlstateOf, toOperationError } from '../text/sqlstate.ts';
import type { ApplyOptions } from './apply-options.ts';
import { andThen, type Earlier } from './earlier.ts';
import { concluded, converged, type Ending, ended, refused } from './ending.ts';
import { execute } from './execute.ts';
import { createLedger } from './ledger.ts';
import { choosePasswords, passwordsToSend, unprovenPasswords } from './new-password.ts';
import type { Staging } from './staging.ts';

/** Looked at again this often when something appeared or vanished under way. */
const attempts = 3;
/** Duplicate or missing database, role, schema: an orphan of a cut connection, or another tool, was there first. */
const lookAgain = ['42P04', '42710', '23505', '42P06', '3D000', '42704', '3F000'];

export async function apply(options: ApplyOptions): Promise<Response> {
  const { run, context, intent } = options;
  const startedAt = performance.now();
  const lockSession = await openLockSession(run);
  let lock: DeploymentLock | undefined;
  try {
    await refusePooler(lockSession);
    lock = await acquireLock(lockSession, {
      deploymentId: intent.desired.deploymentId,
      timeoutMs: run.lockTimeoutMs,
      signal: context.signal,
      onWait: (detail) => context.onProgress?.({ phase: 'waiting for the lock', done: 0, total: 1, detail }),
    });
    await using session = await run.open('write');
    // Making a thousand databases on other connections can take longer than this one may idle.
    using _awake = keepAwake(session, 60_000);
    const replaced = new Set<string>();
    let earlier: Earlier = { asked: intent.allowed, steps: [], begun: [] };
    let unfinished: Ending | undefined;
    for (let attempt = 1; ; attempt += 1) {
      try {
        // A saved plan is held against what was found first; what its own first attempt did doesn't make it stale.
        const again = { ...options, saved: undefined, intent: withoutRotation(intent, replaced) };
        const isSaved = options.saved !== undefined;
        const isLast = attempt === attempts;
        return await attemptApply(attempt === 1 ? options : again, {
          session,
          lock,
          startedAt,
          replaced,
          isSaved,
          isLast,
          earlier,
          onFailed: (ending) => {
            unfinished = ending;
            earlier = andThen(earlier, ending.ledger);
          },
        });
      } catch (error) {
        if (attempt < attempts && lookAgain.includes(sqlstateOf(error) ?? '')) continue;
        if (unfinished === undefined) throw error;
        // It could not look again: what it did before is told all the same.
        return ended(unfinished, error);
      }
    }
  } finally {
    await (lock?.release() ?? lockSession.close());
  }
}

interface ApplyAttempt {
  readonly session: Session;
  readonly lock: DeploymentLock;
  readonly startedAt: number;
  /** Roles whose new password earlier attempts, or this one, put into their files. */
  readonly replaced: Set<string>;
  /** A saved plan was asked for. */
  readonly isSaved: boolean;
  readonly isLast: boolean;
  readonly earlier: Earlier;
  /** Told of what an attempt did after which there is another one. */
  readonly onFailed: (ending: Ending) => void;
}

async function attemptApply(
  given: ApplyOptions,
  { session, lock, startedAt, replaced, isSaved, isLast, earlier, onFailed }: ApplyAttempt,
): Promise<Response> {
  const { intent, observeOptions, run } = given;
  const observation = await observe(session, observeOptions);
  const warnings = [...leftoverWarnings(observation.seen.remains, observeOptions), ...given.warnings];
  const options = { ...given, warnings };
  const computed = await computeProvable(intent, observation, run, session);
  const target = targetOf(session.pinned, observation.seen.admin, observation.seen.server);
  const leftovers = observedLeftovers({ intent, directory: observeOptions.directory }, observation.seen);
  const answerWith = (as: Intent, plan: Computed) =>
    planResponse({ intent: as, target, computed: plan, leftovers, warnings, startedAt });
  const held = unlessStale(options.saved, answerWith(intent, computed), {
    desired: intent.desired,
    facts: postgresFacts,
    unrotated: () => answerWith(withoutRotation(intent), computeUnrotated(intent, observation)),
  });
  const answer = { ...held, dry_run: false };
  const unended = {
    options,
    answer,
    computed,
    directory: observeOptions.directory,
    replaced,
    isSaved,
    startedAt,
    earlier,
  };
  if (computed.isRefused || answer.error_class === 'stale-plan') return refused(unended);
  if (!answer.steps.some(isMutating)) return converged(unended);

  const passwords = choosePasswords(computed);
  const server = observation.seen.server;
  const jobs = options.jobs(freeConnections(server));
  const sending = {
    send: options.passwordSend,
    iterations: server.scramIterations,
    session,
    sentPasswords: run.cache.sentPasswords,
    hash: rememberedKeys(run.cache.scramKeys),
    signal: run.signal,
  };
  const sent = await run.waiting('hashing passwords', () => passwordsToSend(computed, passwords, sending));
  const showing = showingContext({ deploymentId: intent.desired.deploymentId, seen: observation.seen });
  const ledger = createLedger(
    computed.steps,
    { ...showing, passwordOf: (role) => sent.get(role) },
    options.context.onStep,
  );
  const staging: Staging = {
    computed,
    ledger,
    passwords,
    directory: observeOptions.directory,
    prove: (decisions) => {
      const { readsVerifiers } = observation.seen.admin;
      const proving = { run, session, jobs, readsVerifiers };
      return run.waiting('proving passwords', () => unprovenPasswords(decisions, passwords, proving));
    },
    checkLock: () => lock.stillHeld(session),
    signal: options.context.signal,
  };
  const ending = { ...unended, ledger };
  const { onProgress } = options.context;
  const onReplaced = (role: string) => replaced.add(role);
  try {
    const { seen } = observation;
    const work = { run, session, lock, intent, seen, computed, ledger, staging, jobs, onProgress, onReplaced };
    const { inside } = await execute(work);
    return concluded(ending, await closingLook(session, options, observation, inside));
  } catch (error) {
    if (!isLast && lookAgain.includes(sqlstateOf(error) ?? '')) {
      onFailed(ending);
      throw error;
    }
    return ended(ending, error);
  }
}

/** All is done by now: a connection that is lost at this moment need not end the run. */
async function closingLook(
  session: Session,
  options: ApplyOptions,
  before: DeploymentObservation,
  inside: DeploymentObservation['seen']['inside'],
): Promise<DeploymentObservation> {
  try {
    return await lookAgainAt(session, options, before, inside);
  } catch (error) {
    if (options.context.signal.aborted || toOperationError(error, 'apply').errorClass !== 'unreachable') throw error;
    await using another = await options.run.open('write');
    return await lookAgainAt(another, options, before, inside);
  }
}

/** What the cluster, the databases that were worked in and the files are like now. */
async function lookAgainAt(
  session: Session,
  { observeOptions }: ApplyOptions,
  before: DeploymentObservation,
  inside: DeploymentObservation['seen']['inside'],
): Promise<DeploymentObservation> {
  const cluster = await observeCluster(session, observeOptions);
  return await withFiles(
    { ...cluster, inside: new Map([...before.seen.inside, ...inside]), socketLogins: before.seen.socketLogins },
    observeOptions,
  );
}

/**
 * In transaction mode a pooler shares a server session, its locks and settings, between clients; in session mode it hands
 * it on when we are gone, and with it perhaps the lock. Which of them it is can't be proven from here.
 */
async function refusePooler(session: Session): Promise<void> {
  if (!(await session.isPooled())) return;
  throw new OperationError(
    'unsafe',
    `a connection pooler stands between here and the server at ${session.where}; apply needs the server itself: its lock belongs to a server session, which a pooler shares out (transaction mode) or hands on in a state that can't be seen (session mode)`,
    {
      code: 'pooler',
      remedy: poolerRemedy,
    },
  );
}
