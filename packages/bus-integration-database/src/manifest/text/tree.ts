// What a manifest holds, as it is written: maps, lists and single values, each with its place. Types, and how one is found.
import type { Span } from './source.ts';

/** A single value. `source` is what stands in the file, without quotes. */
export interface Scalar extends Span {
  readonly kind: 'text' | 'number' | 'flag' | 'nothing';
  readonly value: string | number | boolean | null;
  readonly source: string;
  /** What stands there was refused already, whatever is expected. */
  readonly isRefused?: true;
}

export interface Entry {
  /** A key is a text, however it is written. */
  readonly key: Scalar & { readonly kind: 'text'; readonly value: string };
  readonly value: Node;
}

export interface MapNode extends Span {
  readonly kind: 'map';
  /** In the order of the file; each key once. */
  readonly entries: ReadonlyMap<string, Entry>;
}

interface ListNode extends Span {
  readonly kind: 'list';
  readonly items: readonly Node[];
}

export type Node = Scalar | MapNode | ListNode;

export type NodePath = readonly (string | number)[];

/**
 * The value at a path; undefined where nothing stands.
 *
 * @example
 * nodeAt(root, ['roles', 'shop_app', 'connections']);
 */
export function nodeAt(root: Node, path: NodePath): Node | undefined {
  let node: Node | undefined = root;
  for (const step of path) {
    if (node?.kind === 'map') node = node.entries.get(String(step))?.value;
    else if (node?.kind === 'list') node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** A map as plain data, as a reader of YAML 1.2 has it. */
export function plainMap(root: Node): object {
  return Object(plain(root));
}

function plain(node: Node): unknown {
  if (node.kind === 'list') return node.items.map(plain);
  if (node.kind !== 'map') return node.value;
  const made: Record<string, unknown> = Object.create(null);
  for (const [key, { value }] of node.entries) made[key] = plain(value);
  return made;
}

/** The key at the end of a path; of a list's item, the item. */
export function keyAt(root: Node, path: NodePath): Node | undefined {
  const parent = nodeAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (parent?.kind === 'map') return parent.entries.get(String(last))?.key;
  return nodeAt(root, path);
}
