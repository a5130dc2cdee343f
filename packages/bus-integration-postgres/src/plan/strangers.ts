// Roles that are neither the deployment's nor an admin's, and own what the deployment declares or may create in it. Pure.
// https://www.postgresql.org/docs/current/ddl-priv.html
import type { Diagnostic, PrivilegeObject } from 'bus-integration-database';
import type { Observation } from '../observe/observation.ts';
import type { Guarded } from '../ownership/effective.ts';
import { anyDatabase, inDatabase, ownerOrSuperuser, runs } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';

/** @param services the roles that are declared */
export function strangerFindings(
  { database, schema }: PrivilegeObject,
  object: Guarded,
  { seen, services }: { readonly seen: Observation; readonly services: ReadonlySet<string> },
): Diagnostic[] {
  const { admin } = seen;
  const sql = schema === undefined ? `DATABASE ${identifier(database)}` : `SCHEMA ${identifier(schema)}`;
  const what = schema === undefined ? `database ${shown(database)}` : `schema ${shown(schema)} of ${shown(database)}`;
  const where = schema === undefined ? anyDatabase : inDatabase(database);
  const target = printable(database);
  // Before 15 no schema belongs to it: https://www.postgresql.org/docs/current/predefined-roles.html
  const usual = [admin.name, 'pg_database_owner', seen.databases.get(database)?.owner];
  const isUsual =
    admin.peers.includes(object.owner) ||
    (object.adminActsAsOwner && !admin.isSuperuser) ||
    (schema === undefined ? usual.slice(0, 1) : usual).includes(object.owner);
  const isService = services.has(object.owner);
  // Of a database that a service owns its privileges are told.
  const isTold = !isUsual && !(isService && schema === undefined);
  // What services have through a group is told of the services.
  const groups = new Set([...services].flatMap((name) => seen.roles.get(name)?.inherits ?? []));
  const creators = object.acl.filter(
    ({ grantee, privilege }) =>
      privilege === 'CREATE' &&
      grantee !== null &&
      grantee !== object.owner &&
      grantee !== admin.name &&
      !services.has(grantee) &&
      !groups.has(grantee),
  );
  return [
    ...(isTold
      ? [
          {
            severity: isService ? ('info' as const) : ('warn' as const),
            code: 'other-owner',
            message: `${what} belongs to ${shown(object.owner)}, which may drop it, and grant rights on it`,
            target,
            remedy: runs('if it is not meant, a superuser', where, `ALTER ${sql} OWNER TO ${identifier(admin.name)};`),
          },
        ]
      : []),
    ...creators.map(({ grantee, grantor }) => ({
      severity: 'warn' as const,
      code: 'create-of-others',
      message: `role ${shown(grantee ?? '')} may create in ${what}, and is no role of this deployment`,
      target,
      remedy: runs(
        `if it is not meant, ${grantor === object.owner ? ownerOrSuperuser : `${shown(grantor)} or a member of it`}`,
        where,
        `REVOKE CREATE ON ${sql} FROM ${identifier(grantee ?? '')};`,
      ),
    })),
  ];
}
