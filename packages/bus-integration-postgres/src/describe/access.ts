// Who may do what in one database, of what was read there: so that a plan with what is said changes nothing. Pure.
import { judgeName, printable } from 'bus-integration-database';
import type { AccessWord } from '../manifest/shapes/access-words.ts';
import { postgresNames } from '../text/names.ts';
import type { DescribedCluster, DescribedInside } from './described.ts';
import type { DescribedDatabase } from './described-shapes.ts';
import { type DescribedDetail, detailOf, type GivenInDatabase, wordOf } from './given.ts';
import { direct, effective, type Holders, isWithin, passedOn } from './holders.ts';
import { classes, type Later, laterOf, relationsOf } from './later.ts';
import { objectText, routineText, usedText } from './object-text.ts';

export interface AccessGround {
  readonly cluster: DescribedCluster;
  readonly holders: Holders;
  readonly database: DescribedDatabase;
  readonly inside: DescribedInside;
  /** Those that the manifest declares. */
  readonly roles: ReadonlySet<string>;
  /** By role, the roles that it acts as. */
  readonly acting: ReadonlyMap<string, string>;
}

export interface DescribedAccess {
  readonly schemas: readonly string[];
  readonly owner?: string;
  readonly access: Readonly<Record<string, AccessWord | DescribedDetail>>;
  /** Why a plan would change what a role has here, if the manifest declared it. */
  readonly unsayable: ReadonlyMap<string, string>;
  /** Why words don't say what default privileges give. */
  readonly unsaidDefaults?: string;
}

export function describeAccess(ground: AccessGround): DescribedAccess {
  const { roles } = ground;
  const schemas = declaredSchemas(ground);
  const owner = ownerOf(schemas, ground);
  const others = [...roles].filter((role) => role !== owner);
  const creators = creatorsOf(schemas, owner, ground);
  const found = laterOf(schemas, owner, creators, ground);
  const later = typeof found === 'string' ? undefined : found;
  const access: Record<string, AccessWord | DescribedDetail> = Object.create(null);
  const unsayable = new Map<string, string>();
  for (const role of roles) {
    const option = optionOf(role, schemas, ground);
    if (option !== undefined) unsayable.set(role, option);
  }
  for (const role of others) {
    const given = givenTo(role, schemas, later, creators, ground);
    if (isNothing(given)) continue;
    const word = wordOf(given);
    if (word !== undefined) {
      access[role] = word;
      continue;
    }
    const detail = detailOf(given);
    if ('fault' in detail && typeof detail.fault === 'string') unsayable.set(role, detail.fault);
    else access[role] = detail as DescribedDetail;
  }
  if (owner !== undefined) {
    const { used } = givenTo(owner, schemas, later, creators, ground);
    if (used.length > 0) access[owner] = { USAGE: used.map(({ text }) => text).sort() };
  }
  return {
    schemas,
    ...(owner !== undefined && { owner }),
    access,
    unsayable,
    ...(typeof found === 'string' && { unsaidDefaults: found }),
  };
}

/** Why no manifest can declare a schema, as the end of a sentence. */
export function schemaFault(name: string): string | undefined {
  return judgeName('schema', name, postgresNames);
}

/** All that are used; `public` only where something is in it, or it is the only one. */
function declaredSchemas({ inside, roles }: Pick<AccessGround, 'inside' | 'roles'>): readonly string[] {
  const own = inside.schemas.filter(({ name, isMember }) => !isMember && schemaFault(name) === undefined);
  if (own.length < 2) return own.map(({ name }) => name);
  const isUsed = (schema: string) =>
    [...inside.relations, ...inside.routines, ...inside.defaults, ...inside.used].some((one) => one.schema === schema);
  const needed = own.filter(
    ({ name, acl }) =>
      name !== 'public' || isUsed(name) || acl.some(({ grantee }) => grantee !== null && roles.has(grantee)),
  );
  return needed.map(({ name }) => name);
}

/** Who owns every declared schema and all that is in it. */
function ownerOf(schemas: readonly string[], { inside, roles, database, holders }: AccessGround): string | undefined {
  const owners = new Set(inside.schemas.filter(({ name }) => schemas.includes(name)).map(({ owner }) => owner));
  const [owner] = owners;
  if (owner === undefined || owners.size > 1 || !roles.has(owner)) return undefined;
  if (inside.strays.some(({ schema }) => schemas.includes(schema))) return undefined;
  const may = effective(database.acl, owner, holders);
  return isWithin(new Set(['CONNECT', 'CREATE', 'TEMPORARY']), may) ? owner : undefined;
}

