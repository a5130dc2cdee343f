// What follows from the names that a declaration lists. Pure.

import type { Declaration } from './declaration.ts';
import { expandRole, isRoleTemplate } from './names.ts';

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
