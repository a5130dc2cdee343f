// What a role of a manifest is to be able to do in a database, and nothing beyond: its own words, and those of the groups
// whose rights it has. Pure.
import { type AccessGift, giftOf, type SchemaGift } from '../../desired/access-gifts.ts';
import { managesContents } from '../../desired/access-resources.ts';
import { creatorsOf } from '../../desired/creators.ts';
import type { ExpandedManifest, ExpandedRole } from '../../manifest/expand.ts';
import type { KindNamed } from '../../manifest/shapes/object-names.ts';

/** On what is in one schema. */
export interface ExpectedSchema {
  readonly schema: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
  readonly sequences: ReadonlySet<string>;
  readonly routines: ReadonlySet<string>;
  /** On single ones, by name, beside what all have. */
  readonly relations: ReadonlyMap<string, ExpectedRelation>;
  /** Single routines. */
  readonly called: readonly ExpectedRoutine[];
}

/** As the manifest names it. */
export interface ExpectedRoutine {
  readonly routine: string;
  readonly arguments: readonly string[];
}

interface ExpectedRelation {
  readonly privileges: ReadonlySet<string>;
  /** By privilege, on these columns alone. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
}

export interface ExpectedAccess {
  readonly role: string;
  readonly database: ReadonlySet<string>;
  readonly schemas: ReadonlyMap<string, ExpectedSchema>;
  /** It is the owner of what is in the schemas, or has its rights. */
  readonly isOwner: boolean;
  /** Who owns what is in the schemas, where the manifest says so. */
  readonly owner: string | undefined;
  /** Roles whose later things it may do as much on. */
  readonly creators: readonly string[];
  /** Default privileges that nobody declared are left. */
  readonly keepsDefaults: boolean;
  /** Nobody calls routines that have no grant. */
  readonly isClosed: boolean;
  /** Who has rights on what is in the schemas is the manifest's; else that of the roles that create there. */
  readonly managesContents: boolean;
  /** What it sets although a superuser alone sets it, by privilege. */
  readonly parameters: ReadonlyMap<string, ReadonlySet<string>>;
  /** It names them, so that others are too many. */
  readonly namesParameters: boolean;
  /** Types, foreign servers and foreign-data wrappers on which it has USAGE. */
  readonly used: readonly KindNamed[];
  /** The same of the database, whatever the manifest says of this role. */
  readonly managesDatabase: boolean;
  /** Schemas in which every role may make things. */
  readonly openSchemas: readonly string[];
  /** The manifest makes a role a member of a group. */
  readonly isDeclaredMember: (member: string, group: string) => boolean;
}

/** What a role may when it works as itself. Undefined of what is not declared. */
export function expectedAccess(manifest: ExpandedManifest, role: string, name: string): ExpectedAccess | undefined {
  const { roles } = manifest;
  const database = own(manifest.databases, name);
  if (database === undefined || own(roles, role) === undefined) return undefined;
  const { owner, access, schemas, routines } = database;
  const isClosed = routines === 'closed';
  const holders = heldRoles(role, roles);
  const gifts = holders.map((holder) => giftOf(own(access, holder), { schemas, isClosed }));
  const isOwner = owner !== undefined && holders.includes(owner);
  return {
    role,
    database: new Set([
      ...gifts.flatMap((gift) => [...gift.database]),
      ...(isOwner ? ['CONNECT', 'CREATE', 'TEMPORARY'] : []),
      ...(database.public?.connect ? ['CONNECT'] : []),
      ...(database.public?.temporary ? ['TEMPORARY'] : []),
    ]),
    schemas: new Map(schemas.map((schema) => [schema, together(schema, gifts)])),
    isOwner,
    owner,
    creators: creatorsOf(database, roles).filter((creator) => !holders.includes(creator)),
    isClosed,
    keepsDefaults: database.default_privileges === 'keep',
    // What roles have of which access says nothing is left alone.
    managesContents: managesContents(database) && holders.some((one) => one === owner || Object.hasOwn(access, one)),
    ...parametersOf(role, holders, roles),
    used: gifts.flatMap((gift) => gift.used),
    managesDatabase: managesContents(database),
    openSchemas: database.public?.create ?? [],
    isDeclaredMember: (member, group) => declaredGroups(member, roles).get(group)?.isDirect === true,
  };
}

function parametersOf(role: string, holders: readonly string[], roles: ExpandedManifest['roles']) {
  const all = holders.flatMap((one) => own(roles, one)?.parameters ?? []);
  const names = (privilege: 'SET' | 'ALTER SYSTEM') =>
    new Set(all.flatMap((one) => one[privilege] ?? []).map((name) => name.toLowerCase()));
  return {
    parameters: new Map((['SET', 'ALTER SYSTEM'] as const).map((privilege) => [privilege, names(privilege)])),
    namesParameters: own(roles, role)?.parameters !== undefined,
  };
}

/** A role, and the groups whose rights are in effect for it. */
export function heldRoles(role: string, roles: ExpandedManifest['roles']): string[] {
  const held = new Set([role]);
  for (const one of held) {
    const { member_of = [], inherit = true } = own(roles, one) ?? {};
    for (const group of member_of) if (group.inherit ?? inherit) held.add(group.role);
  }
  return [...held];
}

function together(schema: string, gifts: readonly AccessGift[]): ExpectedSchema {
  const given = gifts.flatMap((gift) => gift.schemas.get(schema) ?? []);
  const all = (key: 'schema' | 'tables' | 'sequences' | 'routines') => new Set(given.flatMap((one) => [...one[key]]));
  const named = given.flatMap((one) => one.named);
  return {
    schema: all('schema'),
    tables: all('tables'),
    sequences: all('sequences'),
    routines: all('routines'),
    relations: relationsIn(named),
    called: named.flatMap((one) => ('routine' in one && one.routines.length > 0 ? [one] : [])),
  };
}

function relationsIn(named: SchemaGift['named']): Map<string, ExpectedRelation> {
  const found = new Map<string, { privileges: Set<string>; columns: Map<string, readonly string[]> }>();
  for (const one of named) {
    if (!('relation' in one)) continue;
    const known = found.get(one.relation) ?? { privileges: new Set(), columns: new Map() };
    found.set(one.relation, known);
    for (const privilege of [...one.tables, ...one.sequences]) {
      if (one.columns === undefined) known.privileges.add(privilege);
      else known.columns.set(privilege, [...(known.columns.get(privilege) ?? []), ...one.columns]);
    }
  }
  return found;
}

/** The role that a login works as in its session; itself where the manifest says nothing else. */
export function worksAs(role: string, { roles }: Pick<ExpandedManifest, 'roles'>): string {
  return own(roles, role)?.acts_as ?? role;
}

/** The groups that a role is declared a member of, and theirs; by how. */
export function declaredGroups(
  role: string,
  roles: Readonly<Record<string, ExpandedRole>>,
): ReadonlyMap<string, { readonly isDirect: boolean; readonly inherits: boolean; readonly sets: boolean }> {
  const { acts_as, member_of = [], inherit: inheritsAll = true } = own(roles, role) ?? {};
  const groups = new Map(
    member_of.map(({ role: name, inherit = inheritsAll, set = true }) => [
      name,
      { isDirect: true, inherits: inherit, sets: set },
    ]),
  );
  if (acts_as !== undefined) groups.set(acts_as, { isDirect: true, inherits: false, sets: true });
  for (const [name] of groups) {
    for (const further of declaredGroups(name, roles).keys())
      if (!groups.has(further)) groups.set(further, { isDirect: false, inherits: false, sets: false });
  }
  return groups;
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
