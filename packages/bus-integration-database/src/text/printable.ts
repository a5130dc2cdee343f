// How a name or text that somebody else chose may be printed. Pure.

/**
 * A name as it may be printed: control, bidirectional and invisible characters appear as escapes, `\u202e`.
 *
 * @example
 * printable('a\u202eb'); // 'a\\u202eb'
 */
export function printable(name: string): string {
  return name.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu,
    (character) => {
      const digits = (character.codePointAt(0) ?? 0).toString(16);
      return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits.padStart(4, '0')}`;
    },
  );
}
