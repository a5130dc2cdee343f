// Names that were declared, and which of them one most likely meant that was not. Pure.
import { nearest } from '../text/suggest.ts';

export interface KnownNames {
  readonly has: (name: string) => boolean;
  /** The closest one, where it is close enough to be meant. */
  readonly nearest: (name: string) => string | undefined;
}

/** How often two names are compared at most: of a file of thousands that are unknown, the first ones get a hint. */
const mostComparisons = 50_000;

/**
 * Names to be looked up.
 *
 * @example
 * knownNames(['shop_app']).nearest('shop_ap'); // 'shop_app'
 */
export function knownNames(names: Iterable<string>): KnownNames {
  const all = new Set(names);
  const found = new Map<string, string | undefined>();
  return {
    has: (name) => all.has(name),
    nearest: (name) => {
      if (!found.has(name) && found.size * all.size < mostComparisons) found.set(name, nearest(name, [...all]));
      return found.get(name);
    },
  };
}
