// What of the things in each database's schemas has to be read for what is desired. Pure.

import type { ContentsGrant } from '../kinds/access/contents.ts';
import { patternsToName } from '../kinds/access/contents-names.ts';
import { granteeName, isUsed, type UsedObject } from '../kinds/access/grant-object.ts';
import type { Resource } from '../kinds/index.ts';
import type { ObjectsAsked } from '../observe/objects.ts';

/** By database; of those that nothing desired asks about nothing is read. */
export function objectsAskedBy(
  resources: readonly Resource[],
): ReadonlyMap<string, { readonly objects: ObjectsAsked }> {
  const grants = new Map<string, ContentsGrant[]>();
  const used = new Map<string, UsedObject[]>();
  const roles = new Set<string>();
  for (const resource of resources) {
    if (resource.kind === 'role') roles.add(resource.name);
    if (resource.kind === 'grant' && isUsed(resource.on)) {
      const { on } = resource;
      used.set(on.database, [...(used.get(on.database) ?? []), on]);
    }
    if (resource.kind !== 'contents-grant' && resource.kind !== 'default-privileges') continue;
    const { database } = resource;
    const own = grants.get(database) ?? [];
    grants.set(database, own);
    if (resource.kind === 'contents-grant') own.push(resource);
  }
  return new Map(
    [...grants].map(([database, own]) => [database, { objects: asked(own, used.get(database) ?? [], roles) }]),
  );
}

function asked(
  grants: readonly ContentsGrant[],
  used: readonly UsedObject[],
  roles: ReadonlySet<string>,
): ObjectsAsked {
  const named = grants.flatMap(({ schema, named }) => named.map((one) => ({ schema, one })));
  return {
    schemas: [...new Set(grants.map(({ schema }) => schema))],
    roles,
    relations: unique(named.flatMap(({ schema, one }) => ('relation' in one ? [[schema, one.relation] as const] : []))),
    routines: unique(named.flatMap(({ schema, one }) => ('routine' in one ? [[schema, one.routine] as const] : []))),
    used: usedNames(used),
    unnamed: (objects) => patternsToName(objects, () => [...grants.map(desiredOf), ...withoutDesired(grants, roles)]),
  };
}

function usedNames(used: readonly UsedObject[]): ObjectsAsked['used'] {
  const named = used.map((one) => ({
    type: one.type,
    schema: one.type === 'type' ? one.schema : null,
    name: one.name,
  }));
  return [...new Map(named.map((one) => [JSON.stringify([one.type, one.schema, one.name]), one])).values()];
}

function desiredOf(desired: ContentsGrant) {
  return { schema: desired.schema, name: granteeName(desired.grantee), desired };
}

/** Roles that are to have nothing in a schema: what they have there is taken. */
function withoutDesired(grants: readonly ContentsGrant[], roles: ReadonlySet<string>) {
  const wanted = new Set(grants.map(({ schema, grantee }) => JSON.stringify([schema, granteeName(grantee)])));
  return grants
    .filter(({ grantee }) => 'everyone' in grantee)
    .flatMap(({ schema, isClosed, owner, extensions }) => {
      const desired = {
        tables: [],
        sequences: [],
        named: [],
        ...(isClosed && { routines: [] }),
        ...(extensions && { extensions }),
      };
      return [...roles]
        .filter((role) => role !== owner && !wanted.has(JSON.stringify([schema, role])))
        .map((name) => ({ schema, name, desired }));
    });
}

function unique<T extends readonly string[]>(list: readonly T[]): T[] {
  return [...new Map(list.map((one) => [JSON.stringify(one), one])).values()];
}
