// What verify found, for people: a block for each kind of check, the good ones in a line, the others explained.
import type { Check, Response } from 'bus-integration-database';
import { checkLines, okText } from './text-check.ts';
import { headLines, type View, verdictLines } from './view.ts';

export function verifyText(response: Response, view: View): string[] {
  const failures = response.diagnostics.filter(({ severity }) => severity === 'fail');
  return [
    ...headLines(response, view),
    ...block('connectivity', response.connectivity, view),
    ...block('listener-policy', response.listener_policy, view),
    ...verdictLines(failures, 'failed', view),
  ];
}

function block(title: string, checks: readonly Check[] | undefined, view: View): string[] {
  if (checks === undefined) return [];
  const good = checks.filter(({ result }) => result === 'ok').length;
  const judged = checks.filter(({ result }) => result !== 'info' && result !== 'skipped').length;
  const summary = checks.length === 0 ? 'nothing to check' : `${good} of ${judged} ok${okText(checks)}`;
  return [`${title.padEnd(17)} ${summary}`, ...checkLines(checks, view)];
}
