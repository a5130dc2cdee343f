// Checks as lines: the good ones counted, each other one with what was seen and what to do about it.
import { type Check, nameList, printable } from 'bus-integration-database';
import type { Color } from './paint.ts';
import { nextLines, paragraph, type View } from './view.ts';

const narrowestId = 15;
const mostSentences = 4;
const mostTargets = 10;
const colors: Readonly<Record<Check['result'], Color>> = {
  ok: 'green',
  info: 'dim',
  warn: 'yellow',
  fail: 'red',
  unknown: 'yellow',
  skipped: 'dim',
};

export function checkColor(result: Check['result']): Color {
  return colors[result];
}

/** Each check that isn't simply ok; with -v the ok ones too. */
export function checkLines(checks: readonly Check[], view: View): string[] {
  const shown = checks.filter(({ result }) => view.verbosity > 0 || result !== 'ok');
  const idWidth = shown.reduce((widest, { id }) => Math.max(widest, printable(id).length), narrowestId);
  return shown.flatMap((check) => [...seenLines(check, idWidth, view), ...nextLines([check.remedy], '        ')]);
}

/** What the ok ones have to say, in one line: each thing once, or what they are about where that is too much; `-v` lists more. */
export function okText(checks: readonly Check[]): string {
  const good = checks.filter(({ result }) => result === 'ok');
  const seen = [...new Set(good.map((check) => check.seen))];
  const targets = good.flatMap(({ target }) => (target === undefined ? [] : [target]));
  if (seen.length <= mostSentences && !seen.includes(''))
    return good.length === 0 ? '' : `: ${printable(seen.join('; '))}`;
  return targets.length === 0 || targets.length > mostTargets ? '' : `: ${printable(nameList(targets))}`;
}

function seenLines({ id, result, target, seen }: Check, idWidth: number, view: View): string[] {
  const word = view.paint(colors[result], result) + ' '.repeat(Math.max(0, 7 - result.length));
  const about = target === undefined ? '' : `${printable(target)}  `;
  const [first = '', ...rest] = paragraph('', seen);
  return [
    `  ${word} ${printable(id).padEnd(idWidth)}  ${about}${first}`.trimEnd(),
    ...rest.map((line) => `        ${line}`),
  ];
}
