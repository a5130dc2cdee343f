// Apply: take the lock, look, plan, carry out, look again. The proof that it worked is an empty second plan.
import {
  type Context,
  type Diagnostic,
  isMutating,
  OperationError,
  type Response,
  type Step,
} from 'bus-integration-database';
import { type Computed, computePlan, type Wish } from './compute.ts';
import type { Session } from './connect.ts';
import { execute } from './execute.ts';
import { interruption } from './interruption.ts';
import { keepAwake } from './keep-awake.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { acquireLock, type DeploymentLock, lostLock } from './lock.ts';
import { choosePasswords, passwordsToSend, unprovenPasswords } from './new-password.ts';
import { type ObserveOptions, observe, observeCluster, type Sight, withFiles } from './observe.ts';
import { base, planResponse, targetOf } from './respond.ts';
import { openLockSession, type Run } from './run.ts';
import { sqlstateOf, toOperationError } from './sqlstate.ts';
import { unlessStale } from './stale.ts';
import { whatStands } from './standing.ts';
import { showingContext } from './steps.ts';

export interface ApplyOptions {
  readonly run: Run;
  readonly observeOptions: ObserveOptions;
  readonly wish: Wish;
  readonly saved?: Response | undefined;
  readonly passwordSend: 'verifier' | 'plaintext';
  readonly lockTimeoutMs: number;
  readonly jobs: (freeConnections: number) => number;
  readonly warnings: readonly Diagnostic[];
  readonly context: Context;
}

/** Looked at again this often when something appeared or vanished under way. */
const attempts = 3;
/** Duplicate or missing database, role, schema: an orphan of a cut connection, or another tool, was there first. */
const lookAgain = ['42P04', '42710', '23505', '42P06', '3D000', '42704', '3F000'];

export async function apply(options: ApplyOptions): Promise<Response> {
  const { run, context, wish } = options;
  const startedAt = performance.now();
  const lockSession = await openLockSession(run);
  let lock: DeploymentLock | undefined;
  try {
    await refusePooler(lockSession);
    lock = await acquireLock(lockSession, {
      deploymentId: wish.deploymentId,
      timeoutMs: options.lockTimeoutMs,
      signal: context.signal,
      onWait: (detail) => context.onProgress?.({ phase: 'waiting for the lock', done: 0, total: 1, detail }),
    });
    await using session = await run.open('write');
    // Making a thousand databases on other connections can take longer than this one may idle.
    using _awake = keepAwake(session, 60_000);
    const replaced = new Set<string>();
    for (let attempt = 1; ; attempt += 1) {
      try {
        // A saved plan is held against what was found first; what its own first attempt did doesn't make it stale.
        const asked = attempt === 1 ? options : { ...options, saved: undefined, wish: withoutRotation(wish, replaced) };
        return await attemptApply(asked, session, lock, startedAt, replaced, attempt === attempts);
      } catch (error) {
        if (attempt === attempts || !lookAgain.includes(sqlstateOf(error) ?? '')) throw error;
      }
    }
  } finally {
    await (lock?.release() ?? lockSession.close());
  }
}

/** What was rotated once is not rotated again: that would make yet another password. */
function withoutRotation(wish: Wish, roles: ReadonlySet<string>): Wish {
  const rotate = wish.allowed.rotate.filter((role) => !roles.has(role));
  return { ...wish, allowed: { ...wish.allowed, rotate } };
}

