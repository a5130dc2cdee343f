// What a manifest gives names to: roles, databases with who logs in to them, schemas, files. Pure.
import { type DesiredNames, dsnFileName, type Output } from 'bus-integration-database';
import type { ExpandedDatabase } from '../manifest/databases.ts';
import type { ExpandedManifest, ExpandedRole } from '../manifest/expand.ts';

type Roles = Readonly<Record<string, ExpandedRole>>;

/** @example manifestNames(expanded).databases.get('orders')?.logins; // ['shop_app', 'shop_readonly'] */
export function manifestNames({ deployment, roles, databases, outputs }: ExpandedManifest): DesiredNames {
  const isOnlyLogin = Object.values(roles).filter(({ login }) => login).length === 1;
  const files = outputs.flatMap(({ form, entries }) => (form === 'uri' ? entries : []));
  return {
    deploymentId: deployment,
    roles: new Set(Object.keys(roles)),
    databases: new Map(Object.entries(databases).map(([name, one]) => [name, databaseNames(one, roles)])),
    schemas: new Set(Object.values(databases).flatMap(({ schemas }) => schemas)),
    outputs: new Map(files.map((entry) => fileOf(entry, isOnlyLogin))),
  };
}

/** The login roles that may enter a database. */
function loginsOf({ owner, access, public: everyone }: ExpandedDatabase, roles: Roles): string[] {
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

/** A manifest's only login has the file that a service role has without a manifest. */
function fileOf(
  { database, role, file }: { readonly database: string; readonly role: string; readonly file?: string },
  isOnlyLogin: boolean,
): readonly [string, Output] {
  const name = file ?? dsnFileName(database, isOnlyLogin ? undefined : role);
  return [name, { form: 'uri', connections: [{ database, role }], file: name }];
}
