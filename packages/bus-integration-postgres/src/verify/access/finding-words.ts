// What is found of access, and the words for it. Pure.
import { printable, type Remedy } from 'bus-integration-database';
import type { SeenEntry, SeenRelation } from '../../sql/verify/access-query.ts';
import { anyDatabase, inDatabase, ownerOrSuperuser, runs } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';

export interface AccessFinding {
  readonly result: 'fail' | 'warn';
  readonly seen: string;
  readonly remedy: Remedy;
  /** It has more than is expected. */
  readonly isBeyond?: true;
  /** The things and privileges that it is about: what is tried on them says no more. */
  readonly about?: { readonly relation: SeenRelation; readonly privileges: readonly string[] };
}

export function compared(expected: ReadonlySet<string>, held: readonly string[]): [lacks: string[], beyond: string[]] {
  return [[...expected].filter((one) => !held.includes(one)), held.filter((one) => !expected.has(one))];
}

export function fail(seen: string, remedy: Remedy): AccessFinding {
  return { result: 'fail', seen, remedy };
}

export function beyondIt(seen: string, remedy: Remedy): AccessFinding {
  return { result: 'fail', seen, remedy, isBeyond: true };
}

/** `SELECT, INSERT`; `nothing` of none. */
export function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.map(printable).join(', ');
}

/** `table orders`, `3 tables (orders and others)`. */
export function things({ kind, name, count }: SeenRelation): string {
  return count === 1 ? `${kind} ${shown(name)}` : `${count} ${kind}s (${shown(name)} and others like it)`;
}

export function nameOf({ schema, name, kind }: Pick<SeenRelation, 'schema' | 'name' | 'kind'>): string {
  return `${kind === 'sequence' ? 'SEQUENCE ' : ''}${identifier(schema)}.${identifier(name)}`;
}

export function sqlKind({ kind }: SeenRelation): string {
  // ALTER TABLE takes every other kind of relation too.
  return kind === 'sequence' ? '' : 'TABLE';
}

/** `, through dba` or `, as PUBLIC`: where it is not by a grant to the role itself. */
export function by(entries: readonly SeenEntry[], privileges: readonly string[], role: string): string {
  const others = entries.filter(({ privilege, grantee }) => privileges.includes(privilege) && grantee !== role);
  const names = [...new Set(others.map(({ grantee }) => (grantee === null ? 'PUBLIC' : shown(grantee))))];
  return names.length === 0 ? '' : `, by a grant to ${names.join(', ')}`;
}

/** From whomever it has them; of a group's own rights it is the membership that is too much. */
export function taking(
  on: string,
  privileges: readonly string[],
  entries: readonly SeenEntry[],
  role: string,
  database: string,
): Remedy {
  const having = entries.filter(({ privilege }) => privileges.includes(privilege));
  const own = having.filter(({ grantee }) => grantee === role || grantee === null);
  const from = [...new Set(own.map(({ grantee }) => (grantee === null ? 'PUBLIC' : identifier(grantee))))];
  const groups = [...new Set(having.flatMap(({ grantee }) => (grantee === role ? [] : (grantee ?? []))))];
  if (own.length === 0 && groups.length > 0)
    return runs(
      'the admin role or a superuser',
      anyDatabase,
      `REVOKE ${groups.map(identifier).join(', ')} FROM ${identifier(role)};`,
    );
  const grantees = from.length === 0 ? identifier(role) : from.join(', ');
  return runs(ownerOrSuperuser, inDatabase(database), `REVOKE ${privileges.join(', ')} ON ${on} FROM ${grantees};`);
}
