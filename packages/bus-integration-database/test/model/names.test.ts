import { resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { caseCollisions, dsnFileName, expandRole, judgeName, type NameRules } from '../../src/model/names.ts';
import { printable } from '../../src/text/printable.ts';

const rules: NameRules = {
  maxBytes: 63,
  reserved: {
    role: { names: ['all'], prefixes: ['sys_'] },
    database: { names: ['main'], prefixes: [] },
    schema: { names: [], prefixes: ['sys_'] },
  },
};

const breaks = 'holds a line break (CR or LF), which newer servers refuse, and dumps, logs and access rules break on';

describe('IN-25…34 names', () => {
  test.each([
    ['role', '', 'is empty'],
    ['database', 'a\0b', 'holds a NUL character'],
    ['role', 'a\nb', breaks],
    ['database', 'a\r', breaks],
    ['schema', '\r\na', breaks],
    ['schema', 'a\udc00', 'holds half of a surrogate pair, which no UTF-8 can hold'],
    ['role', 'bus_\ufffd', 'holds U+FFFD, which stands where bytes were no valid UTF-8'],
    ['role', 'x'.repeat(64), 'is 64 bytes long; 63 is the most'],
    ['database', 'å'.repeat(32), 'is 64 bytes long; 63 is the most'],
    ['database', '😀'.repeat(16), 'is 64 bytes long; 63 is the most'],
    ['role', 'sys_x', 'begins with sys_, which the server keeps for its own roles'],
    ['schema', 'sys_', 'begins with sys_, which the server keeps for its own schemas'],
    ['role', 'all', 'is a role that the server keeps for itself'],
    ['database', 'main', 'is a database that the server keeps for itself'],
  ] as const)('%s %j is refused', (kind, name, why) => {
    expect(judgeName(kind, name, rules)).toBe(why);
  });

  test.each([
    ['role', 'x'.repeat(63)],
    ['database', `${'å'.repeat(31)}x`],
    ['database', 'sys_x'],
    ['database', 'all'],
    ['role', 'main'],
    ['role', 'ALL'],
    ['role', 'it\'s "quoted", spaced. dotted; 日本 \u202e'],
    ['database', '../x'],
    ['schema', '$user'],
  ] as const)('%s %j is taken', (kind, name) => {
    expect(judgeName(kind, name, rules)).toBeUndefined();
  });
});

describe('printable', () => {
  test.each([
    ['bus_auth', 'bus_auth'],
    ['å 日本 😀 "x"', 'å 日本 😀 "x"'],
    ['a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
    ['\x1b[31m\n\t\x7f\x9b', '\\u001b[31m\\u000a\\u0009\\u007f\\u009b'],
    ['a\u200bb\ufeff\u00ad', 'a\\u200bb\\ufeff\\u00ad'],
    ['a\u2028b\u00a0c', 'a\\u2028b\\u00a0c'],
    ['\ud800', '\\ud800'],
    ['\u{e0041}', '\\u{e0041}'],
  ])('%j', (name, shown) => {
    expect(printable(name)).toBe(shown);
  });
});

describe('dsnFileName', () => {
  test.each([
    ['bus_auth', undefined, 'bus_auth.dsn'],
    ['bus-auth', 'reporting', 'bus-auth.reporting.dsn'],
    ['a.b', undefined, 'a%2Eb.dsn'],
    ['a', 'b.c', 'a.b%2Ec.dsn'],
    ['../x', '/etc/passwd', '%2E%2E%2Fx.%2Fetc%2Fpasswd.dsn'],
    ['å', undefined, '%C3%A5.dsn'],
    ['a b%"\'\\\n', undefined, 'a%20b%25%22%27%5C%0A.dsn'],
    ['\u202e', undefined, '%E2%80%AE.dsn'],
  ])('%j %j', (database, role, file) => {
    expect(dsnFileName(database, role)).toBe(file);
  });

  test('no name leaves the directory, and no two pairs share a file', () => {
    const pieces = ['.', '..', '/', '\\', '%', '%2E', 'a', 'A', ' ', 'a.b', '-', '\n', 'é', 'e\u0301', '~', ':', 'CON'];
    const names = pieces.flatMap((one) => pieces.map((other) => one + other));
    const files = new Map<string, string>();
    for (const [index, database] of names.entries()) {
      for (const role of [undefined, names[(index * 7) % names.length]]) {
        const file = dsnFileName(database, role);
        expect(resolve('/out', file)).toBe(`${sep}out${sep}${file}`);
        expect(file).toMatch(/^[A-Za-z0-9_%-]+(\.[A-Za-z0-9_%-]+)?\.dsn$/);
        const pair = JSON.stringify([database, role]);
        expect(files.get(file) ?? pair).toBe(pair);
        files.set(file, pair);
      }
    }
  });

  test('a name that no file system would take is refused', () => {
    expect(() => dsnFileName('å'.repeat(31), 'ä'.repeat(31))).toThrow(
      /would have a name of 377 bytes; 240 is the most/,
    );
    expect(dsnFileName('å'.repeat(31))).toHaveLength(190);
  });
});

test('IN-31 names that differ only in case collide as files; é and É are percent-encoded apart', () => {
  expect(caseCollisions(['App.dsn', 'other.dsn', 'app.dsn', 'APP.dsn'])).toEqual([
    ['App.dsn', 'app.dsn'],
    ['App.dsn', 'APP.dsn'],
  ]);
  expect(caseCollisions([dsnFileName('é'), dsnFileName('É')])).toEqual([]);
});

test('expandRole replaces every placeholder, and takes $ in a name for what it is', () => {
  expect(expandRole('{database}_service', 'bus_auth')).toBe('bus_auth_service');
  expect(expandRole('{database}_{database}', '$&$$')).toBe('$&$$_$&$$');
  expect(expandRole('plain', 'bus_auth')).toBe('plain');
});
