// Names of variables by patterns, without a regular expression: one of hundreds of alternatives takes longer to compile
// than all the names of a file to compare. Pure.

export interface NamePatterns {
  has(name: string): boolean;
}

/**
 * Patterns separated by commas; `*` is any text, and case is no matter.
 *
 * @example
 * namePatterns('PATH, LD_*, AWS_*ENDPOINT*').has('aws_s3_endpoint_url'); // true
 */
export function namePatterns(list: string): NamePatterns {
  const patterns = list.toUpperCase().split(', ');
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const wild = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('*'));
  return {
    has: (name) => {
      const upper = name.toUpperCase();
      return exact.has(upper) || wild.some((pieces) => fits(upper, pieces));
    },
  };
}

/** The pieces one after another: the first at the beginning, the last at the end. */
function fits(name: string, pieces: readonly string[]): boolean {
  const [first = '', ...others] = pieces;
  const last = others.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let from = first.length;
  for (const piece of others) {
    const at = name.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return from + last.length <= name.length;
}
