// What a grantee is to have on what is in a schema, beside what it has there: by patterns of things that are alike, so that
// it takes as long for thousands of tables as for one. Pure.
import type { NameInSchema, ObjectClass, ObservedObjects, ObservedPattern } from '../../observe/observed-objects.ts';
import { isJust } from '../../ownership/effective.ts';
import {
  type ContentsDifference,
  type ContentsHolder,
  type ContentsPart,
  type DesiredContents,
  type DesiredNamed,
  heldOn,
  nameOnly,
  type Resolved,
  takenFrom,
  without,
} from './contents.ts';
import { type ContentsGround, differenceOfColumns } from './contents-columns.ts';
import { isAlike, namesOf } from './contents-names.ts';
import { isRoutine } from './routine-names.ts';

const classes = ['tables', 'sequences', 'routines'] as const;

/** What is to be done that a grantee has what it is to have, and nothing else by the owners' own grants. */
export function contentsDifference(
  desired: DesiredContents,
  schema: string,
  objects: ObservedObjects,
  holder: ContentsHolder,
  /** An extension is made, moved or brought to another version in the schema before, and what it brings belongs to another. */
  isExtended = false,
): ContentsDifference {
  if (isAllAsDesired(desired, schema, objects, holder)) return noDifference;
  const named = resolved(desired, schema, objects);
  const parts = classes.map((ofClass) =>
    differenceOfClass(ofClass, desired, { schema, objects, holder, named }, isExtended),
  );
  const extra = parts.flatMap((part) => part.extra);
  const columns = differenceOfColumns(desired, { schema, objects, holder, named }, extra);
  return {
    missing: [
      ...parts.flatMap(({ missing }) => missing),
      ...named.flatMap((one) => missingOnNamed(one, desired, holder)),
      ...columns.missing,
    ],
    extra: [...extra, ...columns.extra],
    again: columns.again,
    absent: desired.named.flatMap((one) => (named.some(({ desired }) => desired === one) ? [] : [wordsOfNamed(one)])),
  };
}

const noDifference: ContentsDifference = { missing: [], extra: [], again: [], absent: [] };

/** As it mostly is: then nothing need be worked out. */
function isAllAsDesired(
  desired: DesiredContents,
  schema: string,
  { patterns, columns }: ObservedObjects,
  holder: ContentsHolder,
): boolean {
  if (desired.named.length > 0 || columns.some((one) => one.schema === schema)) return false;
  return patterns.every((pattern) => {
    const wanted = desired[pattern.class];
    if (pattern.schema !== schema || wanted === undefined || pattern.isMember) return true;
    return pattern.owner === holder.role?.name || isAsDesired(pattern, wanted, holder);
  });
}

/** The named things that are there and may be granted on. */
function resolved({ named }: DesiredContents, schema: string, objects: ObservedObjects): Resolved[] {
  return named.flatMap((desired): Resolved[] => {
    if ('routine' in desired) {
      const fitting = objects.routines.filter(
        (one) => one.schema === schema && isRoutine(one, desired) && !one.isMember,
      );
      return fitting.map((one) => {
        const object = { ...one, class: 'routines' as const };
        return { desired, object: { ...object, key: keyOf(object) }, privileges: desired.routines };
      });
    }
    const found = objects.relations.find(
      (one) => one.schema === schema && one.name === desired.relation && !one.isMember,
    );
    if (found === undefined || !(desired.columns ?? []).every((name) => found.columns.includes(name))) return [];
    const privileges = desired[found.class];
    return privileges.length === 0 ? [] : [{ desired, object: { ...found, key: keyOf(found) }, privileges }];
  });
}

function keyOf({ name, arguments: routineArguments }: NameInSchema): string {
  return JSON.stringify([name, routineArguments ?? null]);
}

