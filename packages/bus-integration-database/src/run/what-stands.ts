// What stands when a run ended early, in a sentence that tells the operator how to go on. Pure.
import type { ProviderFacts } from '../contract/facts.ts';
import { advise, type Remedy } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import { isMutating, type Step } from '../contract/step.ts';
import { madeDatabase } from '../model/about.ts';
import { some } from '../text/list.ts';

export interface Ended {
  /** The plan's, with what became of each in its `state`. */
  readonly steps: readonly Step[];
  /** Those, by kind and target, of which a part was done. */
  readonly begun: ReadonlySet<Step>;
  readonly facts: ProviderFacts;
  /** How many staged files wait beside their targets. */
  readonly staged: number;
  /** What to run. */
  readonly next: Remedy;
}

/** The finding that tells it. */
export function whatStands({ steps, begun, facts, staged, next }: Ended): Diagnostic {
  const files =
    staged === 0 ? '' : `; ${staged} staged file${staged === 1 ? ' holds' : 's hold'} what the next run takes`;
  return {
    severity: 'info',
    code: 'what-stands',
    message: told(steps.filter(isMutating), [...begun], facts, staged > 0 ? ' on the server' : '') + files,
    ...advise(next),
  };
}

function told(steps: readonly Step[], begun: readonly Step[], { actions }: ProviderFacts, where: string): string {
  const done = steps.filter(({ state }) => state === 'applied');
  const isTouched = done.length > 0 || begun.length > 0 || steps.some(({ state }) => state === 'unknown');
  if (!isTouched) return `nothing was changed${where}`;
  const open = steps.filter(({ state }) => state === 'unknown').length;
  const doubt = open === 0 ? '' : `, ${open} may have been`;
  const parts = [`${done.length} of ${steps.length} steps were carried out${doubt}`];
  const isMaking = (step: Step) => madeDatabase(step, actions) !== undefined;
  const made = steps.filter(isMaking);
  if (made.length === 0) return parts.join('');
  const ready = made.filter(({ target }) =>
    steps.filter((step) => step.target === target).every(({ state }) => state === 'applied'),
  );
  parts.push(`${ready.length} of ${made.length} new databases are ready${ready.length > 0 ? ` (${list(ready)})` : ''}`);
  const closed = made.filter(({ target }) => begun.some((step) => isMaking(step) && step.target === target));
  const shut = made.filter((step) => step.state === 'applied' && !ready.includes(step));
  if (closed.length > 0) parts.push(`${list(closed)} ${closed.length === 1 ? 'is' : 'are'} closed and unfinished`);
  if (shut.length > 0) parts.push(`nobody may connect to ${list(shut)} yet`);
  return parts.join('; ');
}

function list(steps: readonly Step[]): string {
  return some(steps.map(({ target }) => target));
}
