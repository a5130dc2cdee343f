// Reads PostgreSQL's advanced regular expressions as far as a pattern without look-around and back references goes.
// https://www.postgresql.org/docs/current/functions-matching.html#POSIX-SYNTAX-DETAILS
import { readBracket } from './bracket.ts';
import { type RegexCursor, regexCursor } from './cursor.ts';
import { readEscape } from './escape.ts';
import { type Boundary, DoubtfulRegex, InvalidRegex, type RegexNode } from './node.ts';
import { anyByte, rangeSet, withBothCases } from './set.ts';

export interface ParsedRegex {
  readonly node: RegexNode;
  readonly heedsNewlines: boolean;
}

/** @throws InvalidRegex where the server refuses the pattern; DoubtfulRegex where that can't be told here. */
export function parseRegex(pattern: string): ParsedRegex {
  const cursor = regexCursor(pattern);
  const { heedsNewlines } = cursor.flags;
  if (cursor.flags.isLiteral) {
    const parts: RegexNode[] = [];
    while (!cursor.isAtEnd) parts.push(oneCode(cursor.next(), cursor));
    return { node: { kind: 'sequence', parts }, heedsNewlines };
  }
  const state: State = { cursor, groups: 0, depth: 0 };
  const node = readChoice(state);
  if (!cursor.isAtEnd) throw new InvalidRegex('parentheses () are not balanced');
  return { node, heedsNewlines };
}

interface State {
  readonly cursor: RegexCursor;
  groups: number;
  depth: number;
}

const deepestNesting = 100;

function readChoice(state: State): RegexNode {
  const parts = [readBranch(state)];
  while (state.cursor.take('|')) parts.push(readBranch(state));
  return parts.length === 1 ? (parts[0] as RegexNode) : { kind: 'choice', parts };
}

function readBranch(state: State): RegexNode {
  const { cursor } = state;
  const parts: RegexNode[] = [];
  for (;;) {
    skipComments(cursor);
    if (cursor.isAtEnd || cursor.sees('|') || cursor.sees(')')) return { kind: 'sequence', parts };
    const atom = readAtom(state);
    // What comes behind a place is no repetition of it, but a repetition of nothing, which the next turn refuses.
    parts.push(atom.kind === 'place' ? atom : readRepeat(cursor, atom));
  }
}

function skipComments(cursor: RegexCursor): void {
  while (cursor.take('(?#')) {
    if (cursor.until(')') === undefined) while (!cursor.isAtEnd) cursor.next();
  }
}

const placeMarks: readonly (readonly [string, Boundary])[] = [
  ['^', 'begin'],
  ['$', 'end'],
  ['[[:<:]]', 'word-begin'],
  ['[[:>:]]', 'word-end'],
];

function readAtom(state: State): RegexNode {
  const { cursor } = state;
  for (const [mark, place] of placeMarks) if (cursor.take(mark)) return { kind: 'place', place };
  if (cursor.take('(')) return readGroup(state);
  if (cursor.take('[')) return { kind: 'set', set: readBracket(cursor) };
  if (cursor.take('.')) return { kind: 'set', set: anyByte };
  if (cursor.take('\\')) return readEscaped(state);
  const isRepeat = ['*', '+', '?'].some((mark) => cursor.sees(mark));
  const code = cursor.next();
  if (isRepeat || (code === 0x7b && isDigitNext(cursor))) throw new InvalidRegex('a quantifier has nothing to repeat');
  return oneCode(code, cursor);
}

function isDigitNext(cursor: RegexCursor): boolean {
  return [...'0123456789'].some((digit) => cursor.sees(digit));
}

function oneCode(code: number, cursor: RegexCursor): RegexNode {
  const set = rangeSet(code, code);
  return { kind: 'set', set: cursor.flags.ignoresCase ? withBothCases(set) : set };
}

function readGroup(state: State): RegexNode {
  const { cursor } = state;
  if (cursor.take('?')) {
    if (['=', '!', '<=', '<!'].some((mark) => cursor.sees(mark))) throw new DoubtfulRegex('it looks around');
    if (!cursor.take(':')) throw new InvalidRegex('a quantifier has nothing to repeat');
  } else {
    state.groups += 1;
  }
  state.depth += 1;
  if (state.depth > deepestNesting) throw new DoubtfulRegex('it is nested too deep');
  const inside = readChoice(state);
  state.depth -= 1;
  if (!cursor.take(')')) throw new InvalidRegex('parentheses () are not balanced');
  // As a sequence, lest a group that is one place be taken for that place: a group can be repeated.
  return { kind: 'sequence', parts: [inside] };
}

function readEscaped(state: State): RegexNode {
  const meaning = readEscape(state.cursor, state.groups);
  switch (meaning.kind) {
    case 'code':
      return oneCode(meaning.code, state.cursor);
    case 'set':
    case 'place':
      return meaning;
    case 'reference':
      if (meaning.group > state.groups) throw new InvalidRegex('it refers back to a group that is not there');
      throw new DoubtfulRegex('it refers back to a group');
  }
}

const largestBound = 255;

function readRepeat(cursor: RegexCursor, part: RegexNode): RegexNode {
  skipComments(cursor);
  const repeat = readBounds(cursor);
  if (repeat === undefined) return part;
  // Greedy or not, the same texts hold a match.
  cursor.take('?');
  return { kind: 'repeat', part, ...repeat };
}

function readBounds(cursor: RegexCursor): { least: number; most: number } | undefined {
  if (cursor.take('*')) return { least: 0, most: Number.POSITIVE_INFINITY };
  if (cursor.take('+')) return { least: 1, most: Number.POSITIVE_INFINITY };
  if (cursor.take('?')) return { least: 0, most: 1 };
  if (!cursor.sees('{')) return undefined;
  cursor.take('{');
  if (!isDigitNext(cursor)) {
    cursor.back(1);
    return undefined;
  }
  const bound = cursor.until('}') ?? '';
  const [, first = '', comma, second = ''] = /^(\d+)(,?)(\d*)$/.exec(bound) ?? [];
  const least = first === '' ? Number.NaN : Number(first);
  const most = comma !== ',' ? least : second === '' ? Number.POSITIVE_INFINITY : Number(second);
  const isFine = least <= largestBound && least <= most && (most <= largestBound || most === Number.POSITIVE_INFINITY);
  if (!isFine) throw new InvalidRegex('a repetition count is not valid');
  return { least, most };
}
