import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placed } from '../../src/report/graph-layout.ts';

const id = (number: number) => `n${number}`;

test('every edge leads to the right, and no two boxes share a place', () => {
  const edges = fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 80 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), edges, (size, pairs) => {
      const inside = pairs.filter(([from, to]) => from < to && to < size && to - from < 9);
      const nodes = Array.from({ length: size }, (_, number) => ({ id: id(number) }));
      // Ways longer than there are columns end at the last one.
      const lines = inside.map(([from, to]) => ({ from: id(from), to: id(to) }));
      const places = placed(nodes, lines);
      expect(places.size).toBe(size);
      for (const { from, to } of lines) {
        const [one, other] = [places.get(from)?.column ?? 0, places.get(to)?.column ?? 0];
        if (other < 11) expect(other).toBeGreaterThan(one);
      }
      expect(new Set([...places.values()].map(({ column, row }) => `${column} ${row}`)).size).toBe(size);
    }),
  );
});

test('a circle, which no server has, ends too', () => {
  const lines = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
  ];
  expect(placed([{ id: 'a' }, { id: 'b' }], lines).size).toBe(2);
});

test('lines that need not cross do not', () => {
  const nodes = ['a', 'b', 'x', 'y'].map((name) => ({ id: name }));
  const lines = [
    { from: 'a', to: 'y' },
    { from: 'b', to: 'x' },
  ];
  const places = placed(nodes, lines);
  const rowOf = (name: string) => places.get(name)?.row ?? 0;
  expect(Math.sign(rowOf('a') - rowOf('b'))).toBe(Math.sign(rowOf('y') - rowOf('x')));
});
