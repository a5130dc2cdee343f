// Sets of bytes as a bracket expression or a class names them. pg_hba's expressions see bytes and only ASCII's classes:
// at the time of a login the server knows no database's encoding yet.

/** One entry a byte: 1 where it belongs to the set. */
export type ByteSet = Readonly<Uint8Array>;

export const anyByte: ByteSet = new Uint8Array(256).fill(1);

/** The class of that name, or undefined. https://www.postgresql.org/docs/current/functions-matching.html#POSIX-BRACKET-EXPRESSIONS */
export function classSet(name: string): ByteSet | undefined {
  const pattern = Object.hasOwn(classes, name) ? classes[name] : undefined;
  return (
    pattern &&
    Uint8Array.from({ length: 256 }, (_, byte) => (byte < 128 && pattern.test(String.fromCharCode(byte)) ? 1 : 0))
  );
}

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  ascii: /./s,
  blank: /[ \t]/,
  cntrl: /[^ -~]/,
  digit: /\d/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t-\r ]/,
  upper: /[A-Z]/,
  word: /[0-9A-Za-z_]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** The codes from one to another; codes beyond a byte belong to nothing. */
export function rangeSet(from: number, to: number): ByteSet {
  return new Uint8Array(256).fill(1, Math.min(from, 256), Math.min(to + 1, 256));
}

export function unionOf(sets: readonly ByteSet[]): ByteSet {
  return Uint8Array.from({ length: 256 }, (_, byte) => (sets.some((set) => set[byte] === 1) ? 1 : 0));
}

export function complementOf(set: ByteSet): ByteSet {
  return Uint8Array.from(set, (member) => 1 - member);
}

/** With the other case of each ASCII letter. */
export function withBothCases(set: ByteSet): ByteSet {
  return Uint8Array.from(set, (member, byte) => {
    const isLetter = /[A-Za-z]/.test(String.fromCharCode(byte));
    return member === 1 || (isLetter && set[byte ^ 0x20] === 1) ? 1 : 0;
  });
}
