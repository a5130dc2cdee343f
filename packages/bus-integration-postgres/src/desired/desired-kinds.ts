// From the names that a desired state has to the resources that must exist, and what is decided of passwords and files
// laid over them. Pure.
import type { DecidedFile, DesiredNames, RoleDecision } from 'bus-integration-database';
import { normalised } from '../kinds/access/grant-held.ts';
import { desiredFile } from '../kinds/dsn-file.ts';
import type { Resource } from '../kinds/index.ts';

/** What a service's login role is given, and everyone loses, on each kind of object. */
export interface PrivilegeProfile {
  readonly database: readonly string[];
  readonly schema: readonly string[];
}

/** https://www.postgresql.org/docs/current/ddl-priv.html */
export const serviceProfile: PrivilegeProfile = { database: ['CONNECT', 'TEMPORARY'], schema: ['CREATE', 'USAGE'] };

/** Roles, databases, schemas, what the roles may, nothing for everyone. */
export function resourcesOf({ deploymentId, roles, databases }: DesiredNames, profile: PrivilegeProfile): Resource[] {
  const resources: Resource[] = [];
  const given = { database: normalised(profile.database), schema: normalised(profile.schema) };
  for (const name of roles) {
    resources.push({ kind: 'role', name, deployment: deploymentId, canLogin: true, password: 'held' });
  }
  for (const [database, { schemas, logins }] of databases) {
    resources.push({ kind: 'database', name: database, deployment: deploymentId, isFinished: true });
    for (const name of schemas) resources.push({ kind: 'schema', database, name });
    const objects = [
      { type: 'database', database } as const,
      ...[...schemas].map((schema) => ({ type: 'schema', database, schema }) as const),
    ];
    for (const on of objects) {
      for (const role of logins) resources.push({ kind: 'grant', on, grantee: { role }, privileges: given[on.type] });
      resources.push({ kind: 'grant', on, grantee: { everyone: true }, privileges: [] });
    }
  }
  return resources;
}

/** The resources with the passwords that their roles are to get, and the files that hold those. */
export function withCredentials(
  resources: readonly Resource[],
  credentials: readonly RoleDecision[],
  files: ReadonlyMap<string, DecidedFile>,
): Resource[] {
  const changed = new Map(credentials.filter(({ setsPassword }) => setsPassword).map((one) => [one.role, one]));
  const decided = (resource: Resource): Resource => {
    const decision = resource.kind === 'role' ? changed.get(resource.name) : undefined;
    if (decision === undefined || resource.kind !== 'role') return resource;
    const { source, replaces } = decision;
    const password = source === 'new' || source === 'staged' || source === 'kept' ? source : 'held';
    return { ...resource, password, ...(replaces !== undefined && { replaces }) };
  };
  return [...(changed.size === 0 ? resources : resources.map(decided)), ...[...files.values()].map(desiredFile)];
}
