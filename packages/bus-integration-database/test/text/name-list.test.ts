import { describe, expect, it } from 'vitest';
import { nameList } from '../../src/text/name-list.ts';

describe('nameList', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['bus_01', 'bus_02'], 'bus_01, bus_02'],
    [['bus_08', 'bus_09', 'bus_10', 'x'], 'bus_08 to bus_10, x'],
    [['b8', 'b9', 'b10', 'b12'], 'b8 to b10, b12'],
    // A gap, another width or another order is no range.
    [['b1', 'b3', 'b5'], 'b1, b3, b5'],
    [['b1', 'b02', 'b3'], 'b1, b02, b3'],
    [['b3', 'b2', 'b1'], 'b3, b2, b1'],
    [['a1', 'b2', 'c3'], 'a1, b2, c3'],
  ])('%j is %j', (names, text) => expect(nameList(names)).toBe(text));
});
