// What is wrong with lists of names, whether an environment or a request has them: the one judge. Pure; a provider's own
// rules come in as a value.

import { OperationError } from '../contract/errors.ts';
import { printable } from '../text/printable.ts';
import { longestName, tooManyResources } from './bounds.ts';
import type { Lists } from './lists.ts';
import {
  caseCollisions,
  dsnFileName,
  expandRole,
  isRoleTemplate,
  judgeName,
  longestEncoded,
  type NamedKind,
  type NameRules,
} from './names.ts';

type ListName = keyof Lists;

/** Where lists come from. */
export interface ListSource {
  /** What it calls each list: `BUS_DATABASE_NAMES`, `databases`. */
  readonly words: Readonly<Record<ListName, string>>;
  /** Whether its roles are judged as if the first were named as the service role, where none is. */
  readonly takesFirst: boolean;
  readonly mostResources: number;
  /** What to do where that is not enough. */
  readonly fewer: string;
}

export interface ListProblem {
  readonly list: ListName;
  readonly code: 'invalid-name' | 'too-many';
  readonly message: string;
  readonly remedy: string;
}

/**
 * Everything that can't be used: names that `rules` refuse, that stand twice or for one role by two ways, a template where
 * none may be, DSN files that would be one or have too long a name, and more of them than may be asked for there.
 *
 * @example
 * listProblems({ databases: ['a', 'a'], roles: [], schemas: [] }, rules, source)[0]?.message;
 * // 'database "a" is listed twice in BUS_DATABASE_NAMES'
 */
export function listProblems(lists: Lists, rules: NameRules, { words, ...source }: ListSource): ListProblem[] {
  const problems = new Map<string, ListProblem>();
  const refuse = (list: ListName, message: string, remedy: string, code: ListProblem['code'] = 'invalid-name') =>
    problems.set(`${list} ${message}`, { list, code, message, remedy });
  const faultOf = (kind: NamedKind, name: string) =>
    looksLikeUrl(name) ? 'is not a name but a URL' : judgeName(kind, name, rules);
  /** Those of a list that can be used. */
  const judge = (list: ListName, kind: NamedKind, names: readonly string[]): ReadonlySet<string> => {
    const usable = new Set<string>();
    for (const name of names) {
      const named = `${kind} ${quoted(name)}`;
      const fault = faultOf(kind, name);
      const isTemplate = isRoleTemplate(name);
      if (fault !== undefined) refuse(list, `${named} ${fault}`, `change it in ${words[list]}`);
      else if (isTemplate)
        refuse(
          list,
          `${named} holds {database}, which only ${words.serviceRole} may`,
          `write the names out in ${words[list]}`,
        );
      else if (usable.has(name)) refuse(list, `${named} is listed twice in ${words[list]}`, 'drop one');
      else usable.add(name);
    }
    return usable;
  };

  const serviceRole = lists.serviceRole ?? (source.takesFirst ? lists.roles[0] : undefined);
  const at = serviceRole === undefined ? -1 : lists.roles.indexOf(serviceRole);
  const databases = judge('databases', 'database', lists.databases);
  judge('schemas', 'schema', lists.schemas);
  const roles = judge('roles', 'role', at < 0 ? lists.roles : lists.roles.toSpliced(at, 1));

  const strange = lists.serviceRole?.match(/\{[^{}]*\}/g)?.find((placeholder) => placeholder !== '{database}');
  if (strange !== undefined) {
    const message = `${words.serviceRole} holds ${printable(strange)}; the only placeholder is {database}`;
    refuse('serviceRole', message, 'write it like {database}_service');
  } else if (serviceRole !== undefined && isRoleTemplate(serviceRole) && databases.size === 0) {
    const message = `${words.serviceRole} makes one role for each database, and there is none`;
    refuse('serviceRole', message, `set ${words.databases}`);
  } else if (serviceRole !== undefined && serviceRole.length > longestName) {
    const message = `${words.serviceRole} is ${serviceRole.length} characters long; ${longestName} is the most`;
    refuse('serviceRole', message, 'use a shorter name');
  } else if (serviceRole !== undefined) {
    const names = isRoleTemplate(serviceRole)
      ? [...databases].map((name) => expandRole(serviceRole, name))
      : [serviceRole];
    for (const role of names) {
      const named = `role ${quoted(role)}`;
      const fault = faultOf('role', role);
      if (fault !== undefined) refuse('serviceRole', `${named} ${fault}`, `change ${words.serviceRole}`);
      if (roles.has(role))
        refuse('serviceRole', `${named} is the service role and stands in ${words.roles} too`, 'drop one');
    }
  }

  // Where a file system folds case, two names that differ in nothing else would share a DSN file.
  for (const [list, names] of [
    ['databases', databases],
    ['roles', roles],
  ] as const) {
    for (const [one, other] of caseCollisions([...names])) {
      const why = 'differ only in upper and lower case: their DSN files would be one where case is not told apart';
      refuse(list, `${list} ${quoted(one)} and ${quoted(other)} ${why}`, 'rename one');
    }
  }
  const long = tooLongFile(longestEncoded([...databases]), longestEncoded([...roles]));
  if (long !== undefined) refuse('roles', long.message, long.diagnostics[0]?.remedy ?? 'use shorter names');
  const tooMany = tooManyResources(lists, words, source.mostResources);
  if (tooMany !== undefined) refuse('databases', tooMany, source.fewer, 'too-many');
  return [...problems.values()];
}

function tooLongFile(database: string | undefined, role: string | undefined): OperationError | undefined {
  if (database === undefined || role === undefined) return undefined;
  try {
    dsnFileName(database, role);
    return undefined;
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
}

/** A name as messages show it; a URL with credentials is likelier a DSN in the wrong place, and may hold a password. */
function quoted(name: string): string {
  return looksLikeUrl(name)
    ? '(not shown: it looks like a DSN)'
    : `"${printable(name.length > longestName ? `${name.slice(0, 60)}…` : name)}"`;
}

function looksLikeUrl(name: string): boolean {
  return /^\s*[a-z][a-z0-9+.-]*:\/\/[^@]*@/i.test(name);
}
