// Keys that look like ours and aren't: likely typing errors, each named with the key that was probably meant. Pure.

import { editDistance } from '../text/edit-distance.ts';
import type { Environment } from '../text/environment.ts';
import { allowedNames } from '../text/list.ts';
import { printable } from '../text/printable.ts';

/**
 * The keys of `env` that begin with one of `prefixes` and are neither known nor allowed, sorted, each with the nearest
 * known key where one is near; `silent` ones are no typing errors, and nobody is led to them.
 *
 * @example
 * unknownKeys({ BUS_DATABASE_NAME: 'x' }, ['BUS_DATABASE_'], ['BUS_DATABASE_NAMES']);
 * // [{ key: 'BUS_DATABASE_NAME', nearest: 'BUS_DATABASE_NAMES' }]
 */
export function unknownKeys(
  env: Environment,
  prefixes: readonly string[],
  known: readonly string[],
  silent: readonly string[] = [],
): { readonly key: string; readonly nearest?: string }[] {
  const allowed = new Set([...known, ...silent, ...allowLists.flatMap((list) => [...allowedNames(env[list])])]);
  return Object.keys(env)
    .filter((key) => env[key] !== undefined && prefixes.some((prefix) => key.startsWith(prefix)) && !allowed.has(key))
    .sort()
    .map((key) => ({ key: printable(key), nearest: nearestOf(key, prefixes, known) }))
    .map(({ key, nearest }) => (nearest === undefined ? { key } : { key, nearest }));
}

/** Keys that list names which other programs of the operator read, and which are none of our business. */
const allowLists = ['BUS_OPERATOR_ENV_ALLOW', 'BUS_OPERATOR_DATABASE_ENV_ALLOW'];

/** What other programs call it, too far from ours for a typing error. */
const otherwiseCalled: Readonly<Record<string, string>> = {
  BUS_DATABASE: 'BUS_DATABASE_NAMES',
  BUS_DATABASES: 'BUS_DATABASE_NAMES',
};

/** Near means that at most half of what follows the prefix, or three characters, would have to change. */
function nearestOf(key: string, prefixes: readonly string[], known: readonly string[]): string | undefined {
  const meant = otherwiseCalled[key];
  if (meant !== undefined && known.includes(meant)) return meant;
  let nearest: { candidate: string; distance: number } | undefined;
  for (const candidate of known) {
    const prefix = prefixes.find((beginning) => candidate.startsWith(beginning)) ?? '';
    const limit = Math.max(3, (candidate.length - prefix.length) / 2);
    const distance = editDistance(key, candidate);
    if (distance <= limit && distance < (nearest?.distance ?? Number.POSITIVE_INFINITY))
      nearest = { candidate, distance };
  }
  return nearest?.candidate;
}
