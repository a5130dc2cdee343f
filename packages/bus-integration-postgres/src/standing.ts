// What stands when a run ended early, in a sentence that tells the operator how to go on. Pure.
import { type Diagnostic, isMutating, type Step } from 'bus-integration-database';

export function whatStands(steps: readonly Step[]): Diagnostic {
  const mutating = steps.filter(isMutating);
  const done = mutating.filter(({ state }) => state === 'applied');
  const made = mutating.filter(({ action }) => action === 'create-database');
  const parts = [`${done.length} of ${mutating.length} steps were carried out`];
  if (made.length > 0) {
    const ready = made.filter(({ target }) =>
      mutating.filter((step) => step.target === target).every(({ state }) => state === 'applied'),
    );
    parts.push(
      `${ready.length} of ${made.length} new databases are ready${ready.length > 0 ? ` (${list(ready)})` : ''}`,
    );
    const rest = made.filter((step) => !ready.includes(step));
    if (rest.length > 0) parts.push(`${list(rest)} ${rest.length === 1 ? 'is' : 'are'} not let in to yet`);
  }
  return {
    severity: 'info',
    code: 'what-stands',
    message: parts.join('; '),
    remedy: 'run the same command again; it continues',
  };
}

function list(steps: readonly Step[]): string {
  const names = steps.map(({ target }) => target);
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}
