// Where the boxes of a graph stand: in columns by how far they are from the left, in each column so that lines cross little.
// Small graphs of a few levels need no library for that. Pure.

export interface GraphNode {
  readonly id: string;
  /** In which column it stands at least. */
  readonly least?: number;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

export interface GraphPlace {
  readonly column: number;
  /** Between two rows, where that is straighter. */
  readonly row: number;
}

const sweeps = 6;
const mostColumns = 12;

/**
 * A column and a row for each node; an edge leads to a column further right.
 *
 * @example
 * placed([{ id: 'a' }, { id: 'b' }], [{ from: 'a', to: 'b' }]).get('b'); // { column: 1, row: 0 }
 */
export function placed(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): ReadonlyMap<string, GraphPlace> {
  const columnOf = columnsOf(nodes, edges);
  const columns: string[][] = [];
  for (const { id } of nodes) {
    const column = columnOf.get(id) ?? 0;
    while (columns.length <= column) columns.push([]);
    columns[column]?.push(id);
  }
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of edges) {
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const)
      neighbours.set(one, [...(neighbours.get(one) ?? []), other]);
  }
  const place = new Map<string, number>();
  const note = (column: readonly string[]) =>
    column.forEach((id, index) => {
      place.set(id, (index + 0.5) / column.length);
    });
  for (const column of columns) note(column);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    for (const column of sweep % 2 === 0 ? columns : [...columns].reverse()) {
      const middle = new Map(
        column.map((id) => {
          const places = (neighbours.get(id) ?? []).map((other) => place.get(other) ?? 0.5);
          const sum = places.reduce((one, other) => one + other, 0);
          return [id, places.length === 0 ? (place.get(id) ?? 0.5) : sum / places.length];
        }),
      );
      column.sort((one, other) => (middle.get(one) ?? 0) - (middle.get(other) ?? 0) || (one < other ? -1 : 1));
      note(column);
    }
  }
  const rows = rowsOf(columns, neighbours);
  return new Map(
    columns.flatMap((ids, column) => ids.map((id): [string, GraphPlace] => [id, { column, row: rows.get(id) ?? 0 }])),
  );
}

/** The tallest column as it is; from there on each box beside the middle of its neighbours, in order and not upon each other. */
function rowsOf(
  columns: readonly (readonly string[])[],
  neighbours: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, number> {
  const most = Math.max(...columns.map(({ length }) => length));
  const tallest = columns.findIndex(({ length }) => length === most);
  const order = columns
    .map((_, column) => column)
    .sort((one, other) => Math.abs(one - tallest) - Math.abs(other - tallest));
  const rows = new Map<string, number>();
  for (const column of order) {
    const ids = columns[column] ?? [];
    const wanted = ids.map((id, index) => {
      const known = (neighbours.get(id) ?? []).flatMap((other) => rows.get(other) ?? []);
      if (column === tallest || known.length === 0) return index;
      return known.reduce((sum, row) => sum + row, 0) / known.length;
    });
    let free = 0;
    const down = wanted.map((row) => {
      const at = Math.max(row, free);
      free = at + 1;
      return at;
    });
    let limit = most - 1;
    for (let index = ids.length - 1; index >= 0; index -= 1) {
      const at = Math.min(down[index] ?? 0, limit);
      rows.set(ids[index] ?? '', at);
      limit = at - 1;
    }
  }
  return rows;
}

/** The longest way to each; a circle, which no server has, ends at the last column. */
function columnsOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Map<string, number> {
  const columns = new Map(nodes.map(({ id, least = 0 }) => [id, least]));
  let isMoving = true;
  for (let round = 0; isMoving && round < mostColumns; round += 1) {
    isMoving = false;
    for (const { from, to } of edges) {
      const wanted = Math.min(mostColumns - 1, (columns.get(from) ?? 0) + 1);
      if ((columns.get(to) ?? 0) >= wanted) continue;
      columns.set(to, wanted);
      isMoving = true;
    }
  }
  return columns;
}
