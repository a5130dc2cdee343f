// The names of encodings that are taken are those that a server takes.
import { sharedServer } from 'embedded';
import { expect, it } from 'vitest';
import { judgeParameter } from '../../src/conninfo/service-parameters.ts';
import { isEncoding } from '../../src/dsn/encodings.ts';

it.each([14, 18] as const)('knows what PostgreSQL %i knows', async (major) => {
  await using server = await sharedServer(major);
  const own = await server.query<{ name: string }>(
    "SELECT pg_encoding_to_char(n) AS name FROM generate_series(0, 60) AS n WHERE pg_encoding_to_char(n) <> ''",
  );
  expect(own.length).toBeGreaterThan(35);
  expect(own.filter(({ name }) => !isEncoding(name))).toEqual([]);
  const parts = ['', '1', '2', '5', '9', '10', '16', '17', '866', '936', '1250', '1259', '2004', 'r', 'u'];
  const stems =
    'utf8 UTF-8 unicode latin iso8859 ISO_8859- win windows- koi8 sjis ShiftJIS euc_jp euc_jis_ tcvn gbk nope';
  const asked = stems.split(' ').flatMap((stem) => parts.map((part) => stem + part));
  const told = await server.query<{ name: string; known: boolean }>(
    `SELECT name, pg_char_to_encoding(name) >= 0 AS known FROM unnest('{${asked.join(',')}}'::text[]) AS name`,
  );
  expect(told.filter(({ name, known }) => isEncoding(name) !== known)).toEqual([]);
});

it('refuses one that is configured for all files', () => {
  expect(judgeParameter('client_encoding', 'UTF8')).toBeUndefined();
  expect(judgeParameter('client_encoding', 'auto')).toBeUndefined();
  expect(judgeParameter('client_encoding', 'nope')).toMatchObject({
    seen: 'client_encoding is none that PostgreSQL knows',
  });
});
