// A problem as a person reads it: its place, what is wrong, the line with the place marked. Shows no secret. Pure.
import { printable } from '../text/printable.ts';
import type { ManifestProblem } from './problems.ts';
import { withoutSecrets } from './secret-words.ts';
import { charactersIn, type ManifestSource, type Span } from './source.ts';

/** Longer lines are shown from a little before the place. */
const mostShown = 140;

/**
 * The lines of a problem.
 *
 * @param hidden places of which nothing may be shown
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
  const marks = blotted(text, start, hidden);
  const from = problem.start - start;
  const to = Math.max(from + 1, Math.min(problem.end - start, text.length));
  const left = from > 100 ? from - 40 : 0;
  const before = shown(marks.slice(left, from));
  const marked = shown(marks.slice(from, to));
  const after = shown(marks.slice(to, left + mostShown));
  const shownLine = withoutSecrets(`${before}${marked}${after}`);
  const gutter = ' '.repeat(String(line).length);
  const lead = left > 0 ? '…' : '';
  const indent = ' '.repeat(charactersIn(lead + before));
  // What was cut out of the line has moved what stands behind it.
  const isMoved = !shownLine.startsWith(before + marked);
  const caret = isMoved ? [] : [`  ${gutter} | ${indent}${'^'.repeat(caretsFor(marked))}`];
  return [head, `  ${line} | ${lead}${shownLine}${left + mostShown < text.length ? '…' : ''}`, ...caret];
}

function caretsFor(marked: string): number {
  return Math.min(Math.max(charactersIn(marked), 1), 60);
}

/** The units of the line, with NUL for what is hidden. */
function blotted(text: string, start: number, hidden: readonly Span[]): string {
  let out = text;
  for (const span of hidden) {
    const [from, to] = [Math.max(span.start - start, 0), Math.min(span.end - start, text.length)];
    if (from < to) out = out.slice(0, from) + '\0'.repeat(to - from) + out.slice(to);
  }
  return out;
}

/** Tabs as one blank, so that what is marked below stands below; of what is hidden not even the length. */
function shown(text: string): string {
  return printable(text.replaceAll('\t', ' ').replace(/\0+/g, '***'));
}
