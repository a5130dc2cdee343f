// What rights in a database come to, as one access word or several: of what is in effect, and of what is declared. Pure.

import type { ExpandedManifest } from '../manifest/expand.ts';
import { accessWords } from '../manifest/shapes/access-words.ts';
import type { Intent } from '../plan/intent.ts';
import { type ExpectedAccess, expectedAccess, heldRoles } from '../verify/access/declared-access.ts';

/** On all that is in the declared schemas, on a part of it, or on nothing. */
export type AccessExtent = 'all' | 'part' | 'none';

export interface AccessSummary {
  /** May connect to the database, or is a group that needs not. */
  readonly connects: boolean;
  /** Has the rights of the owner of a declared schema. */
  readonly owns: boolean;
  readonly reads: AccessExtent;
  readonly writes: AccessExtent;
  readonly creates: boolean;
}

export const nothing: AccessSummary = { connects: false, owns: false, reads: 'none', writes: 'none', creates: false };

export const writePrivileges: readonly string[] = accessWords.write.tables;
/** Any of them changes rows. */
export const changingPrivileges: readonly string[] = ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'];

/**
 * The words.
 *
 * @example
 * wordOf({ connects: true, owns: false, reads: 'all', writes: 'part', creates: false }); // 'read, write in part'
 */
export function wordOf({ connects, owns, reads, writes, creates }: AccessSummary): string {
  if (!connects) return 'none';
  if (owns) return 'owner';
  const words = [
    ...(reads === 'all' && writes !== 'all' ? ['read'] : []),
    ...(reads === 'part' ? ['read in part'] : []),
    ...(writes === 'all' ? ['write'] : []),
    ...(writes === 'part' ? ['write in part'] : []),
    ...(creates ? ['create'] : []),
  ];
  return words.length === 0 ? 'connect' : words.join(', ');
}

/** What is declared for each role in a database; undefined of what is not declared. */
export function declaredIn(
  { desired }: Pick<Intent, 'desired'>,
  database: string,
): (role: string) => AccessSummary | undefined {
  const declared = desired.databases.get(database);
  if (declared === undefined) return () => undefined;
  const expanded = desired.manifest?.expanded as ExpandedManifest | undefined;
  if (expanded === undefined) {
    const ofLogin = { ...nothing, connects: true, creates: declared.schemas.size > 0 };
    return (role) => (desired.roles.has(role) ? (declared.logins.includes(role) ? ofLogin : nothing) : undefined);
  }
  if (!Object.hasOwn(expanded.databases, database)) return (role) => (desired.roles.has(role) ? nothing : undefined);
  const { owner, access = {} } = expanded.databases[database] ?? {};
  const isNamed = (role: string) => role === owner || Object.hasOwn(access, role);
  // Every role that the database does not name has the same there: what everyone has.
  let others: AccessSummary | undefined;
  const summary = (role: string) => {
    const expected = expectedAccess(expanded, role, database);
    return expected === undefined ? nothing : summaryOf(expected);
  };
  return (role) => {
    if (!desired.roles.has(role)) return undefined;
    if (!Object.hasOwn(expanded.roles, role) || heldRoles(role, expanded.roles).some(isNamed)) return summary(role);
    others ??= summary(role);
    return others;
  };
}

function summaryOf({ database, isOwner, schemas, openSchemas }: ExpectedAccess): AccessSummary {
  const all = [...schemas.values()];
  const extent = (whole: readonly string[], any: readonly string[]): AccessExtent => {
    if (all.length > 0 && all.every(({ tables }) => whole.every((privilege) => tables.has(privilege)))) return 'all';
    const isAny = all.some(({ tables, relations }) => {
      const single = [...relations.values()].flatMap(({ privileges, columns }) => [...privileges, ...columns.keys()]);
      return any.some((privilege) => tables.has(privilege) || single.includes(privilege));
    });
    return isAny ? 'part' : 'none';
  };
  return {
    connects: database.has('CONNECT'),
    owns: isOwner,
    reads: extent(['SELECT'], ['SELECT']),
    writes: extent(writePrivileges, changingPrivileges),
    creates: openSchemas.length > 0 || all.some(({ schema }) => schema.has('CREATE')),
  };
}
