// Which default privileges stand, of those that are compared with what is desired. Pure.
// https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html
import type { AclEntry } from '../../observe/acl-entry.ts';
import type { Observation } from '../../observe/observation.ts';
import type { ObjectClass, ObservedDefaults } from '../../observe/observed-objects.ts';
import { effectivePrivileges, isJust } from '../../ownership/effective.ts';
import type { Scope } from '../kind/kind.ts';
import { type Grantee, granteeName } from './grant-object.ts';

export interface DefaultPrivileges {
  readonly kind: 'default-privileges';
  readonly database: string;
  readonly creator: string;
  /** Of what is made there; everywhere in the database where none is named. */
  readonly schema?: string;
  readonly of: ObjectClass;
  readonly grantee: Grantee;
  /** Sorted, without duplicates. */
  readonly privileges: readonly string[];
  /** Those of them that may be granted on; no file gives that. */
  readonly grantable?: readonly string[];
  /** It only says that what this role makes later is looked at. */
  readonly isPlace?: true;
  /** What is beyond it is told, and left. */
  readonly isKept?: true;
}

/** What stands of the desired ones, and what declared roles have beside them. */
export function observedDefaults(scope: Scope, desired: readonly DefaultPrivileges[]): DefaultPrivileges[] {
  const databases = new Map<string, DefaultPrivileges[]>();
  for (const one of desired) {
    const here = databases.get(one.database);
    if (here === undefined) databases.set(one.database, [one]);
    else here.push(one);
  }
  return [...databases].flatMap(([database, here]) => {
    const lists = byPlace(defaultRows(database, scope.seen), ({ acl }) => acl);
    return [
      ...here.flatMap((wanted) => heldOfDesired(wanted, lists, scope) ?? []),
      ...undeclared(database, here, scope),
    ];
  });
}

export function defaultRows(database: string, seen: Observation): readonly ObservedDefaults[] {
  return seen.inside.get(database)?.objects?.defaults ?? [];
}

type ListsByPlace = ByPlace<readonly AclEntry[]>;

/** A list that is empty acts as if there were none. */
function listOf(lists: ListsByPlace, { creator, of }: DefaultPrivileges, schema: string | null): readonly AclEntry[] {
  const acl = lists.get({ creator, of, schema });
  if (acl !== undefined && acl.length > 0) return acl;
  const isBuiltIn = schema === null && of === 'routines';
  return isBuiltIn ? [{ grantee: null, grantor: creator, privilege: 'EXECUTE', isGrantable: false }] : [];
}

/** What a grantee would have of it, by both layers, but for what the wider one gives to declared roles: it is taken there. */
function heldOfDesired(
  wanted: DefaultPrivileges,
  lists: ListsByPlace,
  { seen, declared, isJustMade }: Scope,
): DefaultPrivileges | undefined {
  if (wanted.isPlace) return wanted;
  const { creator, grantee, schema, privileges } = wanted;
  const own = schema === undefined ? [] : listOf(lists, wanted, schema);
  if ('role' in grantee && isJust({ acl: own }, privileges, { grantee: grantee.role, grantor: creator })) return wanted;
  const wide = listOf(lists, wanted, null);
  if ('everyone' in grantee) {
    const held = wide.flatMap((entry) => (entry.grantee === null ? [entry.privilege] : []));
    return { ...wanted, privileges: sorted(held) };
  }
  // What roles of the file have may be taken from them in the same run.
  const isLasting = ({ grantee }: AclEntry) => grantee !== null && !declared.roles.has(grantee);
  const object = { owner: creator, adminActsAsOwner: true, acl: [...own, ...wide.filter(isLasting)] };
  const { inherits = [] } = seen.roles.get(grantee.role) ?? {};
  const role = { name: grantee.role, inherits: inherits.filter((name) => !declared.roles.has(name)) };
  const effective = effectivePrivileges(object, role, new Set());
  const direct = own.flatMap((entry) => (entry.grantee === grantee.role ? [entry.privilege] : []));
  const held = sorted([...privileges.filter((one) => effective.privileges.has(one)), ...direct]);
  // What was shown as granted is granted in a new database, though a group's would do.
  const isNone = held.length === 0 || (isJustMade && direct.length === 0);
  if (isNone && privileges.length > 0) return undefined;
  const grantable = sorted(
    own.flatMap((entry) =>
      entry.grantee === grantee.role && entry.isGrantable && privileges.includes(entry.privilege)
        ? [entry.privilege]
        : [],
    ),
  );
  return { ...wanted, privileges: held, ...(grantable.length > 0 && { grantable }) };
}

/** What declared roles gave to declared roles, and no longer do. Of routines only where they are closed. */
function undeclared(
  database: string,
  here: readonly DefaultPrivileges[],
  { seen, declared }: Scope,
): DefaultPrivileges[] {
  const closes = here.some(({ of }) => of === 'routines');
  const known = byPlace(
    here.map(({ creator, of, schema = null }) => ({ creator, of, schema })),
    () => new Set<string | null>(),
  );
  for (const { creator, of, schema = null, grantee } of here)
    known.get({ creator, of, schema })?.add(granteeName(grantee));
  const isKept = here.some((one) => one.isKept);
  return defaultRows(database, seen).flatMap(({ creator, schema, of, acl }) => {
    if (of === 'routines' && !closes) return [];
    const grantees = known.get({ creator, of, schema });
    const held = new Map<string, string[]>();
    for (const { grantee, privilege } of acl) {
      if (grantee === null || grantee === creator || grantees?.has(grantee) || !declared.roles.has(grantee)) continue;
      held.set(grantee, [...(held.get(grantee) ?? []), privilege]);
    }
    return [...held].map(
      ([role, privileges]): DefaultPrivileges => ({
        kind: 'default-privileges',
        database,
        creator,
        ...(schema !== null && { schema }),
        of,
        grantee: { role },
        privileges: sorted(privileges),
        ...(isKept && { isKept }),
      }),
    );
  });
}

/** Where default privileges are: whose, on what, and in which schema; in all of them (null). */
type DefaultsPlace = Pick<ObservedDefaults, 'creator' | 'of' | 'schema'>;

interface ByPlace<T> {
  get(place: DefaultsPlace): T | undefined;
}

function byPlace<P extends DefaultsPlace, T>(rows: readonly P[], made: (row: P) => T): ByPlace<T> {
  const creators = new Map<string, Record<ObjectClass, Map<string | null, T>>>();
  for (const row of rows) {
    const known = creators.get(row.creator) ?? { tables: new Map(), sequences: new Map(), routines: new Map() };
    creators.set(row.creator, known);
    if (!known[row.of].has(row.schema)) known[row.of].set(row.schema, made(row));
  }
  return { get: ({ creator, of, schema }) => creators.get(creator)?.[of].get(schema) };
}

function sorted(privileges: Iterable<string>): string[] {
  return [...new Set(privileges)].sort();
}
