// The inside of a bracket expression, [a-z[:digit:]_], byte by byte as the server reads it.
// https://www.postgresql.org/docs/current/functions-matching.html#POSIX-BRACKET-EXPRESSIONS
import type { RegexCursor } from './cursor.ts';
import { readEscape } from './escape.ts';
import { DoubtfulRegex, InvalidRegex } from './node.ts';
import { type ByteSet, classSet, complementOf, rangeSet, unionOf, withBothCases } from './set.ts';

/** Reads from behind the opening bracket to behind the closing one. */
export function readBracket(cursor: RegexCursor): ByteSet {
  const isNegated = cursor.take('^');
  const sets: ByteSet[] = [];
  for (let isFirst = true; isFirst || !cursor.take(']'); isFirst = false) {
    if (cursor.isAtEnd) throw new InvalidRegex('brackets [] are not balanced');
    sets.push(readMember(cursor, isFirst));
  }
  const union = unionOf(sets);
  const set = cursor.flags.ignoresCase ? withBothCases(union) : union;
  return isNegated ? complementOf(set) : set;
}

function readMember(cursor: RegexCursor, isFirst: boolean): ByteSet {
  // First or last in the brackets a hyphen is one; elsewhere it begins no member.
  if (!isFirst && cursor.sees('-') && !cursor.sees('-]')) throw new InvalidRegex('a range has no begin');
  const from = readEnd(cursor);
  if (typeof from !== 'number') return from;
  if (!cursor.sees('-') || cursor.sees('-]')) return rangeSet(from, from);
  cursor.take('-');
  if (cursor.isAtEnd) throw new InvalidRegex('brackets [] are not balanced');
  const to = readEnd(cursor);
  if (typeof to !== 'number' || to < from) throw new InvalidRegex('a range is not one');
  return rangeSet(from, to);
}

/** A code, which may be an end of a range, or a whole set, which may not. */
function readEnd(cursor: RegexCursor): number | ByteSet {
  if (cursor.take('[:')) return readClass(cursor);
  if (cursor.take('[=')) {
    const code = readElement(cursor, '=]');
    return rangeSet(code, code);
  }
  if (cursor.take('[.')) return readElement(cursor, '.]');
  if (cursor.sees('[') && cursor.left === 1) throw new InvalidRegex('brackets [] are not balanced');
  if (!cursor.take('\\')) return cursor.next();
  const meaning = readEscape(cursor, 0);
  if (meaning.kind === 'code') return meaning.code;
  if (meaning.kind === 'set') return meaning.set;
  throw new InvalidRegex('an escape is not for brackets');
}

function readClass(cursor: RegexCursor): ByteSet {
  const name = cursor.until(':]');
  if (name === undefined) throw new InvalidRegex('brackets [] are not balanced');
  const isCase = cursor.flags.ignoresCase && (name === 'lower' || name === 'upper');
  const set = classSet(isCase ? 'alpha' : name);
  if (set === undefined) throw new InvalidRegex('a character class is not known');
  return set;
}

function readElement(cursor: RegexCursor, end: string): number {
  const name = cursor.until(end);
  if (name === undefined) throw new InvalidRegex('brackets [] are not balanced');
  if (name === '') throw new InvalidRegex('a collating element has no name');
  if (name.length > 1) throw new DoubtfulRegex('it names a collating element');
  return name.charCodeAt(0);
}
