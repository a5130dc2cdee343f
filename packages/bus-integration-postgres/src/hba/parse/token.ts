// One logical line of a pg_hba.conf cut into words, quoting followed mark by mark; opens no file and knows no keyword.

/** A word as it stands in the line. */
export interface HbaWord {
  readonly text: string;
  /** A quotation mark stood before its first character. */
  readonly isQuoted: boolean;
  /** A comma ended it, so the next word belongs to the same field. */
  readonly isContinued: boolean;
}

/**
 * Cuts a line into words: blanks and commas end one, `#` outside quotation marks ends the line.
 *
 * https://www.postgresql.org/docs/current/auth-pg-hba-conf.html
 *
 * @example
 * hbaWords('local "all" a,b # c').map(({ text }) => text) // ['local', 'all', 'a', 'b']
 */
export function hbaWords(line: string): HbaWord[] {
  const words: HbaWord[] = [];
  let at = 0;
  while (at < line.length) {
    while (at < line.length && (isBlank(line[at]) || line[at] === ',')) at += 1;
    const word = readWord(line, at);
    if (word.isThere) words.push(word);
    at = word.end;
  }
  return words;
}

interface ReadWord extends HbaWord {
  readonly isThere: boolean;
  readonly end: number;
}

/** A word without quotation marks, as nearly all are, up to the blank behind it. */
const plainWord = /[^ \t\r,#"]+(?=[ \t\r]|$)/y;

function readWord(line: string, start: number): ReadWord {
  plainWord.lastIndex = start;
  const [text] = plainWord.exec(line) ?? [];
  if (text !== undefined) return { text, isQuoted: false, isContinued: false, isThere: true, end: start + text.length };
  const pieces: string[] = [];
  let at = start;
  let pieceStart = -1;
  let [isInside, wasMark, sawMark, isQuoted, isContinued] = [false, false, false, false, false];
  const endPiece = () => {
    if (pieceStart >= 0) pieces.push(line.slice(pieceStart, at));
    pieceStart = -1;
  };
  for (; at < line.length; at += 1) {
    const character = line[at];
    if (!isInside) {
      if (isBlank(character)) break;
      if (character === '#') {
        endPiece();
        return { ...word(), end: line.length };
      }
      if (character === ',') {
        isContinued = true;
        break;
      }
    }
    if (character !== '"') {
      if (pieceStart < 0) pieceStart = at;
      wasMark = false;
      continue;
    }
    endPiece();
    // Two marks inside quotation marks are one that is meant; the first of them has ended the quotation for a moment.
    if (wasMark) pieces.push('"');
    wasMark = isInside && !wasMark;
    isInside = !isInside;
    sawMark = true;
    if (pieces.length === 0) isQuoted = true;
  }
  endPiece();
  return { ...word(), end: at };

  function word() {
    const text = pieces.join('');
    return { text, isQuoted, isContinued, isThere: sawMark || text !== '' };
  }
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r';
}
