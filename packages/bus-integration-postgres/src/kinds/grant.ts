// Privileges of one grantee on one object: granted where they are missing, revoked where they are too many, judged by
// effective privilege. What others granted is told, with the statements for them.
import { ownership } from '../observe/mark.ts';
import type { Observation } from '../observe/observation.ts';
import { effectivePrivileges, type Guarded, type HeldPrivileges, revocable } from '../ownership/effective.ts';
import { findSchema, isUnseen } from './found.ts';
import { foreignGrants, foreignPublicGrants, ownPrivileges, undeclaredGrant } from './grant-findings.ts';
import {
  databaseOf,
  type FilledObject,
  type Grantee,
  granteeName,
  identityOfObject,
  managedOfPublicOnSchema,
  targetOf,
} from './grant-object.ts';
import { identityOf } from './identity.ts';
import { type Kind, type Meaning, meanings, type Registered, type Scope, type StepsOfKind } from './kind.ts';
import {
  joined,
  lacksForGrant,
  onOneObject,
  type PrivilegeLists,
  privilegeStatements,
  privilegesShape,
  privilegesSummary,
} from './privileges.ts';

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

const registered = {
  'grant-privileges': { after: privilegesShape },
  'revoke-privileges': { before: privilegesShape },
} satisfies Registered;

export const grant: Kind<Grant, typeof registered> = {
  registered,
  isInside: true,
  identity: ({ on, grantee }) => [...identityOfObject(on), granteeName(grantee)],
  database: ({ on }) => databaseOf(on),
  group: ({ on, grantee }) => JSON.stringify([databaseOf(on) ?? null, granteeName(grantee)]),

  isManaged: ({ on, grantee }, { databases, seen }) => {
    const database = databaseOf(on);
    if (database === undefined) return true;
    const standing = databases.get(database);
    if (standing === undefined || standing === 'refused') return false;
    if (on.type !== 'database' && isUnseen(seen, database)) return false;
    if ('role' in grantee) return true;
    // What is still to be made or opened loses PUBLIC's rights by the step that does it.
    return seen.databases.get(database)?.allowsConnections === true && findObject(seen, on) !== undefined;
  },

  observed: (scope, desired) => {
    const wishes = byObject(desired);
    return objectsOf(scope).flatMap(([on, object]) => held(on, object, wishes.get(keyOf(on)) ?? [], scope));
  },

  made: (after) => meanings(changes(after, { privileges: [] })),
  changed: (before, after) => meanings(changes(after, before)),
  gone: (before, { roles }) => {
    const { grantee } = before;
    // Of a role that is no longer declared, all goes with it.
    if ('role' in grantee && !roles.has(grantee.role)) return [{ with: identityOf('role', [grantee.role]) }];
    return [{ finding: undeclaredGrant(before) }];
  },

  findings: (desired, { seen }) => {
    const { on, grantee } = desired;
    const object = findObject(seen, on);
    if (object === undefined || (on.type === 'schema' && isUnseen(seen, on.database))) return [];
    if ('everyone' in grantee) {
      return seen.databases.get(on.database)?.allowsConnections ? foreignPublicGrants(on, object, seen) : [];
    }
    const role = seen.roles.get(grantee.role) ?? { name: grantee.role, inherits: [] };
    return [...foreignGrants(desired, object, role, seen), ...ownPrivileges(desired, object, role, seen)];
  },

  actions: {
    'grant-privileges': {
      place: 'grant',
      summary: ({ after }) => (after === undefined ? '' : privilegesSummary('GRANT', after)),
      statements: ({ after }) => (after === undefined ? [] : privilegeStatements('GRANT', after)),
      lacks: ({ after }, seen) => (after === undefined ? [] : lacksForGrant(after, seen)),
      changes: ({ after }) => (after?.database === undefined ? undefined : { database: after.database }),
      join: (steps) => {
        const after = joined(steps.flatMap(({ after }) => after ?? []));
        return { ...steps[0], ...(after && { after }) };
      },
    },
    'revoke-privileges': {
      place: 'revocation',
      summary: ({ before }) => (before === undefined ? '' : privilegesSummary('REVOKE', before)),
      statements: ({ before }) => (before === undefined ? [] : privilegeStatements('REVOKE', before)),
      // Only what this admin can take is found at all; taking it is always a hazard.
      lacks: () => [],
      changes: () => undefined,
      // A revocation from PUBLIC may shut out whoever is connected now.
      shutsOut: ({ before }) => before?.database,
      join: (steps) => {
        const before = joined(steps.flatMap(({ before }) => before ?? []));
        return { ...steps[0], ...(before && { before }) };
      },
    },
  },

  // A status tells privileges by the steps that are left.
  status: () => ({}),
};

