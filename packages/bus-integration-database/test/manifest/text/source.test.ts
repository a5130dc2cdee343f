import { expect, it } from 'vitest';
import { createSource } from '../../../src/manifest/text/source.ts';

it('positions count lines and characters from 1, whatever the line ends with', () => {
  const source = createSource('f', 'a\r\n\n\u{1f600}bc\nlast');
  expect([0, 1, 3, 4, 6, 7, 9, 13].map(source.position)).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 2 },
    { line: 2, column: 1 },
    { line: 3, column: 1 },
    { line: 3, column: 2 },
    { line: 3, column: 3 },
    { line: 4, column: 1 },
    { line: 4, column: 5 },
  ]);
  expect([1, 2, 3, 4, 5].map((number) => source.line(number).text)).toEqual(['a', '', '\u{1f600}bc', 'last', '']);
});
