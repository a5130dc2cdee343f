// Apply: take the lock, look, plan, carry out, look again. The proof that it worked is an empty second plan.
import {
  type Context,
  type Diagnostic,
  isIntact,
  isMutating,
  OperationError,
  type Response,
  type Secret,
  type Step,
} from 'bus-integration-database';
import { readCluster } from './catalog.ts';
import { type Computed, computePlan, type Wish } from './compute.ts';
import type { Session } from './connect.ts';
import type { RoleDecision } from './credentials.ts';
import { execute } from './execute.ts';
import { keepAwake } from './keep-awake.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { acquireLock, type DeploymentLock } from './lock.ts';
import { proveLogin } from './login.ts';
import { type ObserveOptions, observe, observeCluster, type Sight, withFiles } from './observe.ts';
import { base, planResponse, targetOf } from './respond.ts';
import { openLockSession, type Run } from './run.ts';
import { matchesVerifier, newPassword, newVerifier } from './scram.ts';
import { sqlstateOf, toOperationError } from './sqlstate.ts';
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
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await attemptApply(options, session, lock, startedAt);
      } catch (error) {
        if (attempt === attempts || !lookAgain.includes(sqlstateOf(error) ?? '')) throw error;
      }
    }
  } finally {
    await (lock?.release() ?? lockSession.close());
  }
}

async function attemptApply(
  options: ApplyOptions,
  session: Session,
  lock: DeploymentLock,
  startedAt: number,
): Promise<Response> {
  const { wish, warnings, observeOptions, run } = options;
  const sight = await observe(session, observeOptions);
  const computed = computePlan(wish, sight.seen, sight.pairs, sight.proofs);
  const target = targetOf(session.pinned, sight.seen.admin, sight.seen.server);
  const answer = planResponse({ wish, target, computed, warnings, startedAt });
  if (options.saved !== undefined) refuseStale(options.saved, answer);
  if (computed.errorClass !== undefined) return { ...answer, dry_run: false };
  if (!computed.steps.some(isMutating)) return { ...answer, dry_run: false };

  const passwords = choosePasswords(computed);
  const server = sight.seen.server;
  const jobs = options.jobs(server.maxConnections - server.reservedConnections - server.usedConnections);
  const sent = await passwordsToSend(computed, passwords, options.passwordSend, server.scramIterations);
  const ledger = createLedger(computed.steps, {
    ...showingContext({ deploymentId: wish.deploymentId, seen: sight.seen }),
    passwordOf: (role) => sent.get(role),
  });
  try {
    const { inside } = await execute({
      run,
      session,
      lock,
      wish,
      seen: sight.seen,
      computed,
      ledger,
      passwords,
      directory: observeOptions.directory,
      jobs,
      onProgress: options.context.onProgress,
      prove: (decision, password) => prove(options, session, decision, password),
    });
    const again = await lookAgainAt(session, options, sight, inside);
    return conclude(options, { ...answer, dry_run: false }, computed, again, ledger, startedAt);
  } catch (error) {
    if (lookAgain.includes(sqlstateOf(error) ?? '')) throw error;
    return await ended(options, answer, ledger, error, startedAt);
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
async function ended(
  options: ApplyOptions,
  answer: Response,
  ledger: Ledger,
  error: unknown,
  startedAt: number,
): Promise<Response> {
  const { signal } = options.context;
  const failure = signal.aborted ? interruption(signal.reason) : toOperationError(error, 'apply');
  const steps = ledger.steps();
  return {
    ...answer,
    ...base(options.wish, steps, startedAt),
    ok: false,
    dry_run: false,
    diagnostics: [...failure.diagnostics, whatStands(steps), ...options.warnings],
    error_class: failure.errorClass,
  };
}

function interruption(reason: unknown): OperationError {
  return reason instanceof OperationError
    ? reason
    : new OperationError('cancelled', `interrupted by ${String(reason)}`, { code: 'cancelled' });
}

function choosePasswords({ credentials }: Computed): Map<string, Secret> {
  return new Map(
    credentials
      .filter(({ source }) => source !== 'none' && source !== 'unproven')
      .map(({ role, password }) => [role, password ?? newPassword()]),
  );
}

/** What stands in PASSWORD '…': a verifier made here, so that no password is ever on a wire or in a log. */
async function passwordsToSend(
  { credentials }: Computed,
  passwords: ReadonlyMap<string, Secret>,
  send: 'verifier' | 'plaintext',
  iterations: number,
): Promise<Map<string, string>> {
  const wanted = credentials.filter(({ setsVerifier }) => setsVerifier).map(({ role }) => role);
  const sent = await Promise.all(
    wanted.map(async (role): Promise<[string, string]> => {
      const password = passwords.get(role);
      if (password === undefined) throw new Error(`no password for role ${role}`);
      return [role, send === 'plaintext' ? password.reveal() : await newVerifier(password, iterations)];
    }),
  );
  return new Map(sent);
}

/** Undefined when the server is proven to hold the password; else why not. */
async function prove(
  { run, wish }: ApplyOptions,
  session: Session,
  decision: RoleDecision,
  password: Secret,
): Promise<string | undefined> {
  const sight = await readCluster(session, { deploymentId: wish.deploymentId, roles: [decision.role], databases: [] });
  const role = sight.roles.get(decision.role);
  if (role?.verifier) {
    return matchesVerifier(password.reveal(), role.verifier, role.name) ? undefined : 'the server stores another one';
  }
  const pair = decision.files[0]?.pair;
  if (pair === undefined) return 'no database to log in to';
  const proof = await proveLogin(run.target, {
    user: decision.role,
    password,
    database: pair.database,
    pinned: session.pinned,
    timeoutMs: 10_000,
    signal: run.signal,
  });
  if (proof.state === 'proven') return undefined;
  return proof.state === 'refused' ? 'the server refused it (28P01)' : proof.reason;
}

function refuseStale(saved: Response, now: Response): void {
  const remedy = 'review the plan as it is now: bus operator database plan --save FILE';
  if (!isIntact(saved)) {
    throw new OperationError('stale-plan', 'the saved plan was edited: its identity does not fit its steps', {
      remedy,
    });
  }
  if (saved.deployment_id !== now.deployment_id) {
    throw new OperationError(
      'stale-plan',
      `the saved plan is for deployment ${saved.deployment_id}, this is ${now.deployment_id}`,
      { remedy },
    );
  }
  if (saved.target?.system_identifier !== now.target?.system_identifier) {
    throw new OperationError(
      'stale-plan',
      `the saved plan is for cluster ${saved.target?.system_identifier ?? 'unknown'}, this is ${now.target?.system_identifier ?? 'unknown'}`,
      { remedy },
    );
  }
  if (saved.plan_id !== now.plan_id) {
    throw new OperationError(
      'stale-plan',
      'the saved plan is not what would be done now: the server, the files or the configuration changed',
      { remedy },
    );
  }
}

/** Session locks and settings don't survive a pooler that shares server connections between clients. */
async function refusePooler(session: Session): Promise<void> {
  if (!(await session.isPooled())) return;
  throw new OperationError(
    'unsafe',
    `a connection pooler stands between here and the server at ${session.where}; apply needs the server itself`,
    {
      code: 'pooler',
      remedy: 'point the admin DSN at the server, and BUS_DATABASE_SERVICE_HOST and _PORT at the pooler',
    },
  );
}
