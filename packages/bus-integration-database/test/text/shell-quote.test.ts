import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellQuote } from '../../src/text/shell-quote.ts';

test.each([
  './local/x',
  'a b',
  "it's",
  '$HOME `id` "x" \\',
  '*',
  '',
  '#x',
  '~',
  'å',
  '日本 x',
  '\u202ex\ny',
  "'\n\\'",
  '\x1b[0m',
])('bash reads %j back', (word) => {
  expect(
    execFileSync('bash', ['--norc', '-c', `printf %s ${shellQuote(word)}`], {
      encoding: 'utf8',
      env: { LC_ALL: 'C.UTF-8' },
    }),
  ).toBe(word);
});

test('what needs no quotes has none, and nothing raw reaches a terminal', () => {
  expect(shellQuote('./local/postgres-admin-dsn')).toBe('./local/postgres-admin-dsn');
  expect(shellQuote('a b')).toBe("'a b'");
  expect(shellQuote('\u202ex')).toBe("$'\\342\\200\\256x'");
});
