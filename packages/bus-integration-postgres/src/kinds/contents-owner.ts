// What is in a schema as it is once its owner has it: grants are made after that. Pure.
// https://www.postgresql.org/docs/current/sql-altertable.html
import type { AclEntry, ObservedObjects, ObservedOwned } from '../observe/observation.ts';
import type { ContentsGrant } from './contents.ts';
import type { Scope } from './kind.ts';
import { movable } from './schema-owner.ts';

/** A transfer makes the old owner's entries the new one's, as grantee and as grantor. */
export function givenAway(objects: ObservedObjects, wish: ContentsGrant, scope: Scope): ObservedObjects {
  const { database, schema, owner, makers = [] } = wish;
  if (owner === undefined) return objects;
  const strays = movable({ database, name: schema, owner, makers }, scope);
  if (strays.length === 0) return objects;
  const from = new Set(strays.map((one) => one.owner));
  const moved = <T extends ObservedOwned & { readonly isMember?: boolean }>(one: T): T => {
    if (one.schema !== schema || !from.has(one.owner) || one.isMember) return one;
    const renamed = (name: string) => (name === one.owner ? owner : name);
    const acl = one.acl.map(
      (entry): AclEntry => ({
        ...entry,
        grantee: entry.grantee === null ? null : renamed(entry.grantee),
        grantor: renamed(entry.grantor),
      }),
    );
    return { ...one, owner, adminActsAsOwner: false, acl };
  };
  return {
    ...objects,
    patterns: objects.patterns.map(moved),
    columns: objects.columns.map(moved),
    relations: objects.relations.map(moved),
    routines: objects.routines.map(moved),
  };
}
