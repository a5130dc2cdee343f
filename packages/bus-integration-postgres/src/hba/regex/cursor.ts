// A place in a pattern while it is read, with the options that its beginning has set.
import { DoubtfulRegex, InvalidRegex } from './node.ts';

interface RegexFlags {
  readonly ignoresCase: boolean;
  /** `^`, `$`, `.` or `[^…]` treat a newline in the text in a way of their own. */
  readonly heedsNewlines: boolean;
  readonly isLiteral: boolean;
}

export interface RegexCursor {
  readonly flags: RegexFlags;
  readonly isAtEnd: boolean;
  /** How many bytes are left. */
  readonly left: number;
  /** Whether these characters come next. */
  sees(text: string): boolean;
  /** Steps over them if they come next. */
  take(text: string): boolean;
  /** The next byte; only where there is one. */
  next(): number;
  /** All before the text, stepping over both; undefined where it doesn't come any more. */
  until(text: string): string | undefined;
  back(count: number): void;
}

/** Reads the prefixes of a pattern: https://www.postgresql.org/docs/current/functions-matching.html#POSIX-METASYNTAX */
export function regexCursor(pattern: string): RegexCursor {
  // One character a byte, since bytes are what the server compares.
  const text = Buffer.from(pattern, 'utf8').toString('latin1');
  let at = 0;
  let flags: RegexFlags = { ignoresCase: false, heedsNewlines: false, isLiteral: false };
  const cursor: RegexCursor = {
    get flags() {
      return flags;
    },
    get isAtEnd() {
      return at >= text.length;
    },
    get left() {
      return text.length - at;
    },
    sees: (wanted) => text.startsWith(wanted, at),
    take: (wanted) => {
      const isThere = text.startsWith(wanted, at);
      if (isThere) at += wanted.length;
      return isThere;
    },
    next: () => text.charCodeAt(at++),
    until: (wanted) => {
      const end = text.indexOf(wanted, at);
      if (end < 0) return undefined;
      const found = text.slice(at, end);
      at = end + wanted.length;
      return found;
    },
    back: (count) => {
      at -= count;
    },
  };
  if (text.startsWith('***') && text.length > 3) {
    if (cursor.take('***=')) {
      flags = { ...flags, isLiteral: true };
      return cursor;
    }
    if (!cursor.take('***:')) throw new InvalidRegex('it begins with a director that is not known');
  }
  const options = /^\(\?([A-Za-z]+)(\)?)/.exec(text.slice(at));
  if (options !== null) {
    const [all, letters = '', end] = options;
    flags = flagsOf(letters);
    if (end === '') throw new InvalidRegex('embedded options are not ended');
    at += all.length;
  }
  return cursor;
}

function flagsOf(letters: string): RegexFlags {
  let flags: RegexFlags = { ignoresCase: false, heedsNewlines: false, isLiteral: false };
  for (const letter of letters) {
    if ('cist'.includes(letter)) {
      if (letter === 'c') flags = { ...flags, ignoresCase: false };
      if (letter === 'i') flags = { ...flags, ignoresCase: true };
      if (letter === 's') flags = { ...flags, heedsNewlines: false };
    } else if ('mnpw'.includes(letter)) flags = { ...flags, heedsNewlines: true };
    else if ('bexq'.includes(letter)) throw new DoubtfulRegex(`it has the embedded option ${letter}`);
    else throw new InvalidRegex('an embedded option is not known');
  }
  return flags;
}
