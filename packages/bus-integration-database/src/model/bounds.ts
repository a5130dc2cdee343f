// How much one request or one configuration may ask for: its lists multiply, so that a few kilobytes could mean millions of
// resources. Only counts; makes nothing of what it counts. Pure.

import type { Lists } from './lists.ts';
import { isRoleTemplate } from './names.ts';

/** Items of one list. */
export const longestList = 5_000;
/** Characters of one name; servers take fewer, and a template of a role may hold `{database}`. */
export const longestName = 256;
/** Resources that somebody else's request may ask for. */
export const mostResourcesAsked = 50_000;
/** Resources of a deployment's own configuration, which its operator wrote. */
export const mostResourcesConfigured = 200_000;

/**
 * How many resources of a server lists come to: each list is counted before they are multiplied.
 *
 * @example
 * resourceCount({ databases: ['app'], roles: ['app_service'], schemas: ['public'] }); // 7
 */
export function resourceCount({ databases, roles, schemas }: Pick<Lists, keyof ListNames>): number {
  const templates = roles.filter(isRoleTemplate).length;
  const roleCount = roles.length - templates + templates * databases.length;
  const privileges = (1 + schemas.length) * (roles.length + 1);
  return roleCount + databases.length * (1 + schemas.length + privileges);
}

/** What whoever asks calls the lists. */
type ListNames = Readonly<Record<'databases' | 'roles' | 'schemas', string>>;

/**
 * Why lists ask for too much, as a message; undefined when they don't.
 *
 * @example
 * tooManyResources(lists, { databases: 'databases', roles: 'roles', schemas: 'schemas' }, 50_000);
 * // 'databases (300) × roles (300) × schemas (300) make 27,270,900 resources, expected at most 50,000'
 */
export function tooManyResources(
  lists: Pick<Lists, keyof ListNames>,
  names: ListNames,
  most: number,
): string | undefined {
  const count = resourceCount(lists);
  if (count <= most) return undefined;
  const factors = (['databases', 'roles', 'schemas'] as const).map((list) => `${names[list]} (${lists[list].length})`);
  return `${factors.join(' × ')} make ${shownCount(count)} resources, expected at most ${shownCount(most)}`;
}

/** The message for a list with too many items; undefined when it has few enough. */
export function tooLong(name: string, list: readonly unknown[]): string | undefined {
  if (list.length <= longestList) return undefined;
  return `${name} has ${shownCount(list.length)} items, expected at most ${shownCount(longestList)}`;
}

function shownCount(count: number): string {
  return count.toLocaleString('en-US');
}
