// What is left of what was declared before, as plain values.
import type { StrayFile } from 'bus-integration-database';

/** A role or database that a DSN file names and that exists. */
interface FoundName {
  readonly name: string;
  /** Carries the deployment's mark. */
  readonly isOurs: boolean;
}

/** A role that the admin may act as, or become a member of. */
interface Actable {
  readonly name: string;
  /** May make itself a member of it. */
  readonly adminMayGrant: boolean;
  readonly adminActsAs: boolean;
}

export interface RemainingRole {
  readonly name: string;
  /** The admin may make itself a member of it. */
  readonly adminMayGrant: boolean;
  /** Of it, open now. */
  readonly sessions: number;
  /** Those with objects of the role, or with rights of it on objects. */
  readonly databases: readonly {
    readonly name: string;
    readonly allowsConnections: boolean;
    readonly adminMayConnect: boolean;
  }[];
  /** It owns, or has rights on, a database or another thing that all databases share. */
  readonly isInShared: boolean;
  readonly ownsShared: boolean;
  /** Owners of objects that it has rights on; of those that all databases share the database is ''. */
  readonly grantors: readonly (Actable & { readonly databases: readonly string[] })[];
}

/** Roles and databases of the deployment that are not declared, and DSN files that belong to no declared login. */
export interface Remains {
  readonly databases: readonly {
    readonly name: string;
    readonly owner: string;
    readonly adminActsAsOwner: boolean;
    /** Open in it now, without the asking one. */
    readonly sessions: number;
    /** Nobody but this admin, a role that it may act as, or a superuser could have given it the mark. */
    readonly isCredible: boolean;
  }[];
  readonly roles: readonly RemainingRole[];
  /** Declared service roles that are there. */
  readonly heirs: readonly Actable[];
  /** Not judged yet: another deployment's may be among them. */
  readonly files: readonly StrayFile[];
  /** Of what the files name. */
  readonly namedRoles: readonly FoundName[];
  readonly namedDatabases: readonly FoundName[];
}

export const nothingRemains: Remains = {
  databases: [],
  roles: [],
  heirs: [],
  files: [],
  namedRoles: [],
  namedDatabases: [],
};
