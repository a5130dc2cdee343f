// Lists that grow with what others put on a server, cut to what a person reads: counted, and the first of them shown.
import { type Check, some } from 'bus-integration-database';
import { shown } from './shown.ts';

/** How many of a list are told one by one. */
export const mostTold = 10;

/** `a, b and 3 more` of names of roles and databases, as sentences have them. */
export function someNames(names: readonly string[], most = 4): string {
  return some(names.map(shown), most);
}

/** The first of a list, and one that stands for the rest where there is more. */
export function firstOf<T>(items: readonly T[], rest: (left: readonly T[]) => T): T[] {
  return items.length <= mostTold ? [...items] : [...items.slice(0, mostTold), rest(items.slice(mostTold))];
}

const gravest: readonly Check['result'][] = ['fail', 'unknown', 'warn', 'info', 'skipped', 'ok'];

/**
 * The first checks of a list of one kind, and one for the rest, as grave as the gravest of them.
 *
 * @param what the rest is, as `schemas`
 */
export function boundedChecks(checks: readonly Check[], what: string): Check[] {
  return firstOf(checks, (left) => {
    const { id = '', kind = 'connectivity', target } = left[0] ?? {};
    const result = gravest.find((one) => left.some((check) => check.result === one)) ?? 'info';
    const seen = `and ${left.length} more ${what}`;
    return { id, kind, result, seen, ...(target !== undefined && { target }) } as Check;
  });
}
