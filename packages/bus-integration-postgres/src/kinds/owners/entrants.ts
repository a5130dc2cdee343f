// Who is let into a database by its access control list: where that is nobody yet, taking what PUBLIC has from the start in it
// takes nothing from anybody. Apply lets roles in last, so that one that was cut off before is continued. Pure.
import type { Scope } from '../kind/kind.ts';

/** It is still to be made or opened, or lets in nobody but its owner. */
export function letsNobodyIn(database: string, { databases, seen }: Pick<Scope, 'databases' | 'seen'>): boolean {
  if (isUnopened(database, databases)) return true;
  const found = seen.databases.get(database);
  return found !== undefined && connecting(found.acl).every((grantee) => grantee === found.owner);
}

/** Whether a role makes nothing in a database yet: it doesn't exist, or is not let in. */
export function makesNothingYet(
  role: string,
  database: string,
  { databases, seen }: Pick<Scope, 'databases' | 'seen'>,
): boolean {
  const known = seen.roles.get(role);
  if (known === undefined || isUnopened(database, databases)) return true;
  const found = seen.databases.get(database);
  if (found === undefined || known.isSuperuser) return false;
  const own = new Set<string | null>([null, role, ...known.inherits]);
  return !own.has(found.owner) && !connecting(found.acl).some((grantee) => own.has(grantee));
}

function isUnopened(database: string, databases: Scope['databases']): boolean {
  return ['missing', 'unfinished'].includes(databases.get(database) ?? '');
}

function connecting(acl: readonly { readonly grantee: string | null; readonly privilege: string }[]) {
  return acl.flatMap(({ grantee, privilege }) => (privilege === 'CONNECT' ? [grantee] : []));
}
