// Who may do what, as PostgreSQL lists it. https://www.postgresql.org/docs/current/ddl-priv.html

/** One entry of an access control list, NULL lists already replaced by their default. */
export interface AclEntry {
  /** null is PUBLIC. */
  readonly grantee: string | null;
  readonly grantor: string;
  readonly privilege: string;
  readonly isGrantable: boolean;
}
