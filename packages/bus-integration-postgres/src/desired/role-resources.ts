// What a manifest says of roles, as resources. Pure.
import type { Resource } from '../kinds/index.ts';
import type { ExpandedManifest } from '../manifest/expand.ts';

export function roleResources({ deployment, roles }: ExpandedManifest): Resource[] {
  return Object.entries(roles).map(([name, { login = false }]) => ({
    kind: 'role',
    name,
    deployment,
    canLogin: login,
    password: 'held',
  }));
}
