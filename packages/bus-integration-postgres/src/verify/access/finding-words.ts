// What is found of access, and the words for it. Pure.
import { printable, type Remedy } from 'bus-integration-database';
import type { SeenEntry, SeenRelation } from '../../sql/verify/seen-access.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';

export interface AccessFinding {
  readonly result: 'fail' | 'warn' | 'unknown';
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

/** `SEQUENCE "app"."a", "app"."b"`: those of them that are named. */
export function sqlNames({ schema, names, kind }: Pick<SeenRelation, 'schema' | 'names' | 'kind'>): string {
  const list = names.map((name) => `${identifier(schema)}.${identifier(name)}`).join(', ');
  return `${kind === 'sequence' ? 'SEQUENCE ' : ''}${list}`;
}

/** `ALTER TABLE "app"."a" OWNER TO "boss";` for each that is named. ALTER TABLE takes every kind of relation. */
export function givingTo(owner: string, { schema, names, kind }: SeenRelation): string {
  const word = kind === 'sequence' ? 'SEQUENCE' : 'TABLE';
  const statements = names.map(
    (name) => `ALTER ${word} ${identifier(schema)}.${identifier(name)} OWNER TO ${identifier(owner)};`,
  );
  return statements.join(' ');
}

/** Statements name the first of many things that are alike. */
export function forAll(remedy: Remedy, count: number, named: number): Remedy {
  return count <= named ? remedy : [remedy, ` then verify again, which names the next of ${count - named} more`];
}

/** `, through dba` or `, as PUBLIC`: where it is not by a grant to the role itself. */
export function by(entries: readonly SeenEntry[], privileges: readonly string[], role: string): string {
  const others = entries.filter(({ privilege, grantee }) => privileges.includes(privilege) && grantee !== role);
  const names = [...new Set(others.map(({ grantee }) => (grantee === null ? 'PUBLIC' : shown(grantee))))];
  return names.length === 0 ? '' : `, by a grant to ${names.join(', ')}`;
}
