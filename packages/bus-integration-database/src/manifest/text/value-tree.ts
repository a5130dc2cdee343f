// A manifest that comes as values, of a request: the text that it would be as JSON, for places and excerpts, and what it holds,
// without a reader of YAML, which takes ten times as long. Pure.
import type { Problems } from './problems.ts';
import { hideIfSecret, refuseIfSecret } from './secret-scalar.ts';
import { createSource, type ManifestSource } from './source.ts';
import type { Entry, Node } from './tree.ts';

/** A manifest itself nests 7 deep. */
const deepest = 64;
/** Keys and values. */
const mostParts = 150_000;

/** The text, and what it holds; no root where it can't be read, and then the problems say why. */
export function valueTree(
  value: unknown,
  file: string,
  problems: Problems,
): { readonly source: ManifestSource; readonly root: Node | undefined } {
  const parts: string[] = [];
  let [offset, count] = [0, 0];
  let excess: string | undefined;
  const write = (text: string) => {
    parts.push(text);
    const start = offset;
    offset += text.length;
    return { start, end: offset };
  };
  const single = (given: string | number | boolean | null): Node => {
    const span = write(JSON.stringify(given));
    if (typeof given === 'string') return { kind: 'text', value: given, source: given, ...span };
    const source = String(given);
    if (typeof given === 'number') return { kind: 'number', value: given, source, ...span };
    if (typeof given === 'boolean') return { kind: 'flag', value: given, source, ...span };
    return { kind: 'nothing', value: null, source, ...span };
  };
  const between = <T>(signs: string, items: readonly T[], depth: number, each: (item: T) => void) => {
    const { start } = write(signs.charAt(0));
    for (const [place, item] of items.entries()) {
      write(`${place === 0 ? '' : ','}\n${'  '.repeat(depth + 1)}`);
      each(item);
      if (excess !== undefined) break;
    }
    const { end } = write(`${items.length === 0 ? '' : `\n${'  '.repeat(depth)}`}${signs.charAt(1)}`);
    return { start, end };
  };
  const convert = (given: unknown, depth: number): Node => {
    count += 1;
    if (depth > deepest) excess ??= 'this nests deeper than a manifest can';
    if (count > mostParts) excess ??= 'from here on there is too much to read';
    if (excess !== undefined) return { kind: 'nothing', value: null, source: '', start: offset, end: offset };
    if (Array.isArray(given)) {
      const items: Node[] = [];
      const span = between('[]', given, depth, (item) => items.push(convert(item, depth + 1)));
      return { kind: 'list', ...span, items };
    }
    if (typeof given === 'object' && given !== null) {
      const entries = new Map<string, Entry>();
      const span = between('{}', Object.entries(given), depth, ([name, item]) => {
        count += 1;
        const key = { kind: 'text' as const, value: name, source: name, ...write(JSON.stringify(name)) };
        refuseIfSecret(key, problems);
        write(': ');
        const value = convert(item, depth + 1);
        hideIfSecret(name, value, problems);
        entries.set(name, { key, value });
      });
      return { kind: 'map', ...span, entries };
    }
    const isSingle = typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean';
    const node = single(isSingle ? given : null);
    refuseIfSecret(node, problems);
    return node;
  };
  const root = convert(value, 0);
  // What was read before is no more than a part of it.
  if (excess !== undefined) problems.report({ start: Math.max(0, offset - 1), end: offset }, 'too-large', excess);
  return { source: createSource(file, parts.join('')), root: excess === undefined ? root : undefined };
}
