// Values of a request are read as the same manifest in a file would be: with the same places, and the same that is wrong.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProblems } from '../../../src/manifest/text/problems.ts';
import { sourceOf } from '../../../src/manifest/text/read-source.ts';
import { readTree } from '../../../src/manifest/text/read-tree.ts';
import { valueTree } from '../../../src/manifest/text/value-tree.ts';

function ofText(value: unknown) {
  const problems = createProblems();
  const source = sourceOf(Buffer.from(JSON.stringify(value, null, 2)), 'manifest', problems);
  const root = readTree(source, problems);
  return { text: source.text, root, found: problems.found(), hidden: problems.hidden() };
}

function ofValue(value: unknown) {
  const problems = createProblems();
  const { source, root } = valueTree(value, 'manifest', problems);
  return { text: source.text, root, found: problems.found(), hidden: problems.hidden() };
}

test('values give the tree of their text', () => {
  const word = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('password', '__proto__', 'postgres://a:b@c/d'));
  const { object } = fc.letrec((tie) => ({
    value: fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null), tie('object'), fc.array(tie('value'))),
    object: fc.dictionary(word, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  }));
  fc.assert(
    fc.property(object, (value) => {
      expect(ofValue(value)).toEqual(ofText(value));
    }),
    { numRuns: 500 },
  );
});

test('what nests deeper than a manifest can, or holds too much, is refused', () => {
  let deep: unknown = 'x';
  for (let depth = 0; depth < 200_000; depth += 1) deep = [deep];
  expect(ofValue({ roles: deep }).found.map(({ message }) => message)).toEqual([
    'this nests deeper than a manifest can',
  ]);
  const many = ofValue({ roles: Array.from({ length: 200_000 }, () => 'x') });
  expect(many).toMatchObject({ root: undefined, found: [{ message: 'from here on there is too much to read' }] });
});