async function attemptApply(
  options: ApplyOptions,
  session: Session,
  lock: DeploymentLock,
  startedAt: number,
  replaced: Set<string>,
  isLast: boolean,
): Promise<Response> {
  const { wish, warnings, observeOptions, run } = options;
  const sight = await observe(session, observeOptions);
  const computed = computePlan(wish, sight.seen, sight.pairs, sight.proofs);
  const target = targetOf(session.pinned, sight.seen.admin, sight.seen.server);
  const planned = planResponse({ wish, target, computed, warnings, startedAt });
  const answer = { ...unlessStale(options.saved, planned), dry_run: false };
  if (computed.isRefused || answer.error_class === 'stale-plan') return answer;
  if (!computed.steps.some(isMutating)) return answer;

  const passwords = choosePasswords(computed);
  const server = sight.seen.server;
  const jobs = options.jobs(server.maxConnections - server.reservedConnections - server.usedConnections);
  const sent = await passwordsToSend(computed, passwords, {
    send: options.passwordSend,
    iterations: server.scramIterations,
    session,
    signal: run.signal,
  });
  const showing = showingContext({ deploymentId: wish.deploymentId, seen: sight.seen });
  const ledger = createLedger(
    computed.steps,
    { ...showing, passwordOf: (role) => sent.get(role) },
    options.context.onStep,
  );
  try {
    const { inside } = await execute({
      run,
      session,
      lock,
      wish,
      seen: sight.seen,
      computed,
      ledger,
      staging: {
        computed,
        ledger,
        passwords,
        directory: observeOptions.directory,
        prove: (decisions) =>
          unprovenPasswords(decisions, passwords, {
            run,
            session,
            jobs,
            readsVerifiers: sight.seen.admin.readsVerifiers,
          }),
        checkLock: async () => void (await session.script(lock.check, { doing: 'checking the lock' })),
        signal: options.context.signal,
      },
      jobs,
      onProgress: options.context.onProgress,
      onReplaced: (role) => replaced.add(role),
    });
    const again = await lookAgainAt(session, options, sight, inside);
    return conclude(options, answer, computed, again, ledger, startedAt);
  } catch (error) {
    if (!isLast && lookAgain.includes(sqlstateOf(error) ?? '')) throw error;
    return ended(options, answer, ledger, error, startedAt);
  }
}

/** What the cluster, the databases that were worked in and the files are like now. */
async function lookAgainAt(
  session: Session,
  { observeOptions }: ApplyOptions,
  before: Sight,
  inside: Sight['seen']['inside'],
): Promise<Sight> {
  const cluster = await observeCluster(session, observeOptions);
  return await withFiles({ ...cluster, inside: new Map([...before.seen.inside, ...inside]) }, observeOptions);
}

function conclude(
  options: ApplyOptions,
  answer: Response,
  computed: Computed,
  again: Sight,
  ledger: Ledger,
  startedAt: number,
): Response {
  const { wish, warnings } = options;
  const rest = computePlan(
    { ...wish, allowed: { ...wish.allowed, rotate: [] } },
    again.seen,
    again.pairs,
    again.proofs,
  );
  const left = rest.steps.filter(isMutating);
  const done: Step = {
    action: 'apply-database-plan',
    target: 'plan',
    risk: 'create',
    summary: `${computed.steps.filter(isMutating).length} steps carried out`,
    after: { steps: computed.steps.filter(isMutating).length },
    state: left.length === 0 ? 'applied' : 'failed',
  };
  const steps = [...ledger.steps(), done];
  const isConverged = left.length === 0 && rest.errorClass === undefined;
  return {
    ...answer,
    ...base(wish, steps, startedAt),
    ok: isConverged,
    diagnostics: [...rest.refusals, ...left.map((step) => notConverged(step)), ...rest.findings, ...warnings],
    ...(!isConverged && { error_class: 'not-converged' as const }),
  };
}

function notConverged(step: Step): Diagnostic {
  return {
    severity: 'fail',
    code: 'not-converged',
    message: `after applying, this is still to do: ${step.action} ${step.target}: ${step.summary}`,
    target: step.target,
    remedy: 'bus operator database plan -v shows the statements; something else may be changing it back',
  };
}

/** The answer of a run that did not reach its end: why, and what stands. */
function ended(options: ApplyOptions, answer: Response, ledger: Ledger, error: unknown, startedAt: number): Response {
  const { signal } = options.context;
  const failure = signal.aborted ? interruption(signal.reason, error) : toOperationError(lostLock(error), 'apply');
  // The server's refusal of a statement is certain; a lost connection leaves it open whether it was carried out.
  const state = !signal.aborted && sqlstateOf(error) !== undefined ? 'failed' : 'unknown';
  for (const step of ledger.inFlight()) ledger.mark(step, state);
  const steps = ledger.steps();
  return {
    ...answer,
    ...base(options.wish, steps, startedAt),
    ok: false,
    dry_run: false,
    diagnostics: [...failure.diagnostics, whatStands(steps, ledger.begun(), ledger.staged), ...options.warnings],
    error_class: failure.errorClass,
  };
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
      remedy: 'point the admin DSN at the server, and BUS_DATABASE_SERVICE_HOST and _PORT at the pooler',
    },
  );
}
