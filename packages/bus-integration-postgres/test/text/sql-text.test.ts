import { sharedServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { connect } from '../../src/connection/connect.ts';
import { identifier, literal } from '../../src/text/sql-text.ts';
import { brief, targetOf } from '../target.ts';

const awkward = [
  "it's",
  'a"b',
  'a\\b',
  "\\'; DROP TABLE x; --",
  'Grüße 🐘',
  '\u202eevil',
  '$$',
  "E'x'",
  '\n\t',
  'a\n\\! id',
  '\r\u2028\u009b31m\u007f\\000a',
  '%s $1 ?',
  ' ',
];

describe('identifier', () => {
  test('quotes every name, doubling quotes', () => {
    expect(identifier('my "app"')).toBe('"my ""app"""');
    expect(identifier('Select')).toBe('"Select"');
  });

  test('has no line break or control character in it', () => {
    expect(identifier('a\n\\! id"')).toBe('U&"a\\000a\\\\! id"""');
    for (const name of awkward) expect(identifier(name) + literal(name)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
  });

  test('refuses what PostgreSQL would cut or change', () => {
    for (const name of ['', 'a\0b', '\ud83d']) expect(() => identifier(name)).toThrow(/a name (is empty|holds)/);
  });
});

describe('literal', () => {
  test('turns to E-syntax for backslashes and control characters alone', () => {
    expect(literal('a\n\\! id')).toBe("E'a\\u000a\\\\! id'");
    expect(literal("it's")).toBe("'it''s'");
    expect(literal('a\\b')).toBe("E'a\\\\b'");
    expect(() => literal('a\0b')).toThrow('a text holds a NUL');
    expect(() => literal('\udc18')).toThrow('half a surrogate pair');
  });

  test.each(['on', 'off'])('means the same with standard_conforming_strings = %s', async (setting) => {
    await using server = await sharedServer();
    const settings = { standard_conforming_strings: setting, escape_string_warning: 'off' };
    await using session = await connect(targetOf(server), { ...brief, settings });
    const columns = awkward.map((text, index) => `${literal(text)} AS ${identifier(`${index}${text}`)}`);
    const [row] = await session.query<Record<string, string>>(`SELECT ${columns.join(', ')}`);
    expect(row).toEqual(Object.fromEntries(awkward.map((text, index) => [`${index}${text}`, text])));
  });
});
