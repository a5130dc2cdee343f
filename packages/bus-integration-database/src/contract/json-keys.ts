// Whether an object in a JSON text says one key twice. Parsers keep the last; who looked at a request on its way, a gateway or
// a reviewer, may have gone by the first. Pure.

/**
 * The first key that an object in a JSON text repeats; of text that is no JSON it says nothing of use.
 *
 * @example
 * repeatedKey('{"confirm":false,"confirm":true}'); // 'confirm'
 */
export function repeatedKey(text: string): string | undefined {
  const objects: Set<string>[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === openBrace) objects.push(new Set());
    else if (code === closeBrace) objects.pop();
    if (code !== quote) continue;
    const end = endOfString(text, index);
    const keys = objects.at(-1);
    if (keys !== undefined && isColonNext(text, end + 1)) {
      const key = keyOf(text.slice(index, end + 1));
      if (keys.has(key)) return key;
      keys.add(key);
    }
    index = end;
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) return index;
    if (code === backslash) index += 1;
  }
  return text.length;
}

function isColonNext(text: string, from: number): boolean {
  let index = from;
  while (blanks.has(text.charCodeAt(index))) index += 1;
  return text.charCodeAt(index) === colon;
}

/** The same key may be written with escapes. */
function keyOf(written: string): string {
  return written.includes('\\') ? JSON.parse(written) : written.slice(1, -1);
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const colon = 0x3a;
const blanks = new Set([0x20, 0x09, 0x0a, 0x0d]);
