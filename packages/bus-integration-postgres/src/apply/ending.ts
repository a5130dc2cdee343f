// The answer of an apply that came to its end, or that did not: what is left, what stands, what to run next.

import {
  advise,
  type Diagnostic,
  isMutating,
  nextAfter,
  type OutputDirectory,
  ownCommand,
  type Remedy,
  type Response,
  type Step,
  type StepOfAction,
  sameCommand,
  whatStands,
} from 'bus-integration-database';
import { postgresFacts } from '../kinds/provider-facts.ts';
import { computePlan } from '../plan/compute.ts';
import type { Computed } from '../plan/intent.ts';
import { base } from '../plan/respond.ts';
import { lostLock } from '../run/lock.ts';
import type { DeploymentObservation } from '../survey/observe.ts';
import { sqlstateOf, toOperationError } from '../text/sqlstate.ts';
import type { ApplyOptions } from './apply-options.ts';
import { begunBefore, type Earlier, withEarlier } from './earlier.ts';
import { interruption } from './interruption.ts';
import type { Ledger } from './ledger.ts';
import { filesLeftStaged } from './staging.ts';

/** What is told of an attempt, whether it began or not. */
interface Attempt {
  readonly options: ApplyOptions;
  /** The plan, as an answer. */
  readonly answer: Response;
  readonly computed: Computed;
  readonly directory: OutputDirectory | undefined;
  /** Roles whose new password this run has put into their files. */
  readonly replaced: ReadonlySet<string>;
  readonly isSaved: boolean;
  readonly startedAt: number;
  readonly earlier: Earlier;
}

/** What an ending tells of. */
export interface Ending extends Attempt {
  readonly ledger: Ledger;
}

/** The answer of an apply that must not go on; what an earlier attempt did is told. */
export function refused(attempt: Attempt): Response {
  const { options, answer, startedAt, earlier } = attempt;
  if (earlier.steps.length === 0 && earlier.begun.length === 0) return answer;
  const steps = withEarlier(answer.steps, earlier);
  const staged = filesLeftStaged(attempt);
  const next = nextOf(attempt, steps, { begun: earlier.begun, staged });
  return {
    ...answer,
    ...base(options.intent, steps, startedAt),
    diagnostics: [
      ...answer.diagnostics,
      whatStands({ steps, begun: new Set(earlier.begun), facts: postgresFacts, staged: staged.length, next }),
    ],
  };
}

/** The answer of an apply that had nothing to do, or nothing that an earlier attempt had not done. */
export function converged({ options, answer, startedAt, earlier }: Attempt): Response {
  const steps = [...withEarlier(answer.steps, earlier), lastStep(earlier.steps.length, answer.ok)];
  return { ...answer, ...base(options.intent, steps, startedAt), ok: answer.ok };
}

function lastStep(steps: number, isDone: boolean): StepOfAction<'apply-database-plan'> {
  return {
    action: 'apply-database-plan',
    target: 'plan',
    risk: 'create',
    summary: `${steps} steps carried out`,
    after: { steps },
    state: isDone ? 'applied' : 'failed',
  };
}

export function concluded(ending: Ending, again: DeploymentObservation): Response {
  const { options, answer, ledger, startedAt, earlier } = ending;
  const { intent, warnings } = options;
  const rest = computePlan(
    { ...intent, allowed: { ...intent.allowed, rotate: [] } },
    again.seen,
    again.pairs,
    again.proofs,
  );
  const hasAll = rest.deltas.length === 0;
  const carriedOut = withEarlier(ledger.steps(), earlier);
  const steps = [...carriedOut, lastStep(carriedOut.filter(isMutating).length, hasAll)];
  const begun = begunAltogether(ending, steps);
  const next = nextOf(ending, steps, { begun, staged: filesLeftStaged(ending) });
  const isConverged = hasAll && rest.errorClass === undefined;
  return {
    ...answer,
    ...base(intent, steps, startedAt),
    ok: isConverged,
    diagnostics: [
      ...rest.refusals.map((refusal) => advised(refusal, next)),
      ...rest.steps.filter(isMutating).map((step) => notConverged(step, rest.refusals.length > 0)),
      ...rest.findings.map((finding) => advised(finding, next)),
      ...warnings,
    ],
    ...(!isConverged && { error_class: 'not-converged' as const }),
  };
}

