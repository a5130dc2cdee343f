// What is in schemas and who may use it, as plain values.
import type { AclEntry } from './acl-entry.ts';

/** What privileges are kept of, and granted for all of a schema. */
export type ObjectClass = 'tables' | 'sequences' | 'routines';

/** A routine has its arguments, as PostgreSQL tells overloaded ones apart: `IN amount integer`. */
export interface NameInSchema {
  readonly name: string;
  readonly arguments?: string;
}

/** What somebody owns, and who may use it. */
export interface ObservedOwned {
  readonly schema: string;
  readonly owner: string;
  readonly adminActsAsOwner: boolean;
  readonly acl: readonly AclEntry[];
}

/** Things of one class in one schema that are alike: by their owner, their access control list, and in being an extension's. */
export interface ObservedPattern extends ObservedOwned {
  readonly class: ObjectClass;
  /** They belong to an extension. */
  readonly isMember: boolean;
  readonly count: number;
  /** Null where they are many and were not asked for. */
  readonly names: readonly NameInSchema[] | null;
  /** As it is stored; null is the default. */
  readonly aclText: string | null;
}

export interface ObservedColumn extends ObservedOwned {
  readonly table: string;
  readonly column: string;
}

export interface ObservedRelation extends ObservedOwned {
  readonly name: string;
  readonly class: 'tables' | 'sequences';
  readonly isMember: boolean;
  readonly columns: readonly string[];
}

export interface ObservedRoutine extends ObservedOwned {
  readonly name: string;
  readonly arguments: string;
  readonly isMember: boolean;
  /** Of each argument: the type as it is written, its own name, whether it is an array of those. */
  readonly types: readonly (readonly [written: string, name: string, isArray: boolean])[];
}

/** A type, foreign server or foreign-data wrapper: there is USAGE on it. */
export interface ObservedUsed {
  readonly type: 'type' | 'foreign-server' | 'foreign-data-wrapper';
  /** Of a type. */
  readonly schema: string | null;
  readonly name: string;
  readonly owner: string;
  readonly adminActsAsOwner: boolean;
  readonly acl: readonly AclEntry[];
}

/** One row of default privileges: of one creator, for one schema or in all of the database (null). */
export interface ObservedDefaults {
  readonly creator: string;
  readonly schema: string | null;
  readonly of: ObjectClass;
  readonly acl: readonly AclEntry[];
}

/** What is in declared schemas, and who may use it; only read where something desired is about it. */
export interface ObservedObjects {
  readonly patterns: readonly ObservedPattern[];
  /** Those that declared roles were granted something on. */
  readonly columns: readonly ObservedColumn[];
  /** Those of declared roles. */
  readonly defaults: readonly ObservedDefaults[];
  /** Those that are named. */
  readonly relations: readonly ObservedRelation[];
  readonly routines: readonly ObservedRoutine[];
  /** Those that are named, or that declared roles were granted something on. */
  readonly used: readonly ObservedUsed[];
}
