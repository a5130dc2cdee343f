import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEnvFile, readEnvFile } from '../../../src/config/env-file/env-file.ts';
import { OperationError } from '../../../src/contract/errors.ts';
import { namedPipe } from '../../named-pipe.ts';

const parse = (text: string) => ({ ...parseEnvFile(text, '.env') });

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(OperationError);
    expect(error).toHaveProperty('errorClass', 'invalid-request');
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('what is read', () => {
  test.each([
    ['nothing', '', {}],
    ['blank lines and comments', '\n  \n# A=1\n\t# B=2\n', {}],
    ['a plain line', 'A=1', { A: '1' }],
    ['export with one blank', 'export A=1\n', { A: '1' }],
    ['export and more white space around the name', 'export  A =1\n', { A: '1' }],
    ['a key that is called export', 'export=1', { export: '1' }],
    ['white space around name and value', ' \t A \v= \f x y \u00a0\n', { A: 'x y' }],
    ['an empty value', 'A=\nB=  \n', { A: '', B: '' }],
    ['an equals sign in the value', 'A=b=c==', { A: 'b=c==' }],
    ['the last duplicate', 'A=1\nA=2\n', { A: '2' }],
    ['CRLF', 'A=1\r\nB="2"\r\n\r\n', { A: '1', B: '2' }],
    ['a comment after white space', 'A=b # c\nB=b\t#c', { A: 'b', B: 'b' }],
    ['a comment in place of a value', 'A=# c\nB= #c', { A: '', B: '' }],
    ['a # inside a word', 'A=b#c #d', { A: 'b#c' }],
    ['quotes inside a word', `A=it's "fine"`, { A: `it's "fine"` }],
    ['no expansion', 'A=$HOME $(id) `id` ~', { A: '$HOME $(id) `id` ~' }],
    ['single quotes', `A='a # "b" \\n $x '`, { A: 'a # "b" \\n $x ' }],
    ['a comment after single quotes', `A='x y' # it's one\nB=''\t#\nC='#' `, { A: 'x y', B: '', C: '#' }],
    ['empty quotes', `A=''\nB=""`, { A: '', B: '' }],
    ['double quotes', 'A=" x # y "', { A: ' x # y ' }],
    ['other scripts, kept as they are', 'A=å ä ö 日本 \u202e\nB="日本"', { A: 'å ä ö 日本 \u202e', B: '日本' }],
    ['a name of underscores and digits', '_1a=x', { _1a: 'x' }],
  ])('%s', (_, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  test('the result is an ordinary object, and takes __proto__ for the name that it is', () => {
    assert.deepStrictEqual(parseEnvFile('A=1', '.env'), { A: '1' });
    const values = parseEnvFile('__proto__=x\nconstructor=y\n__proto__=z', '.env');
    expect(Object.entries(values)).toEqual([
      ['__proto__', 'z'],
      ['constructor', 'y'],
    ]);
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
    expect(Object.hasOwn(values, 'toString')).toBe(false);
    expect(Object.hasOwn(values, '__proto__')).toBe(true);
  });

  test('a line of exactly 64 KiB, and white space that would be slow to cut twice', () => {
    const value = 'x'.repeat(64 * 1024 - 2);
    expect(parse(`A=${value}`)).toEqual({ A: value });
    const begun = process.cpuUsage();
    parse(`A=x${' '.repeat(60_000)}y`);
    expect(process.cpuUsage(begun).user).toBeLessThan(500_000);
  });
});

describe('IN-02 what is refused, with file and line and never with a value', () => {
  test.each([
    ['A=1\nB=2\n1X=3', '.env:3: invalid environment variable name "1X"'],
    ['=x', '.env:1: invalid environment variable name ""'],
    ['A B=x', '.env:1: invalid environment variable name "A B"'],
    ['export\tA=x', '.env:1: invalid environment variable name "export\\u0009A"'],
    ['é=x', '.env:1: invalid environment variable name "é"'],
    ['A\u202eB=x', '.env:1: invalid environment variable name "A\\u202eB"'],
    [
      'postgres://u:hunter2@h/db?sslmode=x',
      '.env:1: invalid environment variable name (not shown: it may be part of a secret)',
    ],
    [`A='it's'`, '.env:1: text follows the closing quote'],
    [`A='hunter2'#x`, '.env:1: text follows the closing quote'],
    [`A='hunter2' x`, '.env:1: text follows the closing quote'],
    [`A='hunter2' 'x'`, '.env:1: text follows the closing quote'],
    ['A=1\nhunter2', '.env:2: expected KEY=VALUE'],
    ['export A', '.env:1: expected KEY=VALUE'],
    ['\ufeffA=1', '.env:1: the file begins with a byte order mark; save it without one'],
    ['A=1\rB=2\n', '.env:1: a carriage return stands alone; lines end in LF or CRLF'],
    ['A=1\r', '.env:1: a carriage return stands alone; lines end in LF or CRLF'],
    ['A=1\r\r\n', '.env:1: a carriage return stands alone; lines end in LF or CRLF'],
    ['A=hunter2\0', '.env:1: NUL can be in no environment variable'],
    ['A=\ud800', '.env:1: half of a surrogate pair, which no UTF-8 can hold'],
    [`A=${'hunter2'.repeat(10_000)}`, '.env:1: the line is longer than 64 KiB'],
    [`A=${'é'.repeat(32 * 1024)}`, '.env:1: the line is longer than 64 KiB'],
    ["A='hunter2", '.env:1: the single quote is not closed'],
    ["A='", '.env:1: the single quote is not closed'],
    ['A="hunter2', '.env:1: the double quote is not closed'],
    ['A="hunter2" # why', '.env:1: text follows the closing quote'],
    ['A="hunter2"x', '.env:1: text follows the closing quote'],
  ])('%j', (text, message) => {
    const seen = messageOf(() => parseEnvFile(text, '.env'));
    expect(seen).toBe(message);
    expect(seen).not.toContain('hunter2');
  });
});

describe('readEnvFile', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'env-file-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  test('tells the line of each key, the last where it is given twice', () => {
    const path = file('plain', '# x\nA=1\r\nB=2\nA=3\n');
    const read = readEnvFile(path, '.env');
    expect(read.path).toBe('.env');
    expect({ ...read.values }).toEqual({ A: '3', B: '2' });
    expect({ ...read.lines }).toEqual({ A: 4, B: 3 });
  });

  test('follows a symbolic link', () => {
    file('target', 'A=1');
    symlinkSync('target', join(folder, 'link'));
    expect(readEnvFile(join(folder, 'link')).values.A).toBe('1');
  });

  test('IN-06 a missing file, a directory, a device and one that is too large are refused by name', () => {
    mkdirSync(join(folder, 'directory'));
    expect(messageOf(() => readEnvFile(join(folder, 'none')))).toBe(`${join(folder, 'none')}: no such file`);
    expect(messageOf(() => readEnvFile(join(folder, 'directory')))).toContain('is a directory, expected a file');
    expect(messageOf(() => readEnvFile('/dev/null'))).toBe('/dev/null: is not a regular file');
    expect(messageOf(() => readEnvFile(file('large', 'A=1\n'.repeat(300_000))))).toContain('is larger than 1 MiB');
  });

  test('a named pipe is refused at once instead of being waited for', () => {
    const path = join(folder, 'pipe');
    using pipe = namedPipe(path);
    expect(messageOf(() => readEnvFile(path))).toBe(`${path}: is not a regular file`);
    expect(pipe.wasWaitedFor()).toBe(false);
  });

  test('bytes that are no UTF-8 are refused with their line, never replaced', () => {
    const path = file('latin1', Buffer.from('A=1\nB=\xe5hunter2\n', 'latin1'));
    expect(messageOf(() => readEnvFile(path, '.env'))).toBe('.env:2: the line is not valid UTF-8');
  });

  test('an unreadable file is refused', () => {
    const path = file('unreadable', 'A=1');
    chmodSync(path, 0);
    expect(messageOf(() => asAnotherUser(() => readEnvFile(path)))).toBe(`${path}: permission denied`);
  });
});

/** Root may read every file: for a moment this process is somebody else. */
function asAnotherUser<T>(action: () => T): T {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65534);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}
