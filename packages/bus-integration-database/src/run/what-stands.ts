// What stands when a run ended early, in a sentence that tells the operator how to go on. Pure.
import { advise, type Remedy } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import { isMutating, type Step } from '../contract/step.ts';
import { sameCommand } from '../model/advice.ts';

/**
 * What became of the steps stands in their `state`; of those in `begun` (the same by kind and target) a part was done.
 * `staged` files wait beside their targets; `next` is what to run.
 */
export function whatStands(
  steps: readonly Step[],
  begun: ReadonlySet<Step>,
  staged = 0,
  next: Remedy = sameCommand,
): Diagnostic {
  const files =
    staged === 0 ? '' : `; ${staged} staged file${staged === 1 ? ' holds' : 's hold'} what the next run takes`;
  return {
    severity: 'info',
    code: 'what-stands',
    message: told(steps.filter(isMutating), [...begun], staged > 0 ? ' on the server' : '') + files,
    ...advise(next),
  };
}

function told(steps: readonly Step[], begun: readonly Step[], where: string): string {
  const done = steps.filter(({ state }) => state === 'applied');
  const isTouched = done.length > 0 || begun.length > 0 || steps.some(({ state }) => state === 'unknown');
  if (!isTouched) return `nothing was changed${where}`;
  const open = steps.filter(({ state }) => state === 'unknown').length;
  const doubt = open === 0 ? '' : `, ${open} may have been`;
  const parts = [`${done.length} of ${steps.length} steps were carried out${doubt}`];
  const made = steps.filter(({ action }) => action === 'create-database');
  if (made.length === 0) return parts.join('');
  const ready = made.filter(({ target }) =>
    steps.filter((step) => step.target === target).every(({ state }) => state === 'applied'),
  );
  parts.push(`${ready.length} of ${made.length} new databases are ready${ready.length > 0 ? ` (${list(ready)})` : ''}`);
  const closed = made.filter(({ target }) =>
    begun.some((step) => step.action === 'create-database' && step.target === target),
  );
  const shut = made.filter((step) => step.state === 'applied' && !ready.includes(step));
  if (closed.length > 0) parts.push(`${list(closed)} ${closed.length === 1 ? 'is' : 'are'} closed and unfinished`);
  if (shut.length > 0) parts.push(`nobody is let in to ${list(shut)} yet`);
  return parts.join('; ');
}

function list(steps: readonly Step[]): string {
  const names = steps.map(({ target }) => target);
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}
