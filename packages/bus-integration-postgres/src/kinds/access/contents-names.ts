// Which names a statement has to say: as long as all of a class in a schema are of one owner and none is an extension's, it is
// about all of them. Pure.
import type { NameInSchema, ObservedObjects, ObservedPattern } from '../../observe/observed-objects.ts';
import type { DesiredContents } from './contents.ts';

/** All of one owner and none an extension's: one statement for all of them is about nothing else. */
export function isAlike(patterns: readonly ObservedPattern[]): boolean {
  return patterns.every(({ owner, isMember }) => !isMember && owner === patterns[0]?.owner);
}

/** Patterns of many whose names a difference of one of these roles would have to say. */
export function patternsToName(
  { patterns }: ObservedObjects,
  askedOf: () => readonly {
    readonly schema: string;
    readonly name: string | null;
    readonly desired: DesiredContents;
  }[],
): ObservedPattern[] {
  const many = patterns.filter(({ names, isMember }) => names === null && !isMember);
  if (many.length === 0) return [];
  const asked = askedOf();
  return many.filter((pattern) => {
    const { schema, class: ofClass, acl } = pattern;
    const areAlike = isAlike(patterns.filter((one) => one.schema === schema && one.class === ofClass));
    return asked.some(({ schema: of, name, desired }) => {
      const wanted = desired[ofClass];
      if (of !== schema || wanted === undefined) return false;
      // What an extension brings in the same run belongs to another.
      const isUniform = areAlike && desired.extensions === undefined;
      const held = acl.filter(({ grantee }) => grantee === name);
      const isExtra = held.some(({ privilege, isGrantable }) => isGrantable || !wanted.includes(privilege));
      if (isUniform) return isExtra && desired.named.length > 0;
      return isExtra || wanted.some((privilege) => !held.some((entry) => entry.privilege === privilege));
    });
  });
}

/** @throws Error where they were not read */
export function namesOf(patterns: readonly ObservedPattern[]): NameInSchema[] {
  return patterns.flatMap(({ names, schema, class: ofClass }) => {
    if (names === null) throw new Error(`internal error: names of ${ofClass} of ${schema} were not read`);
    return names;
  });
}
