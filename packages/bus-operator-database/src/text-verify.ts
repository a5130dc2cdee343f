// What verify found, for people: a block for each kind of check, the good ones in a line, the others explained.
import type { Check, Response } from 'bus-integration-database';
import { checkLines, okText } from './text-check.ts';
import { leftoverLines } from './text-leftovers.ts';
import { listenerLines } from './text-listener.ts';
import { deploymentLines } from './text-plan.ts';
import { headLines, type View, verdictLines } from './view.ts';

export function verifyText(response: Response, view: View): string[] {
  const failures = response.diagnostics.filter(({ severity }) => severity === 'fail');
  return [
    ...headLines(response, view),
    ...deploymentLines(response),
    ...block('connectivity', response.connectivity, view),
    ...listenerLines(response.listener_policy, view),
    ...leftoverLines(response, view),
    ...verdictLines(failures, 'failed', view),
  ];
}

function block(title: string, checks: readonly Check[] | undefined, view: View): string[] {
  if (checks === undefined) return [];
  return [`${title.padEnd(17)} ${summary(checks)}`, ...checkLines(checks, view)];
}

function summary(checks: readonly Check[]): string {
  const of = (...results: Check['result'][]) => checks.filter(({ result }) => results.includes(result)).length;
  const judged = of('ok', 'warn', 'fail');
  if (judged > 0) return `${of('ok')} of ${judged} ok${okText(checks)}`;
  return of('unknown') > 0 ? 'not known' : 'nothing to check';
}
