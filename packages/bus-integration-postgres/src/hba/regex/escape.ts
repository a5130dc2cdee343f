// What a backslash means in a regular expression: https://www.postgresql.org/docs/current/functions-matching.html#POSIX-ESCAPE-SEQUENCES
import type { RegexCursor } from './cursor.ts';
import { type Boundary, InvalidRegex } from './node.ts';
import { type ByteSet, classSet, complementOf } from './set.ts';

export type Escape =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'set'; readonly set: ByteSet }
  | { readonly kind: 'place'; readonly place: Boundary }
  | { readonly kind: 'reference'; readonly group: number };

/** Reads from behind the backslash. `groups` is how many groups have been opened so far: `\12` depends on it. */
export function readEscape(cursor: RegexCursor, groups: number): Escape {
  if (cursor.isAtEnd) throw wrongEscape();
  const code = cursor.next();
  const letter = String.fromCharCode(code);
  if (!/[0-9A-Za-z]/.test(letter)) return { kind: 'code', code };
  const single = Object.hasOwn(codes, letter) ? codes[letter] : undefined;
  if (single !== undefined) return { kind: 'code', code: single };
  const place = Object.hasOwn(places, letter) ? places[letter] : undefined;
  if (place !== undefined) return { kind: 'place', place };
  const name = Object.hasOwn(classNames, letter.toLowerCase()) ? classNames[letter.toLowerCase()] : undefined;
  if (name !== undefined) {
    const set = classSet(name) as ByteSet;
    return { kind: 'set', set: letter === letter.toLowerCase() ? set : complementOf(set) };
  }
  switch (letter) {
    case 'c':
      if (cursor.isAtEnd) throw wrongEscape();
      return { kind: 'code', code: cursor.next() & 0o37 };
    case 'u':
      return { kind: 'code', code: inRange(readDigits(cursor, 16, 4, 4)) };
    case 'U':
      return { kind: 'code', code: inRange(readDigits(cursor, 16, 8, 8)) };
    case 'x':
      return { kind: 'code', code: inRange(readDigits(cursor, 16, 1, 255)) };
  }
  if (!/\d/.test(letter)) throw wrongEscape();
  cursor.back(1);
  return readNumber(cursor, groups);
}

const codes: Readonly<Record<string, number>> = { a: 7, b: 8, B: 0x5c, e: 27, f: 12, n: 10, r: 13, t: 9, v: 11 };
const classNames: Readonly<Record<string, string>> = { d: 'digit', s: 'space', w: 'word' };
const places: Readonly<Record<string, Boundary>> = {
  A: 'begin',
  m: 'word-begin',
  M: 'word-end',
  y: 'word-border',
  Y: 'no-word-border',
  Z: 'end',
};

/** One digit but 0, or the number of a group that was opened, refers to that group; all else is octal. */
function readNumber(cursor: RegexCursor, groups: number): Escape {
  const before = cursor.left;
  if (!cursor.sees('0')) {
    const group = readDigits(cursor, 10, 1, 255);
    if (cursor.left === before - 1 || (group > 0 && group <= groups)) return { kind: 'reference', group };
    cursor.back(before - cursor.left);
  }
  const code = readDigits(cursor, 8, 1, 3);
  if (code <= 0xff) return { kind: 'code', code };
  cursor.back(1);
  return { kind: 'code', code: code >> 3 };
}

function readDigits(cursor: RegexCursor, base: number, least: number, most: number): number {
  let [value, count] = [0, 0];
  for (; count < most && !cursor.isAtEnd; count += 1) {
    const digit = Number.parseInt(String.fromCharCode(cursor.next()), base);
    if (Number.isNaN(digit)) {
      cursor.back(1);
      break;
    }
    value = (value * base + digit) % 2 ** 32;
  }
  if (count < least) throw wrongEscape();
  return value;
}

function inRange(code: number): number {
  if (code > 0x7ffffffe) throw wrongEscape();
  return code;
}

function wrongEscape(): InvalidRegex {
  return new InvalidRegex('an escape is not known');
}
