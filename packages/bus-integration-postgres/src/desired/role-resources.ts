// What a manifest says of roles, as resources. Pure.
import { normalised } from '../kinds/access/grant-held.ts';
import type { ParameterGrant, ParameterPrivilege } from '../kinds/access/parameters.ts';
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
    ...all.flatMap(([name, role]) => parametersOf(name, role)),
    ...membershipResources(roles),
  ];
}

/** Of a role that names none nothing is taken. */
function parametersOf(role: string, { parameters }: ExpandedRole): ParameterGrant[] {
  if (parameters === undefined) return [];
  const names = (privilege: ParameterPrivilege) =>
    normalised((parameters[privilege] ?? []).map((name) => name.toLowerCase()));
  return [{ kind: 'parameter-grant', role, SET: names('SET'), 'ALTER SYSTEM': names('ALTER SYSTEM') }];
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
