// Roles that are neither the deployment's nor an admin's, and own what the deployment declares or may create in it. Pure.
// https://www.postgresql.org/docs/current/ddl-priv.html
import { advise, type Diagnostic } from 'bus-integration-database';
import type { Observation } from '../observe/observation.ts';
import { anyDatabase, inDatabase, ownerOrSuperuser, runs, type SqlPlace } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import type { Guarded } from './effective.ts';

/** A database, or a schema in it. */
interface DatabaseOrSchema {
  readonly database: string;
  readonly schema?: string;
}

/** @param services all roles that are declared, whether or not they are asked about */
export function strangerFindings(
  on: DatabaseOrSchema,
  object: Guarded,
  { seen, services }: { readonly seen: Observation; readonly services: ReadonlySet<string> },
): Diagnostic[] {
  const { admin } = seen;
  const isDatabase = on.schema === undefined;
  // Before 15 no schema belongs to it: https://www.postgresql.org/docs/current/predefined-roles.html
  const usual = [admin.name, 'pg_database_owner', seen.databases.get(on.database)?.owner];
  const isUsual =
    admin.peers.includes(object.owner) ||
    (object.adminActsAsOwner && !admin.isSuperuser) ||
    (isDatabase ? usual.slice(0, 1) : usual).includes(object.owner);
  const isService = services.has(object.owner);
  // Of a database that a service owns its privileges are told.
  const isTold = !isUsual && !(isService && isDatabase);
  const others = object.acl.flatMap(({ grantee, privilege, grantor }) =>
    privilege === 'CREATE' &&
    grantee !== null &&
    grantee !== object.owner &&
    grantee !== admin.name &&
    !services.has(grantee)
      ? [{ name: grantee, grantor }]
      : [],
  );
  // What services have through a group is told of the services.
  const inherited = others.length === 0 ? [] : [...services].flatMap((name) => seen.roles.get(name)?.inherits ?? []);
  const groups = new Set(inherited);
  const creators = others.filter(({ name }) => !groups.has(name));
  return [
    ...(isTold ? [ownerFinding(on, object.owner, { isService, admin: admin.name })] : []),
    ...creators.map((creator) => creatorFinding(on, object.owner, creator)),
  ];
}

/** An owner that is neither the deployment's nor an admin's. */
export function ownerFinding(
  on: DatabaseOrSchema,
  owner: string,
  { isService, admin }: { readonly isService: boolean; readonly admin: string },
): Diagnostic {
  const { what, where, sql } = textsOf(on);
  return {
    severity: isService ? 'info' : 'warn',
    code: 'other-owner',
    message: `${what} belongs to ${shown(owner)}, which can drop it, and grant rights on it`,
    target: printable(on.database),
    ...advise(runs('if it is not meant, a superuser', where, `ALTER ${sql} OWNER TO ${identifier(admin)};`)),
  };
}

/** A role with CREATE that is neither the deployment's nor an admin's. */
export function creatorFinding(
  on: DatabaseOrSchema,
  owner: string,
  { name, grantor }: { readonly name: string; readonly grantor: string },
): Diagnostic {
  const { what, where, sql } = textsOf(on);
  const who = grantor === owner ? ownerOrSuperuser : `${shown(grantor)} or a member of it`;
  return {
    severity: 'warn',
    code: 'create-of-others',
    message: `role ${shown(name)} may create in ${what}, and is not a role of this deployment`,
    target: printable(on.database),
    ...advise(runs(`if it is not meant, ${who}`, where, `REVOKE CREATE ON ${sql} FROM ${identifier(name)};`)),
  };
}

function textsOf({ database, schema }: DatabaseOrSchema): { what: string; where: SqlPlace; sql: string } {
  if (schema === undefined)
    return { what: `database ${shown(database)}`, where: anyDatabase, sql: `DATABASE ${identifier(database)}` };
  return {
    what: `schema ${shown(schema)} of ${shown(database)}`,
    where: inDatabase(database),
    sql: `SCHEMA ${identifier(schema)}`,
  };
}
