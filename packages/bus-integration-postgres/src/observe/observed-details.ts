// What more is read of roles, memberships and settings where something desired asks about it, as plain values.
import type { AclEntry } from './acl-entry.ts';

/** One membership as it is recorded: by its group, its member and who gave it. */
export interface ObservedEdge {
  readonly group: string;
  readonly member: string;
  /** Null of one who was dropped. */
  readonly grantor: string | null;
  readonly admin: boolean;
  /** Before 16 an attribute of the member, the same for all its groups. */
  readonly inherit: boolean;
  readonly set: boolean;
}

/** What more is to be known of a role where memberships and acting as it matter. */
export interface RoleDetails {
  readonly name: string;
  readonly inherits: boolean;
  /** `2027-01-31T18:00:00.000000Z`, `infinity`; null: none. */
  readonly validUntil: string | null;
  /** Its rights are the admin's, without SET ROLE. */
  readonly adminHasRights: boolean;
  readonly adminMaySet: boolean;
  /** As whose grant the admin's GRANT of this role is recorded; null where the admin may give no membership in it. */
  readonly grantor: string | null;
  /** Itself, and all roles that it is a member of, directly or not. */
  readonly groups: readonly string[];
}

export interface RoleDetailsOfAdmin {
  readonly inherits: boolean;
  readonly replicates: boolean;
  readonly bypassesRowSecurity: boolean;
}

/** A value as it is stored for new sessions. */
export interface ObservedSetting {
  readonly role: string | null;
  readonly database: string | null;
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** What this server says of a setting; of one that it doesn't know all is null but who may set it. */
export interface ObservedParameter {
  /** In lower case. */
  readonly name: string;
  /** Beyond what everyone may set. */
  readonly adminMaySet: boolean;
  readonly type: 'bool' | 'enum' | 'integer' | 'real' | 'string' | null;
  /** `8kB`, `ms` */
  readonly unit: string | null;
  readonly context:
    | 'internal'
    | 'postmaster'
    | 'sighup'
    | 'superuser-backend'
    | 'backend'
    | 'superuser'
    | 'user'
    | null;
  readonly least: string | null;
  readonly most: string | null;
  readonly words: readonly string[] | null;
}

/** Who may set a parameter although a superuser alone sets it. */
export interface ObservedParameterGrants {
  /** In lower case. */
  readonly name: string;
  /** The server's first superuser, who is recorded as grantor of what superusers grant. */
  readonly owner: string;
  readonly acl: readonly AclEntry[];
}

/** What is only read where something desired asks about it. */
export interface RolesInDetail {
  readonly admin: RoleDetailsOfAdmin;
  /** Declared roles that exist, and owners of what is in declared databases. */
  readonly roles: ReadonlyMap<string, RoleDetails>;
  /** Of declared roles, in them, and of the admin. */
  readonly edges: readonly ObservedEdge[];
  /** Of declared roles and databases. */
  readonly settings: readonly ObservedSetting[];
  /** Those that are asked about, by their names in lower case. */
  readonly parameters: ReadonlyMap<string, ObservedParameter>;
  /** All of the server; before 15 there are none. */
  readonly parameterGrants: readonly ObservedParameterGrants[];
}
