// What a manifest says of roles, as resources. Pure.
import type { Resource } from '../kinds/index.ts';
import { normalInstant } from '../kinds/instant.ts';
import type { RoleAttributes } from '../kinds/role-attributes.ts';
import type { ExpandedManifest, ExpandedRole } from '../manifest/expand.ts';
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
  ];
}

/** Those that it names: the others are left as they are. */
function attributesOf({ login, connections, valid_until, ...flags }: ExpandedRole): RoleAttributes {
  const { inherit, createdb, bypassrls, replication } = flags;
  return {
    ...(login === false && { login }),
    ...(connections !== undefined && { connectionLimit: connections === 'unlimited' ? -1 : connections }),
    ...(valid_until !== undefined && { validUntil: normalInstant(valid_until) }),
    ...(inherit !== undefined && { inherit }),
    ...(createdb !== undefined && { createdb }),
    ...(bypassrls !== undefined && { bypassrls }),
    ...(replication !== undefined && { replication }),
  };
}
