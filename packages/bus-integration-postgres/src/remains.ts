/** Roles and databases of the deployment that are not declared. */
export interface Remains {
  readonly databases: readonly { readonly name: string; readonly owner: string; readonly adminActsAsOwner: boolean }[];
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
}
