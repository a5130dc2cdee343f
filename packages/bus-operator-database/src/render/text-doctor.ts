// What doctor found, for people: where the configuration came from, what is not in order, how many are.

import { type Check, count, type Response } from 'bus-integration-database';
import { checkLines } from './text-check.ts';
import { headLines, nextLines, type View, verdictLines } from './view.ts';

export function doctorText(response: Response, view: View): string[] {
  const { checks = [] } = response;
  const failures = response.diagnostics.filter(({ severity }) => severity === 'fail');
  return [
    ...headLines(response, view),
    ...(view.origin === undefined ? [] : [`config: ${view.origin}`]),
    ...checkLines(checks, view),
    ...verdictLines(failures, 'failed', view),
    countLine(checks),
    ...(response.ok ? nextLines([view.commandLine('plan')]) : []),
  ];
}

function countLine(checks: readonly Check[]): string {
  const of = (result: Check['result']) => checks.filter((check) => check.result === result).length;
  const others = [
    [of('unknown'), 'unknown'],
    [of('skipped'), 'skipped'],
  ] as const;
  return [
    `${count(of('ok'), 'check')} ok`,
    count(of('warn'), 'warning'),
    `${of('fail')} failed`,
    ...others.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`),
  ].join(', ');
}
