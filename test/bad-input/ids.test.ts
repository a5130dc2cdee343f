// Every row of the table "Bad input" has a test that carries its id.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('each of IN-01 to IN-60 stands in the name of a test here', () => {
  const folder = new URL('.', import.meta.url);
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts') && name !== 'ids.test.ts')
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
  // A name is the text after `it(` or `.each(…)(`, or the first text of a row that such a name is made from.
  const named = texts.flatMap((text) => [...text.matchAll(/['"`](IN-\d\d) [^\n]*/g)].map(([, id]) => id));
  const wanted = Array.from({ length: 60 }, (_, index) => `IN-${String(index + 1).padStart(2, '0')}`);
  expect(wanted.filter((id) => !named.includes(id))).toEqual([]);
});
