// A regular expression of a pg_hba.conf.

export type HbaRegex = { readonly kind: 'unknown' | 'invalid' | 'doubtful'; readonly reason: string };

export function hbaRegex(_pattern: string): HbaRegex {
  return { kind: 'unknown', reason: 'regular expressions are not evaluated' };
}

export function matchesRegex(_regex: HbaRegex, _text: string): boolean | undefined {
  return undefined;
}