/** @param isRefused something that is said beside it keeps it from being done */
function notConverged({ action, target, summary }: Step, isRefused: boolean): Diagnostic {
  const why = isRefused ? '' : '; something else may be changing it back';
  return {
    severity: 'fail',
    code: 'not-converged',
    message: `after applying, this is still to do: ${action} ${target}: ${summary}${why}`,
    target,
    ...advise(ownCommand('plan', ['-v'])),
  };
}

/** The answer of a run that did not reach its end: why, and what stands. */
export function ended(ending: Ending, error: unknown): Response {
  const { options, answer, ledger, startedAt, earlier } = ending;
  const { signal } = options.context;
  const failure = signal.aborted ? interruption(signal.reason, error) : toOperationError(lostLock(error), 'apply');
  const state = !signal.aborted && isRefusal(error) ? 'failed' : 'unknown';
  for (const step of ledger.inFlight()) ledger.mark(step, state);
  const steps = withEarlier(ledger.steps(), earlier);
  const staged = filesLeftStaged(ending);
  const begun = begunAltogether(ending, steps);
  const next = nextOf(ending, steps, { begun, staged });
  return {
    ...answer,
    ...base(options.intent, steps, startedAt),
    ok: false,
    dry_run: false,
    diagnostics: [
      ...failure.diagnostics.map((diagnostic) => advised(diagnostic, next)),
      whatStands({ steps, begun: new Set(begun), facts: postgresFacts, staged: staged.length, next }),
      ...options.warnings,
    ],
    error_class: failure.errorClass,
  };
}

function begunAltogether({ ledger, earlier }: Ending, steps: readonly Step[]): Step[] {
  return [...begunBefore(earlier, steps), ...ledger.begun()];
}

interface Unfinished {
  readonly begun: readonly Step[];
  /** Files beside which a staged one stands. */
  readonly staged: readonly string[];
}

function nextOf(attempt: Attempt, steps: readonly Step[], { begun, staged }: Unfinished): Remedy {
  const isTouched = begun.length > 0 || steps.some((step) => step.state !== 'planned' && isMutating(step));
  return nextAfter({
    allowed: attempt.earlier.asked,
    isPlanStale: attempt.isSaved && (isTouched || staged.length > 0),
    rotated: rotatedRoles(attempt, steps, staged),
  });
}

/** The server's refusal of a statement is certain; a connection that ended leaves it open whether it was carried out. */
function isRefusal(error: unknown): boolean {
  const sqlstate = sqlstateOf(error);
  return sqlstate !== undefined && !/^(08|57P)/.test(sqlstate);
}

/** Roles whose new password services have by now: to rotate them again would make yet another one. */
function rotatedRoles(
  { computed, replaced, earlier }: Attempt,
  steps: readonly Step[],
  staged: readonly string[],
): string[] {
  const settled = new Set(replaced);
  for (const { role, files } of computed.credentials) {
    const paths = files.map(({ pair }) => pair.path);
    const isPut = steps.some(({ target, state }) => state === 'applied' && paths.includes(target));
    if (isPut && !files.some(({ pair }) => staged.includes(pair.file))) settled.add(role);
  }
  return earlier.asked.rotate.filter((role) => settled.has(role));
}

/** What must be done first stays; only the command is another. */
function advised(diagnostic: Diagnostic, next: Remedy): Diagnostic {
  if (next === sameCommand || diagnostic.advice === undefined) return diagnostic;
  return { ...diagnostic, ...advise(diagnostic.advice.map((part) => (part.kind === 'again' ? next : part))) };
}
