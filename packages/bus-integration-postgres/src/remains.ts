import type { StrayFile } from './stray-files.ts';

/** A role or database that a DSN file names and that exists. */
interface Named {
  readonly name: string;
  /** Carries the deployment's mark. */
  readonly isOurs: boolean;
}

/** Roles and databases of the deployment that are not declared, and DSN files that belong to no declared login. */
export interface Remains {
  readonly databases: readonly {
    readonly name: string;
    readonly owner: string;
    readonly adminActsAsOwner: boolean;
    /** Nobody but this admin, a role that it may act as, or a superuser could have given it the mark. */
    readonly isCredible: boolean;
  }[];
  readonly roles: readonly {
    readonly name: string;
    /** May make itself a member of it. */
    readonly adminMayGrant: boolean;
    /** Those with objects of the role, or with rights of it on objects. */
    readonly databases: readonly string[];
    /** It owns, or has rights on, a database or another thing that all databases share. */
    readonly isInShared: boolean;
    /** Owners of objects that it has rights on; of those that all databases share the database is ''. */
    readonly grantors: readonly {
      readonly name: string;
      readonly adminMayGrant: boolean;
      readonly adminActsAs: boolean;
      readonly databases: readonly string[];
    }[];
  }[];
  /** Not judged yet: another deployment's may be among them. */
  readonly files: readonly StrayFile[];
  /** Of what the files name. */
  readonly namedRoles: readonly Named[];
  readonly namedDatabases: readonly Named[];
}

export const nothingRemains: Remains = { databases: [], roles: [], files: [], namedRoles: [], namedDatabases: [] };
