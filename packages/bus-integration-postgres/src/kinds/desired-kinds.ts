// From the names that a wish declares to the resources that must exist. Pure.
import { type Declaration, expandRole, type RoleDecision, rolesOf } from 'bus-integration-database';
import { decidedFiles, desiredFile } from './dsn-file.ts';
import { grantOf } from './grant.ts';
import type { FilledObject } from './grant-object.ts';
import type { Resource } from './index.ts';
import type { Role } from './role.ts';

/** What a service's login role is given, and everyone loses, on each kind of object. */
export interface PrivilegeProfile {
  readonly database: readonly string[];
  readonly schema: readonly string[];
}

/** https://www.postgresql.org/docs/current/ddl-priv.html */
export const serviceProfile: PrivilegeProfile = { database: ['CONNECT', 'TEMPORARY'], schema: ['CREATE', 'USAGE'] };

/** Whose resources they are, and what they are given. */
export interface DesiredOptions {
  readonly deploymentId: string;
  readonly profile: PrivilegeProfile;
  /** What was decided of the roles' passwords and files; without it they are left as they are. */
  readonly credentials?: readonly RoleDecision[];
}

/**
 * What must exist for a declaration: its roles, databases, schemas, the roles' privileges, nothing for everyone, and the
 * DSN files.
 *
 * @example
 * desiredResources(
 *   { databases: ['app'], roles: ['app_service'], schemas: ['public'] },
 *   { deploymentId: 'shop', profile: serviceProfile },
 * );
 */
export function desiredResources(
  declaration: Declaration,
  { deploymentId, profile, credentials = [] }: DesiredOptions,
): Resource[] {
  const decisions = new Map(credentials.map((decision) => [decision.role, decision]));
  const resources: Resource[] = rolesOf(declaration).map((name) =>
    desiredRole(name, deploymentId, decisions.get(name)),
  );
  for (const database of declaration.databases) {
    resources.push({ kind: 'database', name: database, deployment: deploymentId, isFinished: true });
    for (const name of declaration.schemas) resources.push({ kind: 'schema', database, name });
    const objects: FilledObject[] = [
      { type: 'database', database },
      ...declaration.schemas.map((schema) => ({ type: 'schema' as const, database, schema })),
    ];
    const roles = declaration.roles.map((role) => expandRole(role, database));
    for (const on of objects) {
      for (const role of roles) resources.push(grantOf(on, { role }, profile[on.type]));
      resources.push(grantOf(on, { everyone: true }, []));
    }
  }
  for (const decided of decidedFiles(credentials).values()) resources.push(desiredFile(decided));
  return resources;
}

function desiredRole(name: string, deployment: string, decision: RoleDecision | undefined): Role {
  const role = { kind: 'role' as const, name, deployment, canLogin: true };
  if (decision === undefined || !decision.setsPassword) return { ...role, password: 'held' };
  const { source, replaces } = decision;
  const password = source === 'new' || source === 'staged' || source === 'kept' ? source : 'held';
  return { ...role, password, ...(replaces !== undefined && { replaces }) };
}
