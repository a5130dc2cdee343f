// Boxes and lines of a drawing of roles; roles with the same memberships are one box, so 60 people in 6 groups are a drawing
// that fits a screen. Pure.
import { nameList } from '../text/name-list.ts';
import type { GraphEdge, GraphNode } from './graph-layout.ts';
import { groupedBy } from './parts.ts';

export interface Box extends GraphNode {
  readonly label: string;
  /** The whole of what the label says. */
  readonly title: string;
  readonly kind: 'role' | 'group' | 'thing';
  readonly isOurs: boolean;
}

export interface Line extends GraphEdge {
  readonly who: string;
  readonly does: string;
  readonly isBroken: boolean;
}

interface Graph {
  readonly nodes: readonly Box[];
  readonly edges: readonly Line[];
}

/** As few roles as these stay boxes of their own. */
const fewest = 4;

export function folded({ nodes, edges }: Graph): Graph {
  const linesOf = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { from, to, does, isBroken } of edges) {
    linesOf.get(from)?.push(JSON.stringify(['to', to, does, isBroken]));
    linesOf.get(to)?.push(JSON.stringify(['from', from]));
  }
  const groups = groupedBy(nodes, ({ id, kind, isOurs }) =>
    JSON.stringify([kind, isOurs, [...(linesOf.get(id) ?? [])].sort()]),
  ).filter((group) => group.length >= fewest);
  const names = new Map(groups.map((group) => [group[0]?.id, nameList(group.map(({ label }) => label))]));
  const hidden = new Set(groups.flatMap((group) => group.slice(1).map(({ id }) => id)));
  const sizes = new Map(groups.map((group) => [group[0]?.id, group.length]));
  return {
    nodes: nodes.flatMap((box): Box[] => {
      if (hidden.has(box.id)) return [];
      const size = sizes.get(box.id);
      return [
        size === undefined
          ? box
          : { ...box, label: `${size} roles: ${box.label} and others`, title: names.get(box.id) ?? '' },
      ];
    }),
    edges: edges.flatMap((line): Line[] => {
      if (hidden.has(line.from) || hidden.has(line.to)) return [];
      const all = names.get(line.from);
      return [all === undefined ? line : { ...line, who: `each of ${all}` }];
    }),
  };
}
