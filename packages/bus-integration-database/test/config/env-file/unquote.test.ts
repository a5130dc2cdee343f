import { describe, expect, test } from 'vitest';
import { unquote } from '../../../src/config/env-file/unquote.ts';

const read = (text: string) =>
  unquote(text, (why) => {
    throw new Error(why);
  });

describe('what Go reads', () => {
  test.each([
    ['', ''],
    ['plain å 日本', 'plain å 日本'],
    [String.raw`\a\b\f\n\r\t\v\\\"`, '\x07\b\f\n\r\t\v\\"'],
    [String.raw`\x41\x7e`, 'A~'],
    [String.raw`\101\177`, 'A\x7f'],
    [String.raw`\xc3\xa5 \303\245`, 'å å'],
    [String.raw`\u00e5\u65e5\U0001F600`, 'å日😀'],
    [String.raw`\\n`, '\\n'],
    [String.raw`\1012`, 'A2'],
    ["it's", "it's"],
    [String.raw`\ufeff`, '\ufeff'],
  ])('%j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });
});

describe('what Go refuses, and what no environment holds', () => {
  test.each([
    [String.raw`\'`, 'an unknown escape'],
    [String.raw`\q`, 'an unknown escape'],
    [String.raw`\8`, 'an unknown escape'],
    [String.raw`\X41`, 'an unknown escape'],
    [String.raw`\😀`, 'an unknown escape'],
    [String.raw`\x4`, 'an escape has too few digits'],
    [String.raw`\x4g`, 'an escape has too few digits'],
    [String.raw`\12`, 'an escape has too few digits'],
    [String.raw`\0`, 'an escape has too few digits'],
    [String.raw`\u12`, 'an escape has too few digits'],
    [String.raw`\U1234567`, 'an escape has too few digits'],
    [String.raw`\400`, String.raw`an octal escape is above \377`],
    [String.raw`\ud800`, 'an escape names no Unicode character'],
    [String.raw`\ud83d\ude00`, 'an escape names no Unicode character'],
    [String.raw`\U00110000`, 'an escape names no Unicode character'],
    [String.raw`\xff`, 'the escapes make bytes that are not valid UTF-8'],
    [String.raw`\xc3 \xa5`, 'the escapes make bytes that are not valid UTF-8'],
    [String.raw`\xed\xa0\x80`, 'the escapes make bytes that are not valid UTF-8'],
    [String.raw`a\x00`, 'an escape makes NUL, which can be in no environment variable'],
    [String.raw`\u0000`, 'an escape makes NUL, which can be in no environment variable'],
    ['a"b', 'a double quote inside double quotes needs a backslash'],
    ['a\\', 'a backslash at the end escapes the closing quote'],
  ])('%j', (text, why) => {
    expect(() => read(text)).toThrow(why);
  });
});
