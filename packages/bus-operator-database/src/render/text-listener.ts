// Who may reach the server, for people: the policy in the title, then each finding with its line, what follows from it,
// and what to replace it with.
import { type Check, count, printable } from 'bus-integration-database';
import { checkColor } from './text-check.ts';
import { paragraph, type View } from './view.ts';

/** So many more findings of one name are named; `-v` shows all. */
const most = 8;
const narrowestId = 15;
const indent = ' '.repeat(8);

export function listenerLines(checks: readonly Check[] | undefined, view: View): string[] {
  if (checks === undefined) return [];
  const policy = checks.find(({ id }) => id === 'policy');
  const others = checks.filter((check) => check !== policy);
  const sorted = order.flatMap((result) => others.filter((check) => check.result === result));
  const idWidth = sorted.reduce((widest, { id }) => Math.max(widest, printable(id).length), narrowestId);
  return [
    `listener-policy   ${policy === undefined ? summary(others) : printable(policy.seen)}`,
    ...(policy === undefined ? [] : policyLines(policy, view)),
    ...findingLines(sorted, idWidth, view),
    ...(policy === undefined ? [] : [`  ${summary(others)}`]),
  ];
}

const order: readonly Check['result'][] = ['fail', 'unknown', 'warn', 'info', 'skipped', 'ok'];

/** What the admin's own connection shows, and the one key to set, come before all findings. */
function policyLines({ result, why, remedy }: Check, view: View): string[] {
  return [
    ...(why === undefined ? [] : paragraph(`  ${result.padEnd(7)} `, why)).map((line, index) =>
      index === 0 ? line.replace(result, view.paint(checkColor(result), result)) : line,
    ),
    ...(remedy === undefined ? [] : paragraph(indent, remedy)),
  ];
}

/**
 * Findings of one name and result stand together: the first explained, the others by their line; `-v` explains all.
 * What fixes several findings of one rule is printed once.
 */
function findingLines(checks: readonly Check[], idWidth: number, view: View): string[] {
  const printed = new Set<string>();
  return [...grouped(checks).values()].flatMap((alike) => {
    const explained = view.verbosity > 0 ? alike : alike.slice(0, 1);
    const named = view.verbosity > 0 ? [] : alike.slice(1);
    const left = named.length - most;
    return [
      ...explained.flatMap((check) => [headLine(check, idWidth, view), ...detailLines(check, printed)]),
      ...named.slice(0, most).map((check) => `${' '.repeat(idWidth + 12)}${subject(check)}`.trimEnd()),
      ...(left > 0 ? [`${' '.repeat(idWidth + 12)}and ${left} more (-v shows all)`] : []),
    ];
  });
}

function grouped(checks: readonly Check[]): Map<string, Check[]> {
  const kinds = new Map<string, Check[]>();
  for (const check of checks) {
    const kind = `${check.result} ${check.id}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), check]);
  }
  return kinds;
}

function headLine(check: Check, idWidth: number, view: View): string {
  const { id, result } = check;
  const word = view.paint(checkColor(result), result) + ' '.repeat(Math.max(0, 7 - result.length));
  return `  ${word} ${printable(id).padEnd(idWidth)}  ${subject(check)}`.trimEnd();
}

function subject({ rule, seen, target }: Check): string {
  const place = rule === undefined ? (target ?? '') : `${rule.file}:${rule.line}`;
  return `${printable(place)}${place === '' ? '' : '  '}${printable(seen.replaceAll('\n', ' '))}`;
}

function detailLines({ why, remedy, rule }: Check, printed: Set<string>): string[] {
  const key = JSON.stringify([rule?.file, rule?.line, remedy]);
  const isPrinted = rule !== undefined && remedy !== undefined && printed.has(key);
  printed.add(key);
  return [why, isPrinted ? sameRemedy : remedy].flatMap((text) => (text === undefined ? [] : paragraph(indent, text)));
}

const sameRemedy = 'fixed by the lines above for the same rule';

function summary(checks: readonly Check[]): string {
  const of = (result: Check['result']) => checks.filter((check) => check.result === result).length;
  if (checks.length === 0) return 'nothing to check';
  const parts = [
    `${count(of('ok'), 'check')} ok`,
    ...(of('fail') > 0 ? [`${of('fail')} failed`] : []),
    ...(of('unknown') > 0 ? [`${of('unknown')} unknown`] : []),
    ...(of('warn') > 0 ? [count(of('warn'), 'warning')] : []),
  ];
  return parts.join(', ');
}
