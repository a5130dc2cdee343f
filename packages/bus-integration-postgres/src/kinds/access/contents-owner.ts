// What is in a schema as it is once its owner has it: grants are made after that. Pure.
// https://www.postgresql.org/docs/current/sql-altertable.html
import type { ObservedObjects, ObservedOwned } from '../../observe/observed-objects.ts';
import { afterTransfer } from '../../ownership/effective.ts';
import type { Scope } from '../kind/kind.ts';
import { movable } from '../owners/strays.ts';
import type { ContentsGrant } from './contents.ts';

export function givenAway(objects: ObservedObjects, desired: ContentsGrant, scope: Scope): ObservedObjects {
  const { database, schema, owner, makers = [] } = desired;
  if (owner === undefined) return objects;
  const strays = movable({ database, name: schema, owner, makers }, scope);
  if (strays.length === 0) return objects;
  const from = new Set(strays.map((one) => one.owner));
  const moved = <T extends ObservedOwned & { readonly isMember?: boolean }>(one: T): T => {
    if (one.schema !== schema || !from.has(one.owner) || one.isMember) return one;
    return { ...one, owner, adminActsAsOwner: false, acl: afterTransfer(one.acl, one.owner, owner) };
  };
  return {
    ...objects,
    patterns: objects.patterns.map(moved),
    columns: objects.columns.map(moved),
    relations: objects.relations.map(moved),
    routines: objects.routines.map(moved),
  };
}
