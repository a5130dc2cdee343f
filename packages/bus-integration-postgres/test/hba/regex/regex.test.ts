import { sharedServer } from 'embedded';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hbaRegex, matchesRegex } from '../../../src/hba/regex/regex.ts';

const runs = Number(process.env.FUZZ_RUNS ?? 3_000);
const texts = ['', 'a', 'ab', 'app', 'app_1', 'App-7', 'reporting', 'é', 'a b', 'x{2}', 'zz]', 'foo.bar', '\\', 'A1'];

/** Each is whole in itself more often than not, and together they make every mistake one can. */
const fragments = [
  ...[
    'a',
    'b',
    'app',
    '.',
    '^',
    '$',
    '*',
    '+',
    '?',
    '|',
    '(',
    ')',
    '(?:',
    '[',
    ']',
    '{',
    '}',
    ',',
    '-',
    '\\',
    'é',
    'A',
    '1',
    '_',
  ],
  ...[
    '[a-c]',
    '[^a]',
    '[]a]',
    '[a-]',
    '[-a]',
    '[[:alpha:]]',
    '[[:upper:]_]',
    '[\\d]',
    '[\\W]',
    '[[:<:]]',
    '[[.a.]]',
    '[[=b=]]',
  ],
  ...[
    '\\d',
    '\\w',
    '\\s',
    '\\D',
    '\\m',
    '\\M',
    '\\y',
    '\\Y',
    '\\A',
    '\\Z',
    '\\x41',
    '\\u0061',
    '\\.',
    '\\q',
    '\\0',
    '\\141',
    '\\B',
  ],
  ...[
    '{2}',
    '{1,2}',
    '{0,}',
    '{3,1}',
    '{256}',
    '{1',
    '*?',
    '+?',
    '??',
    '(?#c)',
    '(?i)',
    '(?n)',
    '(?z)',
    '***=',
    '***:',
    '(a|b)',
    '()',
  ],
  ...[
    '[c-a]',
    '[[:no:]]',
    '[a-z',
    '[\\m]',
    '(?=a)',
    '\\1',
    '(a)\\1',
    '[é]',
    '[[:alpha:]-z]',
    'a**',
    '(^)*',
    '(^a)+',
    '\\cA',
    '[-',
    '[a-\\d]',
  ],
];

describe('regular expressions of a pg_hba.conf, with the server as the judge', () => {
  let ask: (patterns: readonly string[]) => Promise<readonly { pattern: string; answers: string[] | null }[]>;
  let drop = async () => {};
  beforeAll(async () => {
    const server = await sharedServer(18);
    const database = `regex_${process.pid}`;
    // As at the time of a login: bytes, and no language's letters.
    await server.query(`CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'`);
    drop = async () => void (await server.query(`DROP DATABASE ${database}`));
    await server.query(
      `CREATE FUNCTION tried(pattern text, texts text[]) RETURNS text[] LANGUAGE plpgsql AS $$
       BEGIN
         RETURN ARRAY(SELECT (word ~ pattern COLLATE "C")::text FROM unnest(texts) WITH ORDINALITY AS t(word, place) ORDER BY place);
       EXCEPTION WHEN invalid_regular_expression THEN RETURN NULL;
       END $$`,
      { database },
    );
    ask = (patterns) =>
      server.query(
        'SELECT p AS pattern, tried(p, $2) AS answers FROM unnest($1::text[]) WITH ORDINALITY AS t(p, place) ORDER BY place',
        {
          database,
          values: [patterns, texts],
        },
      );
  });
  afterAll(() => drop());

  it(`agree on ${runs} made-up ones: whether they are valid, and what they match`, async () => {
    const pattern = fc.array(fc.constantFrom(...fragments), { maxLength: 7 }).map((parts) => parts.join(''));
    const patterns = [...new Set([...fragments, ...fc.sample(pattern, { numRuns: runs, seed: 42 })])];
    const differing: unknown[] = [];
    let decided = 0;
    for (const { pattern, answers } of await ask(patterns)) {
      const regex = hbaRegex(pattern);
      if (regex.kind === 'doubtful') continue;
      decided += 1;
      const ours = regex.kind === 'invalid' ? null : texts.map((text) => String(matchesRegex(regex, text)));
      if (JSON.stringify(ours) !== JSON.stringify(answers)) differing.push({ pattern, ours, answers });
    }
    expect(differing).toEqual([]);
    expect(decided).toBeGreaterThan(patterns.length * 0.7);
  });
});

describe('hostile expressions', () => {
  it.each([
    ['(a*)*b'.repeat(20)],
    ['(((a{255}){255}){255})'],
    ['('.repeat(50_000)],
    [`${'(?:'.repeat(99)}a${'){0,9}'.repeat(99)}`],
    ['[a'.repeat(10_000)],
    ['a|'.repeat(1_900)],
  ])('end soon: %.20s', (pattern) => {
    const regex = hbaRegex(pattern);
    expect([undefined, true, false]).toContain(matchesRegex(regex, 'a'.repeat(63)));
  });
});
