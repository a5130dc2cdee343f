// Who works as another role from its login on, as `acts_as` has it: by a membership without rights of its own, and a setting
// in each database that it may enter. Pure.
import type { DescribedCluster } from './described.ts';

/** By role, the roles that it may be said to act as; whether it does so everywhere is judged where its access is known. */
export function actingRoles(
  { roles, edges, settings }: DescribedCluster,
  declared: ReadonlySet<string>,
  chosen: ReadonlySet<string>,
): Map<string, string> {
  const logins = new Set(roles.filter(({ canLogin }) => canLogin).map(({ name }) => name));
  const acting = new Map<string, string>();
  for (const role of declared) {
    const own = settings.filter((one) => one.role === role && one.name === 'role');
    const targets = new Set(own.map(({ value }) => value));
    const [target] = targets;
    if (typeof target !== 'string' || targets.size > 1 || !logins.has(role)) continue;
    if (target === role || logins.has(target) || !declared.has(target)) continue;
    const isHere = own.every(({ database }) => database !== null && chosen.has(database));
    const several = edges.filter(({ group, member }) => group === target && member === role);
    const isOnlySet = several.every(({ inherit, set, admin }) => !inherit && set && !admin);
    if (isHere && several.length > 0 && isOnlySet) acting.set(role, target);
  }
  for (const [role, target] of acting) if (acting.has(target)) acting.delete(role);
  return acting;
}

/** The databases in which a role begins as another. */
export function actingIn(role: string, { settings }: DescribedCluster): string[] {
  return settings.flatMap((one) => (one.role === role && one.name === 'role' ? (one.database ?? []) : []));
}
