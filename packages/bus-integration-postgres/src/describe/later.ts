// What default privileges give on what comes later, and whether access words say just that. Pure.
import { printable } from 'bus-integration-database';
import type { DescribedInside } from './described.ts';
import type { DescribedRelation } from './described-shapes.ts';
import { direct, isSame, isWithin } from './holders.ts';
import { objectText } from './object-text.ts';

export const classes = ['tables', 'sequences'] as const;

export type Later = ReadonlyMap<
  string,
  { readonly tables: ReadonlySet<string>; readonly sequences: ReadonlySet<string> }
>;

/**
 * By role, what it is given on all that comes later: only where every creator gives the same in every schema, and gave it on
 * all that is there. Else why words can't say what default privileges there are, as the end of a sentence.
 */
export function laterOf(
  schemas: readonly string[],
  owner: string | undefined,
  creators: ReadonlySet<string>,
  { inside, roles }: { readonly inside: DescribedInside; readonly roles: ReadonlySet<string> },
): Later | string {
  const rows = inside.defaults.filter(({ creator, of }) => roles.has(creator) && classes.some((one) => one === of));
  const gifts = rows.flatMap(({ creator, schema, of, acl }) =>
    acl.flatMap(({ grantee, privilege, isGrantable }) =>
      grantee === null || grantee === creator || !roles.has(grantee)
        ? []
        : [{ creator, schema, of: of as 'tables' | 'sequences', role: grantee, privilege, isGrantable }],
    ),
  );
  for (const { creator, schema, role, isGrantable } of gifts) {
    if (!creators.has(creator)) return `${printable(creator)} makes nothing by this file`;
    if (schema === null)
      return `those of ${printable(creator)} are for every schema, also for such as are not declared`;
    if (!schemas.includes(schema)) return `schema ${printable(schema)} is not declared`;
    if (role === owner) return `${printable(role)} owns what is in the schemas, and access gives it nothing on that`;
    if (isGrantable) return `${printable(role)} may pass on what it is given (GRANT OPTION)`;
  }
  const later = new Map<string, { tables: Set<string>; sequences: Set<string> }>();
  for (const { role, of, privilege } of gifts) {
    const own = later.get(role) ?? { tables: new Set(), sequences: new Set() };
    later.set(role, own);
    own[of].add(privilege);
  }
  const by = (creator: string, schema: string, of: string, role: string) =>
    gifts
      .filter((one) => one.creator === creator && one.schema === schema && one.of === of && one.role === role)
      .map(({ privilege }) => privilege);
  for (const [role, own] of later) {
    for (const of of classes) {
      for (const creator of creators) {
        const differing = schemas.find((schema) => creator !== role && !isSame(own[of], by(creator, schema, of, role)));
        if (differing !== undefined)
          return `access gives the same in every schema, and ${printable(role)} has something else of ${of} that ${printable(creator)} makes in ${printable(differing)}`;
      }
      const without = relationsOf(of, schemas, role, inside).find(({ acl }) => !isWithin(own[of], direct(acl, role)));
      if (without !== undefined)
        return `access gives the same on what is there, and ${printable(role)} has less on ${printable(objectText(without.schema, without.name))}`;
    }
  }
  return later;
}

export function relationsOf(
  of: 'tables' | 'sequences',
  schemas: readonly string[],
  role: string,
  { relations }: DescribedInside,
): DescribedRelation[] {
  return relations.filter((one) => one.class === of && schemas.includes(one.schema) && one.owner !== role);
}
