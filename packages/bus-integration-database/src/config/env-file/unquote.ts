// Go's double-quoted string escapes (https://pkg.go.dev/strconv#Unquote), read into text. Never replaces a byte.

/**
 * The text that stands between double quotes, escapes resolved; `refuse` is called with the reason for anything that
 * Go refuses, and for bytes that are no UTF-8 or hold NUL.
 *
 * @example
 * unquote('a\\tb\\x41', (why) => { throw new Error(why); }); // 'a\tbA'
 */
export function unquote(inner: string, refuse: (why: string) => never): string {
  // \xHH and \ooo are single bytes, and only together may they make a character.
  const bytes: Buffer[] = [];
  let rest = inner;
  while (rest !== '') {
    const plain = /^[^\\"]+/.exec(rest)?.[0];
    const [length, piece] = plain === undefined ? readEscape(rest, refuse) : [plain.length, Buffer.from(plain)];
    bytes.push(piece);
    rest = rest.slice(length);
  }
  const value = Buffer.concat(bytes);
  if (value.includes(0)) refuse('an escape makes NUL, which can be in no environment variable');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return refuse('the escapes make bytes that are not valid UTF-8');
  }
}

const single: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ['"', '"'],
]);

function readEscape(rest: string, refuse: (why: string) => never): readonly [length: number, bytes: Buffer] {
  if (rest[0] === '"') return refuse('a double quote inside double quotes needs a backslash');
  const letter = rest[1];
  if (letter === undefined) return refuse('a backslash at the end escapes the closing quote');
  const character = single.get(letter);
  if (character !== undefined) return [2, Buffer.from(character)];
  const octal = /^\\([0-7]{3})/.exec(rest)?.[1];
  if (octal !== undefined) {
    const value = Number.parseInt(octal, 8);
    return value > 255 ? refuse('an octal escape is above \\377') : [4, Buffer.of(value)];
  }
  const digits = /^\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/.exec(rest);
  if (digits === null) return refuse(/[0-7xuU]/.test(letter) ? 'an escape has too few digits' : 'an unknown escape');
  const value = Number.parseInt(digits[1] ?? digits[2] ?? digits[3] ?? '', 16);
  if (letter === 'x') return [4, Buffer.of(value)];
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return refuse('an escape names no Unicode character');
  return [digits[0].length, Buffer.from(String.fromCodePoint(value))];
}
