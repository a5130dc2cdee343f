// A part of a difference in the form of a step. Pure.
import type { ContentsPart } from './contents.ts';
import type { OnObject } from './privileges.ts';

/** What a part is about, and the role that does it. */
export function onObject(schema: string, part: ContentsPart): Exclude<OnObject, { readonly type: 'database' }> {
  const { type, owner, names, table = '', privileges, grantable } = part;
  const held = { schema, as: owner, privileges, ...(grantable && { grantable }) };
  const own = (names ?? []).map(({ name }) => name);
  switch (type) {
    case 'columns':
      return { type, ...held, table, columns: own };
    case 'routines': {
      const routines = names?.map(({ name, ...of }) => ({ name, arguments: of.arguments ?? '' }));
      return { type, ...held, ...(routines !== undefined && { routines }) };
    }
    default:
      return { type, ...held, ...(names !== undefined && { names: own }) };
  }
}
