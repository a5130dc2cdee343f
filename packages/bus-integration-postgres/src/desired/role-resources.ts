// What a manifest says of roles, as resources. Pure.
import type { Resource } from '../kinds/index.ts';
import { normalInstant } from '../kinds/roles/instant.ts';
import type { RoleAttributes } from '../kinds/roles/role-attributes.ts';
import type { ExpandedManifest, ExpandedRole } from '../manifest/expand.ts';
import { inheritOfMember, membershipResources } from './membership-resources.ts';
import { settingsOfRole } from './setting-resources.ts';

export function roleResources({ deployment, roles }: ExpandedManifest): Resource[] {
  const all = Object.entries(roles);
  return [
    ...all.map(([name, role]): Resource => {
      const attributes = attributesOf(role);
      const isNamed = Object.keys(attributes).length > 0;
      const { login: canLogin = false } = role;
      return { kind: 'role', name, deployment, canLogin, password: 'held', ...(isNamed && { attributes }) };
    }),
    ...all.flatMap(([name, role]) => settingsOfRole(name, role)),
    ...membershipResources(roles),
  ];
}

/** Those that it names: the others are left as they are. */
function attributesOf(role: ExpandedRole): RoleAttributes {
  const { login, connections, valid_until, inherit, createdb, bypassrls, replication } = role;
  const inheritBefore16 = inheritOfMember(role);
  return {
    ...(login === false && { login }),
    ...(connections !== undefined && { connectionLimit: connections === 'unlimited' ? -1 : connections }),
    ...(valid_until !== undefined && { validUntil: normalInstant(valid_until) }),
    ...(inherit !== undefined && { inherit }),
    ...(inheritBefore16 !== undefined && { inheritBefore16 }),
    ...(createdb !== undefined && { createdb }),
    ...(bypassrls !== undefined && { bypassrls }),
    ...(replication !== undefined && { replication }),
  };
}
