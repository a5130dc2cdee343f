// What a deployment consists of, as plain values. Desired and observed are made by the same constructors, so
// equal means deeply equal. Names stand alone in their own field; they are never joined to be split again.

export interface Role {
  readonly kind: 'role';
  readonly name: string;
  readonly canLogin: boolean;
}

export interface Database {
  readonly kind: 'database';
  readonly name: string;
}

export interface Schema {
  readonly kind: 'schema';
  readonly database: string;
  readonly name: string;
}

/** A grantee is a role, or everyone (SQL's PUBLIC). */
export type Grantee = { readonly role: string } | { readonly everyone: true };

/** What privileges are held on: a database, or a schema in it. */
export type PrivilegeObject = { readonly database: string; readonly schema?: string };

export interface Privileges {
  readonly kind: 'privileges';
  readonly on: PrivilegeObject;
  readonly grantee: Grantee;
  /** Sorted, without duplicates; empty means "none of those we manage". */
  readonly privileges: readonly string[];
}

export type Resource = Role | Database | Schema | Privileges;

/** The only string form of a resource's identity: two resources are the same thing when it is equal. Never parsed. */
export function idOf(resource: Resource): string {
  switch (resource.kind) {
    case 'role':
    case 'database':
      return JSON.stringify([resource.kind, resource.name]);
    case 'schema':
      return JSON.stringify([resource.kind, resource.database, resource.name]);
    case 'privileges':
      return JSON.stringify([resource.kind, resource.on.database, resource.on.schema ?? null, resource.grantee]);
  }
}

/** Privileges of a grantee on an object, normalised. */
export function privilegesOf(on: PrivilegeObject, grantee: Grantee, privileges: Iterable<string>): Privileges {
  return { kind: 'privileges', on, grantee, privileges: [...new Set(privileges)].sort() };
}
