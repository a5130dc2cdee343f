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
  const serviceRole = lists.serviceRole ?? (source.takesFirst ? lists.roles[0] : undefined);
  const at = serviceRole === undefined ? -1 : lists.roles.indexOf(serviceRole);
  const databases = judgeList('databases', 'database', lists.databases, rules, words);
  const schemas = judgeList('schemas', 'schema', lists.schemas, rules, words);
  const roles = judgeList('roles', 'role', at < 0 ? lists.roles : lists.roles.toSpliced(at, 1), rules, words);
  const strange = lists.serviceRole === undefined ? [] : placeholderProblems(lists.serviceRole, words);
  const tooMany = tooManyResources(lists, words, source.mostResources);
  return [
    ...strange,
    ...databases.problems,
    ...schemas.problems,
    ...roles.problems,
    ...(serviceRole === undefined || strange.length > 0
      ? []
      : serviceRoleProblems(serviceRole, databases.usable, new Set(roles.usable), rules, words)),
    ...fileProblems(databases.usable, roles.usable),
    ...(tooMany === undefined
      ? []
      : [{ list: 'databases', code: 'too-many', message: tooMany, remedy: source.fewer } as const]),
  ];
}

/** A placeholder that means nothing. */
function placeholderProblems(serviceRole: string, words: ListSource['words']): ListProblem[] {
  const stranger = (serviceRole.match(/\{[^{}]*\}/g) ?? []).find((placeholder) => placeholder !== '{database}');
  if (stranger === undefined) return [];
  const message = `${words.serviceRole} holds ${printable(stranger)}; the only placeholder is {database}`;
  return [problem('serviceRole', message, 'write it like {database}_service')];
}

function problem(list: ListName, message: string, remedy: string): ListProblem {
  return { list, code: 'invalid-name', message, remedy };
}

/** The names of a list that can be used; the rest are problems. */
function judgeList(
  list: ListName,
  kind: NamedKind,
  names: readonly string[],
  rules: NameRules,
  words: ListSource['words'],
): { readonly usable: readonly string[]; readonly problems: readonly ListProblem[] } {
  const usable = new Set<string>();
  const problems = new Map<string, ListProblem>();
  const refuse = (message: string, remedy: string) => problems.set(message, problem(list, message, remedy));
  for (const name of names) {
    const named = `${kind} ${quoted(name)}`;
    const why = looksLikeUrl(name) ? 'is no name but a URL' : judgeName(kind, name, rules);
    if (why !== undefined) {
      refuse(`${named} ${why}`, `change it in ${words[list]}`);
    } else if (isRoleTemplate(name)) {
      const message = `${named} holds {database}, which only ${words.serviceRole} may`;
      refuse(message, `write the names out in ${words[list]}`);
    } else if (usable.has(name)) {
      refuse(`${named} is listed twice in ${words[list]}`, 'drop one');
    } else {
      usable.add(name);
    }
  }
  return { usable: [...usable], problems: [...problems.values()] };
}

function serviceRoleProblems(
  template: string,
  databases: readonly string[],
  furtherRoles: ReadonlySet<string>,
  rules: NameRules,
  words: ListSource['words'],
): ListProblem[] {
  const refuse = (message: string, remedy: string) => problem('serviceRole', message, remedy);
  if (isRoleTemplate(template) && databases.length === 0) {
    const message = `${words.serviceRole} makes one role for each database, and there is none`;
    return [refuse(message, `set ${words.databases}`)];
  }
  if (template.length > longestName) {
    const message = `${words.serviceRole} is ${template.length} characters long; ${longestName} is the most`;
    return [refuse(message, 'use a shorter name')];
  }
  const expanded = isRoleTemplate(template) ? databases.map((database) => expandRole(template, database)) : [template];
  return expanded.flatMap((role) => {
    const named = `role ${quoted(role)}`;
    const why = looksLikeUrl(role) ? 'is no name but a URL' : judgeName('role', role, rules);
    const tooOften = `${named} is the service role and stands in ${words.roles} too`;
    return [
      ...(why === undefined ? [] : [refuse(`${named} ${why}`, `change ${words.serviceRole}`)]),
      ...(furtherRoles.has(role) ? [refuse(tooOften, 'drop one')] : []),
    ];
  });
}

/** Where a file system folds case, two names that differ in nothing else would share a DSN file. */
function fileProblems(databases: readonly string[], furtherRoles: readonly string[]): ListProblem[] {
  const why = 'differ only in upper and lower case: their DSN files would be one where case is not told apart';
  const collisions = (list: ListName, kinds: string, names: readonly string[]) =>
    caseCollisions(names).map(([one, other]) =>
      problem(list, `${kinds} ${quoted(one)} and ${quoted(other)} ${why}`, 'rename one'),
    );
  return [
    ...collisions('databases', 'databases', databases),
    ...collisions('roles', 'roles', furtherRoles),
    ...lengthProblems(longestEncoded(databases), longestEncoded(furtherRoles)),
  ];
}

function lengthProblems(database: string | undefined, role: string | undefined): ListProblem[] {
  if (database === undefined || role === undefined) return [];
  try {
    dsnFileName(database, role);
    return [];
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const remedy = error.diagnostics[0]?.remedy ?? 'use shorter names';
    return [problem('roles', error.message, remedy)];
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
