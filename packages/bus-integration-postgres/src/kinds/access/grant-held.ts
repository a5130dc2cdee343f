// Which privileges stand on databases and schemas, of those that are compared with what is desired. Pure.
import { ownership } from '../../observe/mark.ts';
import type { Observation } from '../../observe/observation.ts';
import {
  afterTransfer,
  beyondReach,
  effectivePrivileges,
  type Guarded,
  type HeldPrivileges,
  isJust,
  revocable,
} from '../../ownership/effective.ts';
import { findSchema } from '../kind/found.ts';
import type { Scope } from '../kind/kind.ts';
import { mayActAs } from '../owners/acting.ts';
import {
  type FilledObject,
  type Grantee,
  granteeName,
  identityOfObject,
  isUsed,
  managedOfPublicOnSchema,
} from './grant-object.ts';
import { findUsed, usedObjects, usedOwner } from './used-object.ts';

export interface Grant {
  readonly kind: 'grant';
  readonly on: FilledObject;
  readonly grantee: Grantee;
  /** Sorted, without duplicates; empty means "none of those we manage". */
  readonly privileges: readonly string[];
  /** Those of them with the grant option, likewise; absent where there are none. */
  readonly grantable?: readonly string[];
}

/** Privileges of a grantee on an object, normalised. */
export function grantOf(
  on: FilledObject,
  grantee: Grantee,
  privileges: Iterable<string>,
  grantable: Iterable<string> = [],
): Grant {
  const options = normalised(grantable);
  return {
    kind: 'grant',
    on,
    grantee,
    privileges: normalised(privileges),
    ...(options.length > 0 && { grantable: options }),
  };
}

export function normalised(privileges: Iterable<string>): readonly string[] {
  return [...new Set(privileges)].sort();
}

/** What privileges are held on, as it was read. */
export function findObject(seen: Observation, on: FilledObject): Guarded | undefined {
  if (isUsed(on)) return findUsed(seen, on);
  return on.type === 'schema' ? findSchema(seen, on.database, on.schema) : seen.databases.get(on.database);
}

/** What stands on the declared objects, of what is compared at all. */
export function observedGrants(scope: Scope, desired: readonly Grant[]): Grant[] {
  const onObject = byObject(desired);
  const schemas = new Map(desired.flatMap(({ on }) => (on.type === 'schema' ? [[keyOf(on), on] as const] : [])));
  const schemaOf = (database: string, schema: string) => schemas.get(keyOf({ type: 'schema', database, schema }));
  return [...objectsOf(scope), ...usedObjects(scope, schemaOf)].flatMap(([on, object]) =>
    held(on, object, onObject.get(keyOf(on)) ?? [], scope),
  );
}

/** The declared objects that were read. */
function objectsOf({ databases, seen }: Scope): (readonly [FilledObject, Guarded])[] {
  return [...databases.keys()].flatMap((database) => {
    const found = seen.databases.get(database);
    if (found === undefined) return [];
    const schemas = seen.inside.get(database)?.schemas ?? [];
    return [
      [{ type: 'database', database }, found] as const,
      ...schemas.map((schema) => [{ type: 'schema', database, schema: schema.name }, schema] as const),
    ];
  });
}

function keyOf(on: FilledObject): string {
  return JSON.stringify(identityOfObject(on));
}

