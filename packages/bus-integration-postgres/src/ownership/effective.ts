// Which privileges a grantee has, and which of them this admin could take away. Pure.
// https://www.postgresql.org/docs/current/ddl-priv.html
import type { AclEntry } from '../observe/acl-entry.ts';
import type { ObservedRole } from '../observe/observation.ts';

/** A database or schema: who owns it, whether the admin acts as that owner, and its access control list. */
export interface Guarded {
  readonly owner: string;
  readonly adminActsAsOwner: boolean;
  readonly acl: readonly AclEntry[];
}

/** A role that privileges can be granted to, and the roles whose privileges it has beside its own. */
export type Grantable = Pick<ObservedRole, 'name' | 'inherits'>;

/** What is held, and which of it may be passed on. */
export interface HeldPrivileges {
  readonly privileges: ReadonlySet<string>;
  /** Those of them with the grant option. */
  readonly grantable: ReadonlySet<string>;
}

/**
 * The privileges that a role can use on an object: its own, those of roles it inherits from, and PUBLIC's.
 * Those PUBLIC is about to lose are left out, since a declaration that rests on them would not last.
 */
export function effectivePrivileges(
  object: Guarded,
  role: Grantable,
  publicLoses: ReadonlySet<string>,
  databaseOwner?: string,
): HeldPrivileges {
  const groups = new Set([role.name, ...role.inherits]);
  // https://www.postgresql.org/docs/current/predefined-roles.html: its one member is the owner of the database one is in.
  if (databaseOwner !== undefined && groups.has(databaseOwner)) groups.add('pg_database_owner');
  const usable = object.acl.filter(({ grantee, privilege }) =>
    grantee === null ? !publicLoses.has(privilege) : groups.has(grantee),
  );
  return heldBy(usable);
}

/**
 * What was granted to a grantee (null is PUBLIC) by a role that this admin acts as: a REVOKE by anybody but the
 * grantor removes nothing, a superuser's too, and says nothing (https://www.postgresql.org/docs/current/sql-revoke.html).
 */
export function revocable(object: Guarded, grantee: string | null, admin: string): HeldPrivileges {
  return heldBy(object.acl.filter((entry) => entry.grantee === grantee && isActingAs(object, entry.grantor, admin)));
}

/** Whether a grantor gave a grantee just these privileges, and no grant option: then there is nothing to give or take. */
export function isJust(
  { acl }: Pick<Guarded, 'acl'>,
  privileges: readonly string[],
  { grantee, grantor }: { readonly grantee: string; readonly grantor: string },
): boolean {
  let count = 0;
  for (const entry of acl) {
    if (entry.grantee !== grantee || entry.grantor !== grantor) continue;
    if (entry.isGrantable || !privileges.includes(entry.privilege)) return false;
    count += 1;
  }
  return count === privileges.length;
}

/** What was granted to a grantee by others than the roles that this admin acts as. */
export function beyondReach(object: Guarded, grantee: string | null, admin: string): AclEntry[] {
  return object.acl.filter((entry) => entry.grantee === grantee && !isActingAs(object, entry.grantor, admin));
}

function heldBy(entries: readonly AclEntry[]): HeldPrivileges {
  return {
    privileges: new Set(entries.map(({ privilege }) => privilege)),
    grantable: new Set(entries.flatMap(({ privilege, isGrantable }) => (isGrantable ? [privilege] : []))),
  };
}

// The server takes the owner as grantor when the admin acts as the owner, and else the admin itself.
function isActingAs(object: Guarded, grantor: string, admin: string): boolean {
  return object.adminActsAsOwner ? grantor === object.owner : grantor === admin;
}

/** A transfer makes the old owner's entries the new one's, as grantee and as grantor. */
export function afterTransfer(acl: readonly AclEntry[], from: string, to: string): AclEntry[] {
  const renamed = (name: string) => (name === from ? to : name);
  return acl.map((entry) => ({
    ...entry,
    grantee: entry.grantee === null ? null : renamed(entry.grantee),
    grantor: renamed(entry.grantor),
  }));
}