function differenceOfClass(
  ofClass: ObjectClass,
  desired: DesiredContents,
  { schema, objects, holder, named }: ContentsGround,
  isExtended: boolean,
) {
  const wanted = desired[ofClass];
  if (wanted === undefined) return { missing: [], extra: [] };
  const all = objects.patterns.filter((one) => one.schema === schema && one.class === ofClass);
  const own = all.filter(({ isMember, owner }) => !isMember && owner !== holder.role?.name);
  const beside = named.filter(({ object, desired }) => object.class === ofClass && !('columns' in desired));
  const isUniform = !isExtended && isAlike(all);
  const missing = groups<ObservedPattern>();
  const extra = groups<ObservedPattern>();
  const options = groups<ObservedPattern>();
  for (const pattern of own) {
    if (isAsDesired(pattern, wanted, holder)) continue;
    const held = heldOn(pattern, holder, desired);
    const taken = takenFrom(pattern, holder);
    missing.add(pattern, without(wanted, held));
    extra.add(pattern, without(taken.privileges, wanted));
    options.add(
      pattern,
      [...taken.grantable].filter((privilege) => wanted.includes(privilege)),
    );
  }
  const isAll = (patterns: readonly ObservedPattern[]) =>
    isUniform && (patterns.length === all.length || patterns.some(({ names }) => names === null));
  const part = (
    owner: string,
    privileges: readonly string[],
    names: readonly NameInSchema[] | undefined,
  ): ContentsPart => ({
    type: ofClass,
    owner,
    ...(names !== undefined && { names }),
    privileges,
  });
  return {
    missing: missing
      .list()
      .map(({ owner, privileges, items }) => part(owner, privileges, isAll(items) ? undefined : namesOf(items))),
    extra: [
      ...extra.list().flatMap(({ owner, privileges, items }) => {
        if (beside.length === 0) return [part(owner, privileges, isAll(items) ? undefined : namesOf(items))];
        // What is desired of some of them is left to those.
        const each = groups<NameInSchema>();
        for (const name of namesOf(items)) {
          const kept = beside
            .filter(({ object }) => object.key === keyOf(name))
            .flatMap(({ privileges }) => privileges);
          each.add({ owner, ...name }, without(privileges, kept));
        }
        return each.list().map((group) => part(owner, group.privileges, group.items.map(nameOnly)));
      }),
      ...options.list().map(({ owner, privileges, items }) => ({
        ...part(owner, privileges, isAll(items) ? undefined : namesOf(items)),
        grantable: true as const,
      })),
    ],
  };
}

function isAsDesired(pattern: ObservedPattern, wanted: readonly string[], { role }: ContentsHolder): boolean {
  return role !== null && isJust(pattern, wanted, { grantee: role.name, grantor: pattern.owner });
}

function missingOnNamed(
  { desired: one, object, privileges }: Resolved,
  desired: DesiredContents,
  holder: ContentsHolder,
): ContentsPart[] {
  if ('columns' in one || object.owner === holder.role?.name) return [];
  const held = heldOn(object, holder, desired);
  const missing = without(without(privileges, held), desired[object.class] ?? []);
  return missing.length === 0
    ? []
    : [{ type: object.class, owner: object.owner, names: [nameOnly(object)], privileges: missing }];
}

/** Items by their owner and the privileges that they are about. */
function groups<T extends object>() {
  const found = new Map<
    string,
    { readonly owner: string; readonly privileges: readonly string[]; readonly items: T[] }
  >();
  return {
    add: (item: T & { readonly owner: string }, privileges: readonly string[]) => {
      if (privileges.length === 0) return;
      const { owner } = item;
      const key = JSON.stringify([owner, privileges]);
      const known = found.get(key);
      if (known === undefined) found.set(key, { owner, privileges, items: [item] });
      else known.items.push(item);
    },
    list: () => [...found.values()],
  };
}

function wordsOfNamed(desired: DesiredNamed): string {
  return 'routine' in desired ? `${desired.routine}(${desired.arguments.join(', ')})` : desired.relation;
}
