// How deep JSON text nests, told without parsing it: what nests deeper than any request is refused before anything walks it.

/** What a request, with a saved plan in it, stays within. */
export const deepestLevels = 32;

/**
 * Whether objects and arrays in a JSON text nest deeper than `levels`.
 *
 * @example
 * nestsDeeper('[[[]]]', 2); // true
 */
export function nestsDeeper(text: string, levels: number): boolean {
  let isDeeper = false;
  eachBracket(text, (depth) => {
    isDeeper = depth > levels;
    return !isDeeper;
  });
  return isDeeper;
}

/**
 * A JSON text with `null` for each object and array that nests deeper than `levels`.
 *
 * @example
 * cutDeeper('{"id":"x","payload":{"plan":[[]]}}', 2); // '{"id":"x","payload":{"plan":null}}'
 */
export function cutDeeper(text: string, levels: number): string {
  let kept = '';
  let from = 0;
  eachBracket(text, (depth, index, isOpening) => {
    if (depth !== levels + 1) return true;
    if (isOpening) kept += `${text.slice(from, index)}null`;
    from = index + 1;
    return true;
  });
  return kept + text.slice(from);
}

/** Visits each bracket outside of strings with the depth of what it encloses, until the visitor returns false. */
function eachBracket(text: string, visit: (depth: number, index: number, isOpening: boolean) => boolean): void {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isInString) {
      if (code === backslash) index += 1;
      else if (code === quote) isInString = false;
    } else if (code === quote) isInString = true;
    else if (code === openBrace || code === openBracket) {
      depth += 1;
      if (!visit(depth, index, true)) return;
    } else if (code === closeBrace || code === closeBracket) {
      if (!visit(depth, index, false)) return;
      depth -= 1;
    }
  }
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
