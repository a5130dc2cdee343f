// What is read of a role's access to a database (access-query.ts), by its shapes.

import type { ArgumentType } from '../objects-query.ts';
import type { SeenNeeds } from './needs-query.ts';
import type { SeenUnidentified } from './published-query.ts';

/** An entry of a list of privileges; the grantee is null for PUBLIC. */
export interface SeenEntry {
  readonly privilege: string;
  readonly grantee: string | null;
  readonly grantor: string;
}

export interface SeenSchema {
  readonly name: string;
  readonly owner: string;
  /** The role has its owner's rights. */
  readonly isOwn: boolean;
  readonly privileges: readonly string[];
  readonly entries: readonly SeenEntry[];
}

/** Relations of one schema, kind, owner and list of privileges. */
export interface SeenRelation {
  readonly schema: string;
  readonly kind: 'table' | 'view' | 'foreign table' | 'sequence';
  readonly owner: string;
  readonly isOwn: boolean;
  readonly count: number;
  /** One of them. */
  readonly name: string;
  /** The first of them. */
  readonly names: readonly string[];
  /** It is alone: named by the manifest, or with privileges on columns. */
  readonly isApart: boolean;
  /** A sequence that belongs to a column: its owner is that of the table. */
  readonly isOfColumn: boolean;
  readonly privileges: readonly string[];
  /** Privileges that it has on some columns alone. */
  readonly columns: readonly SeenColumns[] | null;
  readonly entries: readonly SeenEntry[];
  /** What PUBLIC has on columns alone; null of nothing. */
  readonly publicColumns: readonly (SeenEntry & { readonly column: string })[] | null;
  /** One that may be set; null where there is none. */
  readonly column: string | null;
}

export interface SeenColumns {
  readonly privilege: string;
  readonly names: readonly string[];
  readonly entries: readonly (SeenEntry & { readonly column: string })[];
}

/** Routines of one schema, owner and list of privileges. */
export interface SeenRoutine {
  readonly schema: string;
  readonly owner: string;
  readonly isOwn: boolean;
  readonly count: number;
  readonly isCalled: boolean;
  readonly entries: readonly SeenEntry[];
  /** The first of them, with the arguments as statements name them. */
  readonly named: readonly { readonly name: string; readonly arguments: string }[];
  /** Of one whose name the manifest says: each argument's type as it is written, its own name, and whether an array. */
  readonly types: readonly ArgumentType[] | null;
}

/** What a creator's later things come with. */
export interface SeenLater {
  readonly creator: string;
  readonly schema: string;
  readonly of: 'tables' | 'sequences' | 'routines';
  readonly privileges: readonly string[];
  /** By which it has them: for this schema, or in every one. */
  readonly entries: readonly (SeenEntry & { readonly isEverywhere: boolean })[];
}

/** A type, foreign server or foreign-data wrapper. */
export interface SeenUsed {
  readonly type: 'type' | 'foreign-server' | 'foreign-data-wrapper';
  readonly schema: string | null;
  readonly name: string;
  readonly owner: string;
  readonly isOwn: boolean;
  readonly isUsed: boolean;
  readonly entries: readonly SeenEntry[];
}

export interface SeenParameter {
  /** In lower case. */
  readonly name: string;
  readonly owner: string;
  readonly privileges: readonly string[];
  readonly entries: readonly SeenEntry[];
}

export interface SeenGroup {
  readonly name: string;
  /** Its rights are in effect. */
  readonly isInherited: boolean;
  /** SET ROLE to it is allowed. */
  readonly isSettable: boolean;
}

/** A membership, of the role or of a group that it is in. */
export interface SeenEdge {
  readonly group: string;
  readonly member: string;
  /** Null before 16, where there is one of each. */
  readonly grantor: string | null;
  readonly inherits: boolean;
}

/** What statements on tables need beside a privilege, whatever declared it. */
export interface TableNeeds extends Pick<SeenNeeds, 'withoutPolicy' | 'withPolicies'> {
  readonly unidentified: readonly SeenUnidentified[];
}

export interface SeenAccess extends SeenNeeds, TableNeeds {
  readonly database: readonly string[];
  readonly onDatabase: { readonly owner: string; readonly entries: readonly SeenEntry[] };
  readonly schemas: readonly SeenSchema[];
  readonly relations: readonly SeenRelation[];
  readonly routines: readonly SeenRoutine[];
  readonly later: readonly SeenLater[];
  readonly used: readonly SeenUsed[];
  readonly parameters: readonly SeenParameter[];
  readonly groups: readonly SeenGroup[];
  readonly edges: readonly SeenEdge[];
  readonly isSuperuser: boolean;
}
