// Whether memberships give what they are declared to, and nothing beyond: by what is in effect, through whatever chain. Pure.
import { ownCommand, type Remedy } from 'bus-integration-database';
import type { ExpandedManifest } from '../../manifest/expand.ts';
import type { SeenAccess } from '../../sql/verify/seen-access.ts';
import { shown } from '../../text/shown.ts';
import { declaredGroups } from './declared-access.ts';
import { leaving, undeclaredEdges } from './taking.ts';

export interface MembershipFinding {
  readonly result: 'fail' | 'warn';
  readonly seen: string;
  readonly remedy: Remedy;
}

/** @param versionNum before 160000 INHERIT is the member's own, and SET can't be taken */
export function membershipFindings(
  role: string,
  { roles }: ExpandedManifest,
  { groups, edges }: Pick<SeenAccess, 'groups' | 'edges'>,
  versionNum: number,
): MembershipFinding[] {
  const declared = declaredGroups(role, roles);
  const found = new Map(groups.map((group) => [group.name, group]));
  const isNew = versionNum >= 160000;
  // There whoever acts as another inherits from nobody.
  const inheritsNothing = !isNew && roles[role]?.acts_as !== undefined;
  const lacking = [...declared].flatMap(([name, { isDirect, inherits, sets }]): string[] => {
    const group = found.get(name);
    if (!isDirect) return [];
    if (group === undefined) return [`is not a member of ${shown(name)}`];
    return [
      ...(inherits && !group.isInherited && !inheritsNothing
        ? [`is a member of ${shown(name)} and has none of its rights: the membership does not inherit`]
        : []),
      ...(!inherits && group.isInherited
        ? [`has the rights of ${shown(name)} without SET ROLE; expected that it has not`]
        : []),
      ...(sets && !group.isSettable ? [`may not SET ROLE to ${shown(name)}; expected that it may`] : []),
      ...(!sets && group.isSettable && isNew ? [`may SET ROLE to ${shown(name)}; expected that it may not`] : []),
    ];
  });
  const strange = groups.filter(
    ({ name, isInherited, isSettable }) => !declared.has(name) && (isInherited || isSettable),
  );
  const isDeclaredMember = (member: string, group: string) =>
    declaredGroups(member, roles).get(group)?.isDirect === true;
  return [
    ...lacking.map((what) => ({ result: 'fail' as const, seen: `${shown(role)} ${what}`, remedy: ownCommand('plan') })),
    ...strange.map(({ name, isInherited }) => ({
      result: 'warn' as const,
      seen: `${shown(role)} ${isInherited ? 'has the rights of' : 'may SET ROLE to'} ${shown(name)}, of which the manifest does not make it a member`,
      remedy: [
        'if it is not meant, ',
        ...leaving(
          undeclaredEdges(
            name,
            { role, isDeclaredMember },
            edges.filter(({ inherits }) => inherits || !isInherited),
          ),
        ),
      ],
    })),
  ];
}
