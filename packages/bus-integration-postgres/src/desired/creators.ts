// Who makes things in a database's schemas: default privileges bind to each of them. Pure.
import type { ExpandedDatabase } from '../manifest/databases.ts';
import type { ExpandedRole } from '../manifest/expand.ts';
import { giftOf } from './access-gifts.ts';

/**
 * The owner, every role that may create in a schema, their members, and the roles that those act as: what one makes that acts as
 * another belongs to that other.
 */
export function creatorsOf({ owner, access, schemas, routines }: ExpandedDatabase, roles: Roles): string[] {
  const ground = { schemas, isClosed: routines === 'closed' };
  const creates = (role: string) =>
    [...giftOf(access[role], ground).schemas.values()].some(({ schema }) => schema.has('CREATE'));
  const creators = new Set(Object.keys(access).filter(creates));
  const members = membersIn(roles);
  let size = -1;
  while (size < creators.size && members.length > 0) {
    size = creators.size;
    for (const [name, groups] of members) if (groups.some((group) => creators.has(group))) creators.add(name);
  }
  const makers = [...creators].map((role) => roles[role]?.acts_as ?? role);
  return [...new Set([...(owner === undefined ? [] : [owner]), ...makers])];
}

type Roles = Readonly<Record<string, ExpandedRole>>;

/** Those that are members of anything, with what of; asked for in every database. */
const known = new WeakMap<Roles, (readonly [name: string, groups: readonly string[]])[]>();

function membersIn(roles: Roles) {
  const members =
    known.get(roles) ??
    Object.entries(roles).flatMap(([name, { member_of = [] }]) =>
      member_of.length === 0 ? [] : [[name, member_of.map(({ role }) => role)] as const],
    );
  known.set(roles, members);
  return members;
}
