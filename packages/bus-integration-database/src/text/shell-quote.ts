// Words as a POSIX shell reads them back: for the commands that remedies offer. Pure.

/**
 * A word for a command to copy: bare where it may be, else in single quotes; control and bidirectional characters, which
 * a terminal would act on, as `$'…'` escapes.
 *
 * @example
 * shellQuote("it's here"); // `'it'\\''s here'`
 */
export function shellQuote(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  if (!/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
  const escaped = [...Buffer.from(word)].map((byte) => {
    const character = String.fromCharCode(byte);
    if (character === "'" || character === '\\') return `\\${character}`;
    return byte >= 0x20 && byte < 0x7f ? character : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `$'${escaped.join('')}'`;
}

/** A path as an argument of a command, where one that begins with `-` would be an option. */
export function pathArgument(path: string): string {
  return shellQuote(path.startsWith('-') ? `./${path}` : path);
}
