// Who makes things in a database's schemas: default privileges bind to each of them. Pure.
import type { ExpandedDatabase } from '../manifest/databases.ts';
import type { ExpandedRole } from '../manifest/expand.ts';
import { giftOf } from './access-gifts.ts';

/**
 * The owner, every role that may create in a schema, their members, and whom those act as: what one makes that acts as
 * another belongs to that other.
 */
export function creatorsOf(
  { owner, access, schemas, routines }: ExpandedDatabase,
  roles: Readonly<Record<string, ExpandedRole>>,
): string[] {
  const ground = { schemas, isClosed: routines === 'closed' };
  const creates = (role: string) =>
    [...giftOf(access[role], ground).schemas.values()].some(({ schema }) => schema.has('CREATE'));
  const creators = new Set(Object.keys(access).filter(creates));
  let size = -1;
  while (size < creators.size) {
    size = creators.size;
    for (const [name, { member_of = [] }] of Object.entries(roles)) {
      if (member_of.some(({ role }) => creators.has(role))) creators.add(name);
    }
  }
  const makers = [...creators].map((role) => roles[role]?.acts_as ?? role);
  return [...new Set([...(owner === undefined ? [] : [owner]), ...makers])];
}
