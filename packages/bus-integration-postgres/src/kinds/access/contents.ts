// What a grantee is to have on what is in a schema, and what a difference from that is. What belongs to an extension is left
// alone. Pure.
import type {
  NameInSchema,
  ObjectClass,
  ObservedOwned,
  ObservedRelation,
  ObservedRoutine,
} from '../../observe/observed-objects.ts';
import { effectivePrivileges, type Grantable, revocable } from '../../ownership/effective.ts';
import type { Grantee } from './grant-object.ts';

/** On all of a class, where that is managed at all, and on named things beside. */
export interface DesiredContents {
  readonly tables?: readonly string[];
  readonly sequences?: readonly string[];
  readonly routines?: readonly string[];
  readonly named: readonly DesiredNamed[];
  /** PUBLIC calls no routines here: nothing rests on that it might. */
  readonly isClosed?: true;
  /** Declared to be in the schema: while one is not as declared, the same run adds things of its own there. */
  readonly extensions?: readonly ComingExtension[];
}

interface ComingExtension {
  readonly name: string;
  readonly schema: string;
  readonly version?: string;
}

/** What the name is of, the server says. */
export type DesiredNamed =
  | {
      readonly relation: string;
      /** On these alone. */
      readonly columns?: readonly string[];
      readonly tables: readonly string[];
      readonly sequences: readonly string[];
    }
  | { readonly routine: string; readonly arguments: readonly string[]; readonly routines: readonly string[] };

export interface ContentsGrant extends DesiredContents {
  readonly kind: 'contents-grant';
  readonly database: string;
  readonly schema: string;
  readonly grantee: Grantee;
  /** The role that the schema and what is in it are to belong to, but for what its makers make. */
  readonly owner?: string;
  readonly makers?: readonly string[];
  /** Of an observed one: what is to be done; absent where nothing is. */
  readonly difference?: ContentsDifference;
}

/** The same privileges on things of one class and owner. */
export interface ContentsPart {
  readonly type: ObjectClass | 'columns';
  readonly owner: string;
  /** Absent: all of the class in the schema. Of columns those of `table`. */
  readonly names?: readonly NameInSchema[];
  readonly table?: string;
  readonly privileges: readonly string[];
  /** The option alone. */
  readonly grantable?: true;
}

export interface ContentsDifference {
  readonly missing: readonly ContentsPart[];
  readonly extra: readonly ContentsPart[];
  /** Grants on columns that go with extra ones on their table: to be given again. */
  readonly again: readonly ContentsPart[];
  /** Named things that are not there, or are none that this can be given on. */
  readonly absent: readonly string[];
}

/** Who it is about: a role with what it inherits from, or PUBLIC (null). */
export interface ContentsHolder {
  readonly role: Grantable | null;
  readonly databaseOwner?: string | undefined;
}

/** A named thing that is there. */
export interface Resolved {
  readonly desired: DesiredNamed;
  readonly object: (ObservedRelation | (ObservedRoutine & { readonly class: 'routines' })) & { readonly key: string };
  readonly privileges: readonly string[];
}

/** What it may do there, however it came to that. */
export function heldOn(
  object: ObservedOwned & { readonly class?: ObjectClass },
  holder: ContentsHolder,
  desired: DesiredContents,
) {
  if (holder.role === null) return new Set<string>();
  const lost = object.class === 'routines' && desired.isClosed ? new Set(['EXECUTE']) : nothing;
  return effectivePrivileges(object, holder.role, lost, holder.databaseOwner).privileges;
}

const nothing: ReadonlySet<string> = new Set();

/** By the owner's own grants, which the owner alone can take. */
export function takenFrom(object: ObservedOwned, { role }: ContentsHolder) {
  return revocable({ ...object, adminActsAsOwner: true }, role === null ? null : role.name, object.owner);
}

export function nameOnly({ name, arguments: routineArguments }: NameInSchema): NameInSchema {
  return routineArguments === undefined ? { name } : { name, arguments: routineArguments };
}

/** Those that are not among others, sorted. */
export function without(list: Iterable<string>, taken: ReadonlySet<string> | readonly string[]): string[] {
  const out = taken instanceof Set ? taken : new Set(taken);
  return [...list].filter((one) => !out.has(one)).sort();
}
