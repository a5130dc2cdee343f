// What apply did, for people: the plan's lines with what became of each, how many, how long, and what stands when it
// ended early.
import { count, isMutating, nameList, type Response, type Step } from 'bus-integration-database';
import { timeText } from '../command-line/figures.ts';
import { blocksOf } from './fold.ts';
import { leftoverLines } from './text-leftovers.ts';
import { deploymentLines, nothingToDo, planText, refusalLabel } from './text-plan.ts';
import { leadLines, stepLines } from './text-step.ts';
import { headLines, nextLines, paragraph, type View, verdictLines } from './view.ts';

export function applyText(response: Response, view: View): string[] {
  const mutating = response.steps.filter(isMutating);
  if (response.dry_run) return planText(response, view, ['dry run: nothing was changed']);
  if (response.ok && mutating.length === 0) return [...headLines(response, view), ...nothingToDo(response, view)];
  const done = mutating.filter(({ state }) => state === 'applied');
  if (!response.ok && refusalLabel(response) === 'refused' && done.length === 0) return planText(response, view);
  const isStopped = response.error_class === 'cancelled' || response.error_class === 'timeout';
  const time = response.elapsed_ms === undefined ? '' : ` in ${timeText(response.elapsed_ms)}`;
  return [
    ...headLines(response, view),
    ...deploymentLines(response),
    '',
    ...leadLines(response.steps, view),
    '',
    ...stepLines(response.steps, view, { withStates: true }),
    '',
    // What stands says as much of a run that was stopped.
    ...(isStopped ? [] : [`${done.length} of ${count(mutating.length, 'step')} done${time}`]),
    ...leftoverLines(response, view),
    ...(response.ok ? nextLines([view.commandLine('verify')]) : endingLines(response, mutating, view)),
  ];
}

/** Why it ended early, and what stands. */
function endingLines(response: Response, mutating: readonly Step[], view: View): string[] {
  const failures = response.diagnostics.filter(({ severity }) => severity === 'fail');
  // What was carried out and still isn't so is a matter of its own: running it again would not change it.
  const told = response.diagnostics.find(({ code }) => code === 'what-stands');
  if (response.error_class === 'not-converged' && told === undefined) return verdictLines(failures, 'failed', view);
  const stands = told?.message ?? whatStands(mutating, view);
  const again = told?.remedy ?? 'run the same command again; it continues';
  if (response.error_class === 'cancelled' || response.error_class === 'timeout') {
    const reason = failures.map(({ message }) => message).join('; ') || 'interrupted';
    return [...paragraph('', `${reason}: ${stands}`), ...nextLines([again])];
  }
  const isFirst = failures.every(({ remedy }) => remedy === undefined);
  return [
    ...paragraph('what stands: ', stands),
    ...verdictLines(failures, 'failed', view),
    ...paragraph(isFirst ? 'next: ' : 'then: ', again),
  ];
}

/** Which databases are ready and which unfinished, from the steps' states. */
function whatStands(mutating: readonly Step[], { facts }: View): string {
  if (!mutating.some(({ state }) => state === 'applied' || state === 'unknown')) return 'nothing was changed';
  const blocks = blocksOf(mutating, facts).filter(({ kind }) => kind === 'database');
  const ready = blocks.filter(({ steps }) => steps.every(({ state }) => state === 'applied'));
  const begun = blocks.filter(
    (block) => !ready.includes(block) && block.steps.some(({ state }) => state === 'applied' || state === 'unknown'),
  );
  const names = (list: typeof blocks) => nameList(list.map(({ name }) => name));
  if (blocks.length === 0) {
    const done = mutating.filter(({ state }) => state === 'applied');
    return `${done.length} of ${count(mutating.length, 'step')} done; nothing else was touched`;
  }
  return [
    `${ready.length} of ${count(blocks.length, 'database')} ready${ready.length > 0 ? `: ${names(ready)}` : ''}`,
    ...(begun.length > 0 ? [`${names(begun)} unfinished`] : []),
    'nothing else was touched',
  ].join('; ');
}
