// Which powers the desired state itself gives to roles, or takes from them, so that they are no reason to refuse one. Pure.

import type { Resource } from '../kinds/index.ts';
import { elevating } from '../kinds/roles/role-attributes.ts';
import type { DeclaredPowers } from '../ownership/powers.ts';

/** By role; only of those of which it says something. */
export function declaredPowers(resources: readonly Resource[]): ReadonlyMap<string, DeclaredPowers> {
  const attributes = new Map<string, DeclaredPowers['attributes']>();
  const groups = new Map<string, string[]>();
  for (const resource of resources) {
    if (resource.kind === 'role' && resource.attributes !== undefined) {
      const { name, attributes: said } = resource;
      attributes.set(name, new Set(elevating.filter((key) => said[key] !== undefined)));
    }
    if (resource.kind === 'membership') {
      const { group, member } = resource;
      groups.set(member, [...(groups.get(member) ?? []), group]);
    }
  }
  const names = [...new Set([...attributes.keys(), ...groups.keys()])];
  return new Map(
    names.map((name) => [name, { attributes: attributes.get(name) ?? new Set(), groups: reached(name, groups) }]),
  );
}

/** All that it is declared to be a member of, directly or not. */
function reached(name: string, groups: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const left = [name];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const group of groups.get(next) ?? []) {
      if (found.has(group)) continue;
      found.add(group);
      left.push(group);
    }
  }
  return found;
}
