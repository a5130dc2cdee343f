// The other deployments whose things may be taken over: one is written as a string, several as a list.

/** As requests, responses and saved plans hold it. */
export type AdoptFrom = string | readonly string[];

/** Each once. */
export function adoptedFrom(adoptFrom: AdoptFrom | undefined): readonly string[] {
  return adoptFrom === undefined ? [] : [...new Set(typeof adoptFrom === 'string' ? [adoptFrom] : adoptFrom)];
}

/**
 * The part of a request or a response that says so; none where there is none.
 *
 * @example
 * adoptFromPart(['old']); // { adopt_from: 'old' }
 * adoptFromPart(['old', 'older', 'old']); // { adopt_from: ['old', 'older'] }
 */
export function adoptFromPart(ids: readonly string[]): { readonly adopt_from?: AdoptFrom } {
  const [first, ...others] = adoptedFrom(ids);
  if (first === undefined) return {};
  return { adopt_from: others.length === 0 ? first : [first, ...others] };
}
