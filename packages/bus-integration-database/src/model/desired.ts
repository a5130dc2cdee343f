// From the names that a request lists to the resources that must exist. Pure; the provider says which privileges a
// service needs.

import type { Declaration } from './declaration.ts';
import { expandRole, isRoleTemplate } from './names.ts';
import { privilegesOf, type Resource } from './resource.ts';

/** The privileges that a login role is given, and that everyone loses, on each kind of object. */
export interface PrivilegeProfile {
  readonly database: readonly string[];
  readonly schema: readonly string[];
}

/** A role that logs in to a database: one DSN file each. */
export interface Login {
  readonly database: string;
  readonly role: string;
  readonly isServiceRole: boolean;
}

/** Which roles log in to which databases, in the order of the declaration. */
export function loginsOf(declaration: Declaration): Login[] {
  return declaration.databases.flatMap((database) =>
    declaration.roles.map((role) => ({
      database,
      role: expandRole(role, database),
      isServiceRole: role === declaration.serviceRole,
    })),
  );
}

/** Every role of a declaration, templates expanded, each once. */
export function rolesOf(declaration: Declaration): string[] {
  const plain = declaration.roles.filter((role) => !isRoleTemplate(role));
  return [...new Set([...plain, ...loginsOf(declaration).map(({ role }) => role)])];
}

/**
 * Every name that a deployment gives to something, as it is known then.
 *
 * @example
 * namesOf('dev', { databases: ['app'], roles: ['{database}_svc'], schemas: ['public'] }); // ['dev', 'app', 'public', 'app_svc']
 */
export function namesOf(deploymentId: string, declaration: Declaration): string[] {
  return [deploymentId, ...declaration.databases, ...declaration.schemas, ...rolesOf(declaration)];
}

/**
 * What must exist for a declaration: its roles, databases, schemas, the roles' privileges, and nothing for everyone.
 *
 * @example
 * desiredResources({ databases: ['app'], roles: ['app_service'], schemas: ['public'] }, profile);
 */
export function desiredResources(declaration: Declaration, profile: PrivilegeProfile): Resource[] {
  const resources: Resource[] = rolesOf(declaration).map((name) => ({ kind: 'role', name, canLogin: true }));
  for (const database of declaration.databases) {
    resources.push({ kind: 'database', name: database });
    for (const name of declaration.schemas) resources.push({ kind: 'schema', database, name });
    const objects = [{ database }, ...declaration.schemas.map((schema) => ({ database, schema }))];
    const roles = declaration.roles.map((role) => expandRole(role, database));
    for (const on of objects) {
      for (const role of roles) {
        resources.push(privilegesOf(on, { role }, 'schema' in on ? profile.schema : profile.database));
      }
      resources.push(privilegesOf(on, { everyone: true }, []));
    }
  }
  return resources;
}
