// What is wrong with a manifest: collected, put in the order of the file, and told as diagnostics. Pure.
import { type AdviceOf, advise } from '../../contract/remedy.ts';
import type { Diagnostic } from '../../contract/response.ts';
import { secretStart } from './secret-words.ts';
import { type ManifestSource, type Span, spansBetween } from './source.ts';
import type { Node } from './tree.ts';

export interface ManifestProblem extends Span {
  readonly code: string;
  /** What was seen, and what was expected. */
  readonly message: string;
  /** What to write in place of what stands there, where it is known. */
  readonly instead?: string;
}

export interface Problems {
  readonly report: (place: Span, code: string, message: string, instead?: string) => void;
  /** Remembers from what a value was read. */
  readonly remember: (value: object, node: Node) => void;
  /** From what a value was read that was read whole. */
  readonly nodeOf: (value: object) => Node | undefined;
  /** Keeps what stands there out of whatever is shown. */
  readonly hide: (place: Span) => void;
  /** In the order of the file. */
  readonly found: () => readonly ManifestProblem[];
  /** What is hidden, in the order of the file; none of them overlap. */
  readonly hidden: () => readonly Span[];
  readonly isEmpty: () => boolean;
  /** Whether more would only be counted. */
  readonly isFull: () => boolean;
  /** How many were found beyond those that are kept. */
  readonly unkept: () => number;
}

/** More help nobody, and a file could have millions of them. */
const mostProblems = 1_000;

/** A place has each kind of problem once, in however many databases it is one. */
export function createProblems(): Problems {
  const problems = new Map<string, ManifestProblem>();
  const hidden: Span[] = [];
  const nodes = new WeakMap<object, Node>();
  let unkept = 0;
  return {
    report: ({ start, end }, code, message, instead) => {
      const id = `${start} ${code}`;
      if (problems.has(id)) return;
      if (problems.size === mostProblems) unkept += 1;
      else problems.set(id, { start, end, code, message, ...(instead !== undefined && { instead }) });
    },
    remember: (value, node) => {
      nodes.set(value, node);
    },
    nodeOf: (value) => nodes.get(value),
    hide: ({ start, end }) => {
      hidden.push({ start, end });
    },
    found: () => {
      const spans = merged(hidden);
      const inOrder = [...problems.values()].sort((a, b) => a.start - b.start || a.end - b.end);
      return inOrder.map((problem) => unsaid(problem, spans));
    },
    hidden: () => merged(hidden),
    isEmpty: () => problems.size === 0,
    isFull: () => problems.size === mostProblems,
    unkept: () => unkept,
  };
}

/** Of what is hidden no message says anything either, but that it looks like a secret. */
function unsaid(problem: ManifestProblem, hidden: readonly Span[]): ManifestProblem {
  const { start, end, code } = problem;
  if (code === 'secret' || spansBetween(hidden, start, start + 1).length === 0) return problem;
  return { start, end, code, message: 'this is not expected here; it is not shown, since it may be a secret' };
}

function merged(spans: readonly Span[]): readonly Span[] {
  const apart: { start: number; end: number }[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = apart.at(-1);
    if (last === undefined || start > last.end) apart.push({ start, end });
    else last.end = Math.max(last.end, end);
  }
  return apart;
}

/** A problem with its place, `file:line:column`, and with the edit of its line where that is known. */
export function diagnosticOf(problem: ManifestProblem, source: ManifestSource, hidden: readonly Span[]): Diagnostic {
  const { line, column } = source.position(problem.start);
  return {
    severity: 'fail',
    code: problem.code,
    message: problem.message,
    target: `${source.file}:${line}:${column}`,
    ...advise(editOf(problem, source, hidden)),
  };
}

const longestEdited = 500;

/** The line as it is to be; undefined where it can't be said, or holds what must not be shown. */
export function editOf(
  { start, end, instead }: ManifestProblem,
  source: ManifestSource,
  hidden: readonly Span[],
): AdviceOf<'edit'> | undefined {
  if (instead === undefined) return undefined;
  const { line } = source.position(start);
  const { text, start: begin } = source.line(line);
  const isWhole = end <= begin + text.length;
  const isShown = spansBetween(hidden, begin, begin + text.length).length === 0;
  if (!isWhole || !isShown || text.length > longestEdited) return undefined;
  const edited = `${text.slice(0, start - begin)}${instead}${text.slice(end - begin)}`;
  if (secretStart(edited) !== undefined) return undefined;
  return { kind: 'edit', change: 'replace', file: { path: source.file }, line, text: [edited] };
}
