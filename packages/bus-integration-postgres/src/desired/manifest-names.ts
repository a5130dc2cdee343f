// What a manifest gives names to: roles, databases with who logs in to them, schemas, files. Pure.
import type { DesiredNames } from 'bus-integration-database';
import type { ExpandedDatabase } from '../manifest/databases.ts';
import type { ExpandedManifest, ExpandedRole } from '../manifest/expand.ts';
import { manifestOutputs } from './manifest-outputs.ts';

type Roles = Readonly<Record<string, ExpandedRole>>;

/** @example manifestNames(expanded).databases.get('orders')?.logins; // ['shop_app', 'shop_readonly'] */
export function manifestNames({ deployment, roles, databases, outputs }: ExpandedManifest): DesiredNames {
  return {
    deploymentId: deployment,
    roles: new Set(Object.keys(roles)),
    databases: new Map(Object.entries(databases).map(([name, one]) => [name, databaseNames(one, roles)])),
    schemas: new Set(Object.values(databases).flatMap(({ schemas }) => schemas)),
    outputs: manifestOutputs({ roles, outputs }),
  };
}

/** The login roles that may enter a database. */
export function loginsOf({ owner, access, public: everyone }: ExpandedDatabase, roles: Roles): string[] {
  const isLogin = (name: string) => roles[name]?.login === true;
  const entering = everyone?.connect
    ? Object.keys(roles)
    : [...new Set([...Object.keys(access), ...(owner === undefined ? [] : [owner])])];
  return entering.filter(isLogin);
}

function databaseNames(database: ExpandedDatabase, roles: Roles) {
  const { schemas, owner, access } = database;
  const logins = loginsOf(database, roles);
  const heir = owner ?? (logins.length === 1 ? logins[0] : undefined);
  return {
    schemas: new Set(schemas),
    logins,
    serviceRoles: heir === undefined ? [] : [heir],
    creators: Object.entries(access).flatMap(([role, word]) => (word === 'create' ? [role] : [])),
  };
}
