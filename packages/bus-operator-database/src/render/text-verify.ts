// What verify found, for people: a block for each kind of check, the good ones in a line, the others explained.

import { type Check, count, type Response } from 'bus-integration-database';
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

/** `299 of 300 databases ok (599 of 600 logins, 604 of 605 checks): writes and reads in public`. */
function summary(checks: readonly Check[]): string {
  const judged = checks.filter(({ result }) => ['ok', 'warn', 'fail'].includes(result));
  if (judged.length === 0) return checks.some(({ result }) => result === 'unknown') ? 'not known' : 'nothing to check';
  const logins = judged.filter(({ id, database }) => id === 'service-login' && database !== undefined);
  const databases = [...new Set(logins.map(({ database }) => database))];
  const failed = new Set(logins.filter(({ result }) => result !== 'ok').map(({ database }) => database));
  const all = ratio(judged.filter(isOk).length, judged.length, 'check');
  if (databases.length === 0) return `${all} ok${okText(checks)}`;
  const good = ratio(databases.length - failed.size, databases.length, 'database');
  return `${good} ok (${ratio(logins.filter(isOk).length, logins.length, 'login')}, ${all})${okText(checks)}`;
}

function isOk({ result }: Check): boolean {
  return result === 'ok';
}

function ratio(some: number, all: number, one: string): string {
  return `${some} of ${count(all, one)}`;
}
