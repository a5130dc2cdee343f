// Who holds what, of what was read: directly, through groups, and as everybody. Pure.
import type { AclEntry } from '../observe/acl-entry.ts';
import type { DescribedCluster } from './described.ts';
import type { DescribedEdge } from './described-shapes.ts';

export interface Holders {
  /** The groups whose privileges it has without SET ROLE, itself among them. */
  readonly inherited: (role: string) => ReadonlySet<string>;
  /** Every group that it is a member of, however. */
  readonly groups: (role: string) => ReadonlySet<string>;
}

export function createHolders({ edges }: Pick<DescribedCluster, 'edges'>): Holders {
  const all = upwards(edges);
  const used = upwards(edges.filter(({ inherit }) => inherit));
  return {
    inherited: (role) => new Set([role, ...reached(role, used)]),
    groups: (role) => reached(role, all),
  };
}

function upwards(edges: readonly DescribedEdge[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { group, member } of edges) groups.set(member, [...(groups.get(member) ?? []), group]);
  return groups;
}

function reached(role: string, groups: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>();
  const open = [role];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const group of groups.get(next) ?? []) {
      if (found.has(group)) continue;
      found.add(group);
      open.push(group);
    }
  }
  return found;
}

/** What was granted to a role, or to PUBLIC (null), by whomever. */
export function direct(acl: readonly AclEntry[], grantee: string | null): Set<string> {
  return new Set(acl.filter((entry) => entry.grantee === grantee).map(({ privilege }) => privilege));
}

/** What a role may, however it came to that. */
export function effective(acl: readonly AclEntry[], role: string, { inherited }: Holders): Set<string> {
  const roles = inherited(role);
  const usable = acl.filter(({ grantee }) => grantee === null || roles.has(grantee));
  return new Set(usable.map(({ privilege }) => privilege));
}

/** What the owner let a role pass on: a manifest can't say it. */
export function passedOn(
  { owner, acl }: { readonly owner: string; readonly acl: readonly AclEntry[] },
  role: string,
): string[] {
  if (role === owner) return [];
  const entries = acl.filter((entry) => entry.grantee === role && entry.grantor === owner && entry.isGrantable);
  return entries.map(({ privilege }) => privilege);
}

export function isWithin(some: ReadonlySet<string>, all: ReadonlySet<string> | readonly string[]): boolean {
  const set = new Set(all);
  return [...some].every((one) => set.has(one));
}

export function isSame(one: ReadonlySet<string>, other: ReadonlySet<string> | readonly string[]): boolean {
  const set = new Set(other);
  return one.size === set.size && isWithin(one, set);
}