/** The database or schema that privileges are held on, as it was read. */
function findObject(seen: Observation, on: FilledObject): Guarded | undefined {
  return on.type === 'schema' ? findSchema(seen, on.database, on.schema) : seen.databases.get(on.database);
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
function held(on: FilledObject, object: Guarded, wishes: readonly Grant[], scope: Scope): Grant[] {
  const { seen, roles, declared, deploymentId, isJustMade } = scope;
  const publicLoses = publicLosesOn(on, object, seen.admin.name);
  const wished = new Set(wishes.map(({ grantee }) => granteeName(grantee)));
  const grantees = new Set(object.acl.map(({ grantee }) => grantee));
  // What else is in a database that was only just made is for the look at everything, which comes after.
  const others = isJustMade ? [] : [...grantees].filter((name) => name !== null && !wished.has(name));
  const isOurs = (name: string) => {
    const standing = roles.get(name);
    if (standing !== undefined) return standing !== 'refused';
    return !declared.roles.has(name) && ownership(seen.roles.get(name)?.comment ?? null, deploymentId) === 'ours';
  };
  return [
    ...(wished.has(null) || publicLoses.size > 0 ? [grantOf(on, { everyone: true }, publicLoses)] : []),
    ...wishes.flatMap((wish) => heldOfWish(wish, object, publicLoses, scope) ?? []),
    ...others.flatMap((name) => {
      if (name === null || name === object.owner || !isOurs(name)) return [];
      const extras = revocable(object, name, seen.admin.name);
      return extras.privileges.size === 0 ? [] : [grantOf(on, { role: name }, extras.privileges, extras.grantable)];
    }),
  ];
}

/** A wish is satisfied by what is effective, however it came; too many are only those that this admin could take. */
function heldOfWish(
  { on, grantee, privileges, grantable = [] }: Grant,
  object: Guarded,
  publicLoses: ReadonlySet<string>,
  { seen, isJustMade }: Scope,
): Grant | undefined {
  if ('everyone' in grantee) return undefined;
  // A role that is still to be made will have what PUBLIC has.
  const role = seen.roles.get(grantee.role) ?? { name: grantee.role, inherits: [] };
  const { admin, databases } = seen;
  // What was shown as granted is granted in a new database, and doesn't rest on PUBLIC.
  const own = isJustMade && object.adminActsAsOwner;
  const effective = own
    ? revocable(object, role.name, admin.name)
    : effectivePrivileges(object, role, publicLoses, databases.get(on.database)?.owner);
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

/** PUBLIC loses everything on a database, but on a schema only the right to create in it. */
function publicLosesOn(on: FilledObject, object: Guarded, admin: string): ReadonlySet<string> {
  const { privileges } = revocable(object, null, admin);
  if (on.type === 'database') return privileges;
  return new Set([...privileges].filter((privilege) => managedOfPublicOnSchema.includes(privilege)));
}

function changes(after: Grant, before: PrivilegeLists): Meaning<StepsOfKind<typeof registered>>[] {
  const { on, grantee } = after;
  const target = targetOf(on);
  const found: Meaning<StepsOfKind<typeof registered>>[] = [];
  const missing = gained(before, after);
  const unwanted = lost(before, after);
  if (missing.on.length > 0)
    found.push({ step: { action: 'grant-privileges', target, risk: 'grant', after: missing } });
  if (unwanted.on.length > 0)
    found.push({ step: { action: 'revoke-privileges', target, risk: 'revoke', before: unwanted } });
  return found;

  function gained(from: PrivilegeLists, to: PrivilegeLists) {
    const grantable = without(to.grantable, from.grantable);
    return onOneObject(on, grantee, {
      privileges: without(without(to.privileges, from.privileges), grantable),
      grantable,
    });
  }

  function lost(from: PrivilegeLists, to: PrivilegeLists) {
    const privileges = without(from.privileges, to.privileges);
    // Taking the privilege takes its grant option too.
    return onOneObject(on, grantee, {
      privileges,
      grantable: without(without(from.grantable, to.grantable), privileges),
    });
  }
}

function without(list: readonly string[] = [], taken: readonly string[] = []): readonly string[] {
  return list.filter((one) => !taken.includes(one));
}
