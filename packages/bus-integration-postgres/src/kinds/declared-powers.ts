// Which powers the desired state itself gives to roles, or takes from them, so that they are no reason to refuse one. Pure.
import type { DeclaredPowers } from '../ownership/powers.ts';
import type { Resource } from './index.ts';
import { elevating } from './role-attributes.ts';

/** By role; only of those of which it says something. */
export function declaredPowers(resources: readonly Resource[]): ReadonlyMap<string, DeclaredPowers> {
  const powers = new Map<string, DeclaredPowers>();
  for (const resource of resources) {
    if (resource.kind !== 'role' || resource.attributes === undefined) continue;
    const { name, attributes } = resource;
    const named = elevating.filter((key) => attributes[key] !== undefined);
    if (named.length > 0) powers.set(name, { attributes: new Set(named), groups: new Set() });
  }
  return powers;
}
