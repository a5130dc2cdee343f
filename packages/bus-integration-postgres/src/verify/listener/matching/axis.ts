// The line of addresses cut at every end of every range that matters: between two cuts all clients fare alike, so that
// looking at the cells is exact. Knows no rule.
import { type Range, type Ranges, union } from './ranges.ts';

/** Neighbouring cells, `end` not among them. */
export interface CellRange {
  readonly begin: number;
  readonly end: number;
}

export interface Axis {
  /** Each cell's own number: how a cover begins. */
  readonly untaken: Int32Array;
  /** The cells of ranges whose ends the axis was made with. */
  runsOf(ranges: Ranges): readonly CellRange[];
  rangesOf(runs: readonly CellRange[]): Ranges;
}

/** Cells that nobody has taken yet. */
export interface Cover {
  /** The cells of a run that are left, as runs. */
  left(run: CellRange): CellRange[];
  /** The same, and takes them. */
  take(run: CellRange): CellRange[];
}

/** @param ranges all whose ends matter */
export function createAxis(ranges: Ranges): Axis {
  const cuts = [...new Set(ranges.flatMap(({ first, last }) => [first, last + 1n]))].sort((a, b) =>
    a < b ? -1 : a > b ? 1 : 0,
  );
  const cellOf = new Map(cuts.map((cut, index) => [cut, index]));
  const cell = (cut: bigint) => {
    const index = cellOf.get(cut);
    if (index === undefined) throw new Error('an axis was asked for a range that it was not made with');
    return index;
  };
  return {
    untaken: Int32Array.from(cuts.keys()),
    runsOf: (wanted) => wanted.map(({ first, last }) => ({ begin: cell(first), end: cell(last + 1n) })),
    rangesOf: (runs) =>
      union(runs.map(({ begin, end }): Range => ({ first: cuts[begin] as bigint, last: (cuts[end] as bigint) - 1n }))),
  };
}

/** All cells of an axis, none taken. */
export function createCover({ untaken }: Axis): Cover {
  // next[c] is c while c is left, else a later cell from which to look on.
  const next = untaken.slice();
  const firstLeft = (from: number) => {
    let cell = from;
    while ((next[cell] as number) !== cell) {
      next[cell] = next[next[cell] as number] as number;
      cell = next[cell] as number;
    }
    return cell;
  };
  const left = ({ begin, end }: CellRange) => {
    const runs: CellRange[] = [];
    for (let cell = firstLeft(begin); cell < end; ) {
      let after = cell + 1;
      while (after < end && next[after] === after) after += 1;
      runs.push({ begin: cell, end: after });
      cell = after < end ? firstLeft(after) : end;
    }
    return runs;
  };
  return {
    left,
    take: (run) => {
      const runs = left(run);
      for (const { begin, end } of runs) for (let cell = begin; cell < end; cell += 1) next[cell] = end;
      return runs;
    },
  };
}