function byObject(grants: readonly Grant[]): Map<string, Grant[]> {
  const groups = new Map<string, Grant[]>();
  for (const one of grants) {
    const key = keyOf(one.on);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

/**
 * What PUBLIC holds that this admin could take, what those hold who are to hold something, and what else was granted to
 * roles of ours.
 */
function held(found: FilledObject, guarded: Guarded, onObject: readonly Grant[], scope: Scope): Grant[] {
  const { seen, roles, declared, deploymentId, isJustMade } = scope;
  const on = onObject[0]?.on ?? found;
  const object = asReached(on, guarded, scope);
  const kept = new Set(onObject.flatMap(({ grantee, privileges }) => ('everyone' in grantee ? privileges : [])));
  const publicHas = new Set([...publicLosesOn(on, object, seen.admin.name), ...heldByAll(object, kept)]);
  // What everyone is to have is as good as one's own.
  const publicLoses = new Set([...publicHas].filter((privilege) => !kept.has(privilege)));
  const lasting = withoutUndesired(object, onObject, scope);
  const declaredHere = new Set(onObject.map(({ grantee }) => granteeName(grantee)));
  const grantees = new Set(object.acl.map(({ grantee }) => grantee));
  // What else is in a database that was only just made is for the look at everything, which comes after.
  const others = isJustMade ? [] : [...grantees].filter((name) => name !== null && !declaredHere.has(name));
  const isOurs = (name: string) => {
    const standing = roles.get(name);
    if (standing !== undefined) return standing !== 'refused';
    return !declared.roles.has(name) && ownership(seen.roles.get(name)?.comment ?? null, deploymentId) === 'ours';
  };
  return [
    ...(declaredHere.has(null) || publicHas.size > 0
      ? [grantOf(on, { everyone: true }, isOpen(on, seen) ? publicHas : [])]
      : []),
    ...onObject.flatMap((wanted) => heldOfDesired(wanted, object, lasting, publicLoses, scope) ?? []),
    ...others.flatMap((name) => {
      if (name === null || name === object.owner || !isOurs(name)) return [];
      const extras = revocable(object, name, seen.admin.name);
      // Nothing is declared of most of them, so that what others gave is told with this difference.
      const told = isUsed(on) ? beyondReach(object, name, seen.admin.name).map(({ privilege }) => privilege) : [];
      const privileges = [...extras.privileges, ...told];
      return privileges.length === 0 ? [] : [grantOf(on, { role: name }, privileges, extras.grantable)];
    }),
  ];
}

/** Without what declared roles are not to have: nothing that their members are to have rests on it. */
function withoutUndesired(object: Guarded, onObject: readonly Grant[], { saysAll, declared }: Scope): Guarded {
  const declaredHere = new Map(onObject.map(({ grantee, privileges }) => [granteeName(grantee), privileges]));
  const isUndesired = ({ grantee, privilege }: Guarded['acl'][number]) => {
    if (grantee === null || grantee === object.owner) return false;
    const wanted = declaredHere.get(grantee);
    return wanted === undefined ? saysAll === true && declared.roles.has(grantee) : !wanted.includes(privilege);
  };
  return object.acl.some(isUndesired) ? { ...object, acl: object.acl.filter((entry) => !isUndesired(entry)) } : object;
}

/** A declaration is satisfied by what is effective, however it came; too many are only those that this admin could take. */
function heldOfDesired(
  wanted: Grant,
  object: Guarded,
  lasting: Guarded,
  publicLoses: ReadonlySet<string>,
  { seen, isJustMade }: Scope,
): Grant | undefined {
  const { on, grantee, privileges, grantable = [] } = wanted;
  if ('everyone' in grantee) return undefined;
  const grantor = object.adminActsAsOwner ? object.owner : seen.admin.name;
  const isAsDesired = grantable.length === 0 && grantee.role !== object.owner;
  if (isAsDesired && isJust(object, privileges, { grantee: grantee.role, grantor })) return wanted;
  // A role that is still to be made will have what PUBLIC has.
  const role = seen.roles.get(grantee.role) ?? { name: grantee.role, inherits: [] };
  const { admin, databases } = seen;
  // What was shown as granted is granted in a new database, and doesn't rest on PUBLIC.
  const own = isJustMade && object.adminActsAsOwner;
  const effective = own
    ? revocable(object, role.name, admin.name)
    : effectivePrivileges(lasting, role, publicLoses, databases.get(on.database)?.owner);
  const isOwner = role.name === object.owner;
  const satisfied = privileges.filter((privilege) => effective.privileges.has(privilege));
  // An owner may pass on what it likes, also what its entry doesn't say so of.
  const passedOn = isOwner ? grantable : grantable.filter((privilege) => effective.grantable.has(privilege));
  const extras = isOwner ? nothing : revocable(object, role.name, admin.name);
  const all = [...satisfied, ...extras.privileges];
  if (all.length === 0 && privileges.length > 0) return undefined;
  return grantOf(on, grantee, all, [...passedOn, ...extras.grantable]);
}

const nothing: HeldPrivileges = { privileges: new Set(), grantable: new Set() };

/** What everyone is to have, and has by whomever. */
function heldByAll({ acl }: Guarded, declaredHere: ReadonlySet<string>): string[] {
  return acl
    .filter(({ grantee, privilege }) => grantee === null && declaredHere.has(privilege))
    .map((one) => one.privilege);
}

/** What PUBLIC has on a database that is still to be opened, it loses by that. */
function isOpen(on: FilledObject, seen: Observation): boolean {
  return on.type !== 'database' || seen.databases.get(on.database)?.allowsConnections === true;
}

/**
 * What has, or can be given, its declared owner is granted on as that one, whose grants those of another owner become.
 */
export function asReached(on: FilledObject, object: Guarded, scope: Scope): Guarded {
  const owner = grantedAs(on, object, scope);
  if (owner === undefined) return object;
  return { owner, acl: afterTransfer(object.acl, object.owner, owner), adminActsAsOwner: true };
}

/** As which role it is granted; undefined where it is by the admin's own right, or not at all. */
export function grantedAs(on: FilledObject, object: Guarded | undefined, scope: Scope): string | undefined {
  const { owner, isAsOwned } = on;
  if (isUsed(on)) return usedOwner(on, object, scope);
  if (object === undefined) return owner;
  const isReached = object.adminActsAsOwner || mayActAs(object.owner, scope, on.database);
  if (owner !== undefined) return isReached || object.owner === owner ? owner : undefined;
  const isRolesOwn = isAsOwned === true && !object.adminActsAsOwner && scope.declared.roles.has(object.owner);
  return isRolesOwn && isReached ? object.owner : undefined;
}

/** PUBLIC loses everything on a database, but on a schema only the right to create in it. */
function publicLosesOn(on: FilledObject, object: Guarded, admin: string): ReadonlySet<string> {
  const { privileges } = revocable(object, null, admin);
  if (on.type === 'database') return privileges;
  // What everyone has on a type is left alone.
  if (isUsed(on)) return new Set();
  return new Set([...privileges].filter((privilege) => managedOfPublicOnSchema.includes(privilege)));
}