/** As the manifest's reader has it: who may create in a schema, their members, and the owner. */
function creatorsOf(
  schemas: readonly string[],
  owner: string | undefined,
  { inside, roles, cluster, acting }: AccessGround,
): ReadonlySet<string> {
  const acls = inside.schemas.filter(({ name }) => schemas.includes(name)).map(({ acl }) => acl);
  const creators = new Set(
    [...roles].filter((role) => role !== owner && acls.some((acl) => direct(acl, role).has('CREATE'))),
  );
  for (let size = -1; size < creators.size; ) {
    size = creators.size;
    for (const { group, member } of cluster.edges)
      if (creators.has(group) && roles.has(member) && acting.get(member) !== group) creators.add(member);
  }
  // What one makes that acts as another belongs to that other.
  return new Set([...(owner === undefined ? [] : [owner]), ...[...creators].map((role) => acting.get(role) ?? role)]);
}

function givenTo(
  role: string,
  schemas: readonly string[],
  later: Later | undefined,
  creators: ReadonlySet<string>,
  { inside, database, holders }: AccessGround,
): GivenInDatabase {
  const isCreated = creators.size > 0;
  const onAll = (of: 'tables' | 'sequences'): ReadonlySet<string> => {
    if (isCreated) return later?.get(role)?.[of] ?? new Set();
    // Where nobody makes anything, it is all that there is.
    const [first, ...rest] = relationsOf(of, schemas, role, inside).map(({ acl }) => direct(acl, role));
    return new Set([...(first ?? [])].filter((one) => rest.every((held) => held.has(one))));
  };
  const isDeclared = ({ schema }: { readonly schema: string | null }) => schema === null || schemas.includes(schema);
  const all = { tables: onAll('tables'), sequences: onAll('sequences') };
  const relations = classes.flatMap((of) =>
    relationsOf(of, schemas, role, inside).flatMap(({ schema, name, acl }) => {
      const privileges = new Set([...direct(acl, role)].filter((one) => !all[of].has(one)));
      return privileges.size === 0 ? [] : [{ schema, name, privileges }];
    }),
  );
  const columns = inside.relations.flatMap(({ schema, name: table, owner, columns }) =>
    owner === role || !schemas.includes(schema)
      ? []
      : columns.flatMap(({ name: column, acl }) => {
          const privileges = direct(acl, role);
          return privileges.size === 0 ? [] : [{ schema, table, column, privileges }];
        }),
  );
  const routines = inside.routines.flatMap(({ schema, name, types, owner, acl }) => {
    if (owner === role || !schemas.includes(schema) || !direct(acl, role).has('EXECUTE')) return [];
    const text = routineText(schema, name, types);
    return text === undefined ? [] : [{ schema, text }];
  });
  return {
    database: direct(database.acl, role),
    mayDatabase: effective(database.acl, role, holders),
    schemas: new Map(
      inside.schemas
        .filter(({ name }) => schemas.includes(name))
        .map(({ name, acl }) => [name, { given: direct(acl, role), may: effective(acl, role, holders) }]),
    ),
    all,
    free: new Set(isCreated ? [] : classes.filter((of) => relationsOf(of, schemas, role, inside).length === 0)),
    relations,
    columns,
    routines,
    used: inside.used
      .filter((one) => one.owner !== role && isDeclared(one) && direct(one.acl, role).has('USAGE'))
      .map((one) => ({ schema: one.schema, text: usedText(one) })),
  };
}

function isNothing({ database, schemas, all, relations, columns, routines, used }: GivenInDatabase): boolean {
  const onSchemas = [...schemas.values()].reduce((sum, { given }) => sum + given.size, 0);
  const onAll = all.tables.size + all.sequences.size;
  return database.size + onSchemas + onAll + relations.length + columns.length + routines.length + used.length === 0;
}

/** What it may pass on, as the end of a sentence. */
function optionOf(role: string, schemas: readonly string[], { inside, database }: AccessGround): string | undefined {
  const places: (readonly [string, readonly string[]])[] = [
    [`database ${printable(database.name)}`, passedOn(database, role)],
    ...inside.schemas
      .filter(({ name }) => schemas.includes(name))
      .map((schema) => [`schema ${printable(schema.name)}`, passedOn(schema, role)] as const),
    ...inside.relations
      .filter(({ schema }) => schemas.includes(schema))
      .flatMap((one) => [
        [printable(objectText(one.schema, one.name)), passedOn(one, role)] as const,
        ...one.columns.map(
          ({ name, acl }) =>
            [
              printable(`${objectText(one.schema, one.name)}.${name}`),
              passedOn({ owner: one.owner, acl }, role),
            ] as const,
        ),
      ]),
    ...inside.used
      .filter(({ schema }) => schema === null || schemas.includes(schema))
      .map((one) => [printable(usedText(one)), passedOn(one, role)] as const),
  ];
  const found = places.find(([, privileges]) => privileges.length > 0);
  return found && `may pass on ${found[1].join(', ')} on ${found[0]} (GRANT OPTION)`;
}
