// The answer of an apply that came to its end, or that did not: what is left, what stands, what to run next.

import {
  advise,
  type Diagnostic,
  isMutating,
  nextAfter,
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
import { interruption } from './interruption.ts';
import type { Ledger } from './ledger.ts';
import { filesLeftStaged, type Staging } from './staging.ts';

/** What an ending tells of. */
export interface Ending {
  readonly options: ApplyOptions;
  /** The plan, as an answer. */
  readonly answer: Response;
  readonly computed: Computed;
  readonly ledger: Ledger;
  readonly staging: Staging;
  /** Roles whose new password this run has put into their files. */
  readonly replaced: ReadonlySet<string>;
  readonly isSaved: boolean;
  readonly startedAt: number;
}

/** The answer of an apply that had nothing to do. */
export function converged(intent: ApplyOptions['intent'], answer: Response, startedAt: number): Response {
  return { ...answer, ...base(intent, [...answer.steps, lastStep(0, answer.ok)], startedAt), ok: answer.ok };
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
  const { options, answer, computed, ledger, startedAt } = ending;
  const { intent, warnings } = options;
  const rest = computePlan(
    { ...intent, allowed: { ...intent.allowed, rotate: [] } },
    again.seen,
    again.pairs,
    again.proofs,
  );
  const hasAll = rest.deltas.length === 0;
  const steps = [...ledger.steps(), lastStep(computed.steps.filter(isMutating).length, hasAll)];
  const next = nextOf(ending, steps, filesLeftStaged(ending.staging));
  const isConverged = hasAll && rest.errorClass === undefined;
  return {
    ...answer,
    ...base(intent, steps, startedAt),
    ok: isConverged,
    diagnostics: [
      ...rest.refusals.map((refusal) => advised(refusal, next)),
      ...rest.steps.filter(isMutating).map((step) => notConverged(step)),
      ...rest.findings.map((finding) => advised(finding, next)),
      ...warnings,
    ],
    ...(!isConverged && { error_class: 'not-converged' as const }),
  };
}

function notConverged(step: Step): Diagnostic {
  return {
    severity: 'fail',
    code: 'not-converged',
    message: `after applying, this is still to do: ${step.action} ${step.target}: ${step.summary}; something else may be changing it back`,
    target: step.target,
    ...advise(ownCommand('plan', ['-v'])),
  };
}

/** The answer of a run that did not reach its end: why, and what stands. */
export function ended(ending: Ending, error: unknown): Response {
  const { options, answer, ledger, startedAt } = ending;
  const { signal } = options.context;
  const failure = signal.aborted ? interruption(signal.reason, error) : toOperationError(lostLock(error), 'apply');
  const state = !signal.aborted && isRefusal(error) ? 'failed' : 'unknown';
  for (const step of ledger.inFlight()) ledger.mark(step, state);
  const steps = ledger.steps();
  const staged = filesLeftStaged(ending.staging);
  const next = nextOf(ending, steps, staged);
  return {
    ...answer,
    ...base(options.intent, steps, startedAt),
    ok: false,
    dry_run: false,
    diagnostics: [
      ...failure.diagnostics.map((diagnostic) => advised(diagnostic, next)),
      whatStands({ steps, begun: ledger.begun(), facts: postgresFacts, staged: staged.length, next }),
      ...options.warnings,
    ],
    error_class: failure.errorClass,
  };
}

function nextOf(ending: Ending, steps: readonly Step[], staged: readonly string[]): Remedy {
  const isTouched =
    ending.ledger.begun().size > 0 || steps.some((step) => step.state !== 'planned' && isMutating(step));
  return nextAfter({
    allowed: ending.options.intent.allowed,
    isPlanStale: ending.isSaved && (isTouched || staged.length > 0),
    rotated: rotatedRoles(ending, steps, staged),
  });
}

/** The server's refusal of a statement is certain; a connection that ended leaves it open whether it was carried out. */
function isRefusal(error: unknown): boolean {
  const sqlstate = sqlstateOf(error);
  return sqlstate !== undefined && !/^(08|57P)/.test(sqlstate);
}

/** Roles whose new password services have by now: to rotate them again would make yet another one. */
function rotatedRoles(
  { options, replaced, staging }: Ending,
  steps: readonly Step[],
  staged: readonly string[],
): string[] {
  const settled = new Set(replaced);
  for (const { role, files } of staging.computed.credentials) {
    const paths = files.map(({ pair }) => pair.path);
    const isPut = steps.some(({ target, state }) => state === 'applied' && paths.includes(target));
    if (isPut && !files.some(({ pair }) => staged.includes(pair.file))) settled.add(role);
  }
  return options.intent.allowed.rotate.filter((role) => settled.has(role));
}

/** What must be done first stays; only the command is another. */
function advised(diagnostic: Diagnostic, next: Remedy): Diagnostic {
  if (next === sameCommand || diagnostic.advice === undefined) return diagnostic;
  return { ...diagnostic, ...advise(diagnostic.advice.map((part) => (part.kind === 'again' ? next : part))) };
}
