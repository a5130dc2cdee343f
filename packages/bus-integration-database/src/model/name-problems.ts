// What is wrong with the names that somebody declares, whether an environment or a request does. Pure; a provider's own
// rules come in as a value.

import { OperationError } from '../contract/errors.ts';
import { printable } from '../text/printable.ts';
import { longestName } from './bounds.ts';
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

export interface DeclaredNames {
  readonly databases: readonly string[];
  readonly schemas: readonly string[];
  /** May hold `{database}`. */
  readonly serviceRole?: string | undefined;
  /** Login roles beside the service role. */
  readonly furtherRoles: readonly string[];
}

/** What whoever declares calls each part: `BUS_DATABASE_NAMES`, `databases`. */
export type PartNames = Readonly<Record<keyof DeclaredNames, string>>;

export interface NameProblem {
  readonly part: keyof DeclaredNames;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Every name that can't be used: refused by `rules`, standing twice, one role by two ways, a template where none may be,
 * and DSN files that would be one or have too long a name.
 *
 * @example
 * nameProblems({ databases: ['a', 'a'], schemas: [], furtherRoles: [] }, rules, partNames)[0]?.message;
 * // 'database "a" is listed twice in BUS_DATABASE_NAMES'
 */
export function nameProblems(names: DeclaredNames, rules: NameRules, partNames: PartNames): NameProblem[] {
  const databases = judgeList('databases', 'database', names.databases, rules, partNames);
  const schemas = judgeList('schemas', 'schema', names.schemas, rules, partNames);
  const roles = judgeList('furtherRoles', 'role', names.furtherRoles, rules, partNames);
  return [
    ...databases.problems,
    ...schemas.problems,
    ...roles.problems,
    ...serviceRoleProblems(names.serviceRole, databases.usable, new Set(roles.usable), rules, partNames),
    ...fileProblems(databases.usable, roles.usable),
  ];
}

/** The problem of a service role with a placeholder that means nothing. */
export function placeholderProblem(serviceRole: string, partNames: PartNames): NameProblem | undefined {
  const stranger = (serviceRole.match(/\{[^{}]*\}/g) ?? []).find((placeholder) => placeholder !== '{database}');
  if (stranger === undefined) return undefined;
  const message = `${partNames.serviceRole} holds ${printable(stranger)}; the only placeholder is {database}`;
  return { part: 'serviceRole', message, remedy: 'write it like {database}_service' };
}

/** The names of a list that can be used; the rest are problems. */
function judgeList(
  part: keyof DeclaredNames,
  kind: NamedKind,
  names: readonly string[],
  rules: NameRules,
  partNames: PartNames,
): { readonly usable: readonly string[]; readonly problems: readonly NameProblem[] } {
  const usable = new Set<string>();
  const problems = new Map<string, NameProblem>();
  const refuse = (message: string, remedy: string) => problems.set(message, { part, message, remedy });
  for (const name of names) {
    const named = `${kind} ${quoted(name)}`;
    const why = looksLikeUrl(name) ? 'is no name but a URL' : judgeName(kind, name, rules);
    if (why !== undefined) {
      refuse(`${named} ${why}`, `change it in ${partNames[part]}`);
    } else if (isRoleTemplate(name)) {
      const message = `${named} holds {database}, which only ${partNames.serviceRole} may`;
      refuse(message, `write the names out in ${partNames[part]}`);
    } else if (usable.has(name)) {
      refuse(`${named} is listed twice in ${partNames[part]}`, 'drop one');
    } else {
      usable.add(name);
    }
  }
  return { usable: [...usable], problems: [...problems.values()] };
}

function serviceRoleProblems(
  template: string | undefined,
  databases: readonly string[],
  furtherRoles: ReadonlySet<string>,
  rules: NameRules,
  partNames: PartNames,
): NameProblem[] {
  if (template === undefined) return [];
  const problem = (message: string, remedy: string): NameProblem => ({ part: 'serviceRole', message, remedy });
  if (isRoleTemplate(template) && databases.length === 0) {
    const message = `${partNames.serviceRole} makes one role for each database, and there is none`;
    return [problem(message, `set ${partNames.databases}`)];
  }
  if (template.length > longestName) {
    const message = `${partNames.serviceRole} is ${template.length} characters long; ${longestName} is the most`;
    return [problem(message, 'use a shorter name')];
  }
  const expanded = isRoleTemplate(template) ? databases.map((database) => expandRole(template, database)) : [template];
  return expanded.flatMap((role) => {
    const named = `role ${quoted(role)}`;
    const why = looksLikeUrl(role) ? 'is no name but a URL' : judgeName('role', role, rules);
    const tooOften = `${named} is the service role and stands in ${partNames.furtherRoles} too`;
    return [
      ...(why === undefined ? [] : [problem(`${named} ${why}`, `change ${partNames.serviceRole}`)]),
      ...(furtherRoles.has(role) ? [problem(tooOften, 'drop one')] : []),
    ];
  });
}

/** Where a file system folds case, two names that differ in nothing else would share a DSN file. */
function fileProblems(databases: readonly string[], furtherRoles: readonly string[]): NameProblem[] {
  const why = 'differ only in upper and lower case: their DSN files would be one where case is not told apart';
  const collisions = (part: keyof DeclaredNames, kinds: string, names: readonly string[]) =>
    caseCollisions(names).map(([one, other]): NameProblem => {
      return { part, message: `${kinds} ${quoted(one)} and ${quoted(other)} ${why}`, remedy: 'rename one' };
    });
  return [
    ...collisions('databases', 'databases', databases),
    ...collisions('furtherRoles', 'roles', furtherRoles),
    ...lengthProblems(longestEncoded(databases), longestEncoded(furtherRoles)),
  ];
}

function lengthProblems(database: string | undefined, role: string | undefined): NameProblem[] {
  if (database === undefined || role === undefined) return [];
  try {
    dsnFileName(database, role);
    return [];
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const remedy = error.diagnostics[0]?.remedy ?? 'use shorter names';
    return [{ part: 'furtherRoles', message: error.message, remedy }];
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
