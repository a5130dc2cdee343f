// What a manifest says of memberships, as resources. Pure.
import type { Resource } from '../kinds/index.ts';
import type { Membership } from '../kinds/membership.ts';
import type { RoleAttributes } from '../kinds/roles/role-attributes.ts';
import type { ExpandedManifest, ExpandedRole } from '../manifest/expand.ts';

/** Those of each role, then the groups that have no others. */
export function membershipResources(roles: ExpandedManifest['roles']): Resource[] {
  const all = Object.entries(roles).flatMap(([name, role]) => membershipsOf(name, role));
  return [
    ...all,
    ...Object.entries(roles).flatMap(([group, { members }]): Resource[] => {
      if (members !== 'exact') return [];
      const declared = all.filter((one) => one.group === group).map(({ member }) => member);
      return [{ kind: 'members', group, members: [...new Set(declared)].sort() }];
    }),
  ];
}

/** To act as a role is a membership that gives no rights but by SET ROLE, and can't be given to others. */
function membershipsOf(member: string, { acts_as, member_of = [] }: ExpandedRole): Membership[] {
  const acting = { kind: 'membership', member, inherit: false, set: true, admin: false } as const;
  return [
    ...(acts_as === undefined ? [] : [{ ...acting, group: acts_as }]),
    ...member_of.map(
      ({ role: group, inherit, set, admin }): Membership => ({
        kind: 'membership',
        group,
        member,
        ...(inherit !== undefined && { inherit }),
        ...(set !== undefined && { set }),
        ...(admin !== undefined && { admin }),
      }),
    ),
  ];
}

/** What memberships ask of their member itself, where INHERIT is its own and one for all (before 16). */
export function inheritOfMember(role: ExpandedRole): RoleAttributes['inheritBefore16'] {
  const asked = new Set(membershipsOf('', role).flatMap(({ inherit }) => inherit ?? []));
  if (asked.size === 0) return undefined;
  if (role.inherit !== undefined) asked.add(role.inherit);
  const [inherit] = asked;
  return asked.size > 1 ? 'contradictory' : inherit;
}
