// A problem as a person reads it: its place, what is wrong, the line with the place marked. Shows no secret. Pure.
import { printable } from '../../text/printable.ts';
import type { ManifestProblem } from './problems.ts';
import { secretStart } from './secret-words.ts';
import { charactersIn, type ManifestSource, type Span, spansBetween } from './source.ts';

/** Longer lines are shown from a little before the place. */
const mostShown = 140;

/**
 * The lines of a problem.
 *
 * @param hidden places of which nothing may be shown, in their order, apart
 * @example
 * excerptLines(problem, source, []);
 * // bus.yaml:6:24: unknown key conections; did you mean connections?
 * //   6 |   shop_app: {login: true, conections: 40}
 * //     |                           ^^^^^^^^^^
 */
export function excerptLines(
  problem: ManifestProblem,
  source: ManifestSource,
  hidden: readonly Span[],
): readonly string[] {
  const { line, column } = source.position(problem.start);
  const head = `${printable(source.file)}:${line}:${column}: ${printable(problem.message)}`;
  const { text, start } = source.line(line);
  if (text.trim() === '') return [head];
  const from = problem.start - start;
  const to = Math.max(from + 1, Math.min(problem.end - start, text.length));
  const left = from > 100 ? from - 40 : 0;
  const right = left + mostShown;
  const safe = withoutWhatIsHidden(text, start, { left, right }, hidden);
  const [before, marked, after] = [
    safe.slice(0, from - left),
    safe.slice(from - left, to - left),
    safe.slice(to - left),
  ];
  const [gutter, lead] = [' '.repeat(String(line).length), left > 0 ? '…' : ''];
  const indent = ' '.repeat(charactersIn(lead + shown(before)));
  // Of a place that is hidden with what stands before it nothing can be marked.
  const isUnseen = marked === '' && (from < text.length || safe.length < from - left);
  const caret = isUnseen ? [] : [`  ${gutter} | ${indent}${'^'.repeat(caretsFor(shown(marked)))}`];
  const end = right < text.length ? '…' : '';
  return [head, `  ${line} | ${lead}${shown(before)}${shown(marked)}${shown(after)}${end}`, ...caret];
}

function caretsFor(marked: string): number {
  return Math.min(Math.max(charactersIn(marked), 1), 60);
}

/** How far before what is shown a key may stand whose value would be shown. */
const longestValue = 2_000;

/** A part of a line, with NUL for each unit that is hidden, or that may be a secret. */
function withoutWhatIsHidden(
  text: string,
  start: number,
  { left, right }: { readonly left: number; readonly right: number },
  hidden: readonly Span[],
): string {
  const begin = Math.max(0, left - longestValue);
  let part = text.slice(begin, right);
  for (const span of spansBetween(hidden, start + begin, start + right)) {
    const [from, to] = [Math.max(span.start - start - begin, 0), Math.min(span.end - start - begin, part.length)];
    if (from < to) part = part.slice(0, from) + '\0'.repeat(to - from) + part.slice(to);
  }
  const open = secretStart(part);
  if (open !== undefined) part = `${part.slice(0, Math.max(open, left - begin))}\0`;
  return part.slice(left - begin);
}

/** Tabs as one blank, so that what is marked below stands below; of what is hidden not even the length. */
function shown(text: string): string {
  return printable(text.replaceAll('\t', ' ').replace(/\0+/g, '***'));
}
