// A manifest's text, and where in it something stands. Pure.

/** From a first character of the text to behind its last, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface ManifestSource {
  /** The file as it was given, for messages. */
  readonly file: string;
  /** Without a byte order mark. */
  readonly text: string;
  /** Line and column from 1; columns count characters. */
  readonly position: (offset: number) => { readonly line: number; readonly column: number };
  /** A line without its line break, and where it begins. */
  readonly line: (number: number) => { readonly text: string; readonly start: number };
}

/** No person counts further, and a line of millions would be counted again for each of its problems. */
const longestCounted = 10_000;

/**
 * A text with its positions.
 *
 * @example
 * createSource('bus.yaml', 'version: 1\n').position(9); // { line: 1, column: 10 }
 */
export function createSource(file: string, text: string): ManifestSource {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const lineAt = (offset: number): number => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    file,
    text,
    position: (offset) => {
      const line = lineAt(offset);
      const before = text.slice(starts[line], offset);
      return { line: line + 1, column: (before.length > longestCounted ? before.length : charactersIn(before)) + 1 };
    },
    line: (number) => {
      const start = starts[number - 1] ?? text.length;
      const end = starts[number] ?? text.length;
      const last = ['\r\n', '\n'].find((ending) => text.startsWith(ending, Math.max(start, end - ending.length)));
      return { text: text.slice(start, end - (last?.length ?? 0)), start };
    },
  };
}

/** Characters as people count them, but for those that are put together of several. */
export function charactersIn(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Which spans reach into a part of the text, of spans in their order that don't overlap. */
export function spansBetween(spans: readonly Span[], start: number, end: number): readonly Span[] {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.end ?? 0) > start) high = middle;
    else low = middle + 1;
  }
  let last = low;
  while (last < spans.length && (spans[last]?.start ?? 0) < end) last += 1;
  return spans.slice(low, last);
}
