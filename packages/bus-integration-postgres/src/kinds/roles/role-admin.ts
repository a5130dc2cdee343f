// What the admin lacks to change a role, and what is told of the admin's own role. Pure.
import { advise, type Diagnostic } from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import { anyDatabase, runs, superuser } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import { lacking } from '../kind/kind-words.ts';

export function lacksRoleAdmin(name: string, { roles, admin, server }: Observation): Diagnostic[] {
  // Who makes a role may alter it.
  if (roles.get(name)?.adminMayAlter ?? true) return [];
  const createrole = admin.createsRoles ? '' : ` ALTER ROLE ${identifier(admin.name)} CREATEROLE;`;
  const option =
    server.versionNum >= 160000
      ? ` GRANT ${identifier(name)} TO ${identifier(admin.name)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;`
      : '';
  const sql = `${createrole}${option}`.trim();
  const message = `role ${shown(admin.name)} may not alter role ${shown(name)}`;
  if (sql === '')
    return [
      lacking('lacks-role-admin', `${message}: before PostgreSQL 16 only a superuser alters a role with REPLICATION`, {
        remedy: 'name a superuser in the admin DSN, or do not declare the role',
      }),
    ];
  return [lacking('lacks-role-admin', message, { remedy: runs(superuser, anyDatabase, sql) })];
}

/** No session can retire the role that it runs as, so this is not among what is left over. */
export function markOnAdmin(name: string): Diagnostic {
  return {
    severity: 'warn',
    code: 'mark-on-admin',
    message: `role ${shown(name)}, the admin itself, carries this deployment's mark, and is not declared`,
    target: printable(name),
    ...advise(runs(superuser, anyDatabase, `COMMENT ON ROLE ${identifier(name)} IS NULL;`)),
  };
}

/** What can be written in the manifest of a role that may log in. */
export function loginDeclared(name: string): string {
  return `write login: false under ${shown(name)} in the manifest, which takes LOGIN with --allow revoke; or login: true`;
}

/** It was made or altered by hand, or its login left the manifest; whoever gives it a password gets in. */
export function undeclaredLogin(name: string): Diagnostic {
  return {
    severity: 'warn',
    code: 'undeclared-login',
    message: `role ${shown(name)} may log in, and the manifest does not say so`,
    target: printable(name),
    ...advise(loginDeclared(name)),
  };
}
