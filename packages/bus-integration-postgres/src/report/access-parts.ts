// What was seen of a database and of all in it, as parts by which access is told. Pure.
import { some } from 'bus-integration-database';
import { printable } from '../text/shown.ts';
import type { SeenDatabase, SeenHolders, SeenInsideAccess, SeenRole } from './read.ts';

/** What was seen of one thing, or of several that are alike. */
export interface AccessPart {
  readonly kind: 'database' | 'schema' | 'table' | 'view' | 'sequence' | 'columns' | 'later';
  readonly on: string;
  readonly schema: string;
  readonly owner: string;
  /** By role, counted from 1. */
  readonly owners: ReadonlySet<number>;
  readonly entries: SeenDatabase['entries'];
  /** By role; of default privileges unknown before the role is. */
  readonly byRole: ReadonlyMap<number, string>;
}

export function partsOf(database: SeenDatabase, inside: SeenInsideAccess | undefined): AccessPart[] {
  const part = (
    one: Omit<AccessPart, 'owners' | 'byRole'>,
    held: readonly SeenHolders[],
    owners: readonly number[] = [],
  ): AccessPart => ({
    ...one,
    owners: new Set(owners),
    byRole: new Map(held.flatMap(([privileges, roles]) => roles.map((role): [number, string] => [role, privileges]))),
  });
  const { owner, entries, held } = database;
  return [
    part({ kind: 'database', on: 'the database', schema: '', owner, entries }, held),
    ...(inside?.schemas ?? []).map(({ name: schema, owners, held: on, ...one }) =>
      part({ ...one, kind: 'schema', on: `schema ${printable(schema)}`, schema }, on, owners),
    ),
    ...(inside?.objects ?? []).flatMap(({ schema, kind, count, name: example, owners, columns, held: on, ...one }) => {
      const single = `${printable(schema)}.${printable(example)}`;
      const what = count === 1 ? `${kind} ${single}` : `${count} ${kind}s of schema ${printable(schema)}`;
      const base = { ...one, schema, kind, on: what };
      return [
        part(base, on, owners),
        ...(columns.length === 0
          ? []
          : [part({ ...base, kind: 'columns' as const, on: `columns of ${what}` }, columns)]),
      ];
    }),
    ...(inside?.later ?? []).map(({ creator, schema, entries: given }) =>
      part(
        {
          kind: 'later',
          on: laterTables([creator], schema),
          schema,
          owner: creator,
          entries: given,
        },
        [],
      ),
    ),
  ];
}

export interface HeldPart {
  readonly privileges: readonly string[];
  readonly isOwn: boolean;
}

export function heldOf({ byRole, owners }: AccessPart, role: number): HeldPart {
  return { privileges: byRole.get(role)?.split(',') ?? [], isOwn: owners.has(role) };
}

/** Tables that are not there yet, by who will make them. */
export function laterTables(creators: readonly string[], schema: string): string {
  const makes = creators.length === 1 ? 'makes' : 'make';
  return `tables that ${printable(some(creators))} ${makes} later in schema ${printable(schema)}`;
}

export function givenTo({ name, inherits }: SeenRole, { entries }: AccessPart): string[] {
  const isMeant = (grantee: string | null) => grantee === null || grantee === name || inherits.includes(grantee);
  return entries.flatMap(([grantee, privilege]) => (isMeant(grantee) ? [privilege] : []));
}

/**
 * Tells of a role, counted from 1, whether anything there may let it in or is its own. Of the others, which are most where
 * there are many, nothing need be worked out.
 */
export function touching(parts: readonly AccessPart[]): (role: SeenRole, at: number) => boolean {
  const known = new Set<number>();
  const later = new Set<string | null>();
  for (const { kind, owners, byRole, entries } of parts) {
    for (const owner of owners) known.add(owner);
    if (kind === 'later') for (const [grantee] of entries) later.add(grantee);
    // A schema's USAGE alone lets nobody into the database.
    if (kind === 'schema') continue;
    for (const [role, privileges] of byRole) if (kind !== 'database' || isConnect(privileges)) known.add(role);
  }
  return ({ name, inherits }, at) =>
    known.has(at) || later.has(null) || later.has(name) || inherits.some((group) => later.has(group));
}

function isConnect(privileges: string): boolean {
  return privileges.split(',').includes('CONNECT');
}
