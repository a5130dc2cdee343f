// By which way a role has a privilege: as owner, by a grant to itself, by a membership, or because everybody has it. Pure.
import type { SeenCluster, SeenGrant, SeenRole } from './read.ts';

export interface Ways {
  /** Every way by which a role has a privilege on something with this owner and these entries. */
  of(
    role: SeenRole,
    privilege: string,
    thing: { readonly owner: string; readonly entries: readonly SeenGrant[] },
  ): string[];
}

const predefined: Readonly<Record<string, readonly string[]>> = {
  pg_read_all_data: ['SELECT', 'USAGE'],
  pg_write_all_data: ['INSERT', 'UPDATE', 'DELETE', 'USAGE'],
};

/** `databaseOwner` is who is meant by pg_database_owner there. */
export function createWays({ memberships }: Pick<SeenCluster, 'memberships'>, databaseOwner?: string): Ways {
  const groupsOf = new Map<string, string[]>();
  for (const { member, group, inherit } of memberships) {
    if (!inherit) continue;
    const known = groupsOf.get(member);
    if (known === undefined) groupsOf.set(member, [group]);
    else known.push(group);
  }
  const paths = new Map<string, ReadonlyMap<string, string>>();
  /** To each group whose rights are in effect, the shortest way there. */
  const pathsOf = (role: string): ReadonlyMap<string, string> => {
    const known = paths.get(role);
    if (known !== undefined) return known;
    const found = new Map<string, string>();
    const waiting: (readonly [string, string])[] = [[role, '']];
    for (const [at, path] of waiting) {
      for (const group of groupsOf.get(at) ?? []) {
        if (found.has(group) || group === role) continue;
        const longer = path === '' ? group : `${path} → ${group}`;
        found.set(group, longer);
        waiting.push([group, longer]);
      }
    }
    paths.set(role, found);
    return found;
  };
  return {
    of: (role, privilege, { owner, entries }) => {
      const groups = new Set(role.inherits);
      const memberText = (group: string) => `member of ${pathsOf(role.name).get(group) ?? group}`;
      const asOwner = (name: string): string[] => {
        if (name === role.name) return ['owner'];
        if (groups.has(name)) return [`the owner's rights, ${memberText(name)}`];
        if (name !== 'pg_database_owner' || databaseOwner === undefined) return [];
        return databaseOwner === role.name || groups.has(databaseOwner) ? ['owner of the database'] : [];
      };
      const granted = entries.flatMap(([grantee, given]): string[] => {
        if (given !== privilege) return [];
        if (grantee === null) return ['PUBLIC'];
        if (grantee === owner) return [];
        if (grantee === role.name) return ['granted to it'];
        return groups.has(grantee) ? [memberText(grantee)] : [];
      });
      const found = [...new Set([...asOwner(owner), ...granted])];
      if (found.length > 0) return found;
      const builtIn = Object.entries(predefined).flatMap(([group, gives]) =>
        groups.has(group) && gives.includes(privilege) ? [memberText(group)] : [],
      );
      return builtIn.length > 0 ? builtIn : ['a way that could not be read'];
    },
  };
}
