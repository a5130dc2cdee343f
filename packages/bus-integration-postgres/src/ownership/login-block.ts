// What keeps a role from logging in though its password is right, as the catalogs show it, and the statements that end
// it. NOLOGIN is not among it: apply itself lets the role log in. Pure.
// https://www.postgresql.org/docs/current/sql-alterrole.html
import { advise, type DesiredNames, type Diagnostic, type LoginBlock, type Step } from 'bus-integration-database';
import type { Observation } from '../observe/observation.ts';
import { adminOrSuperuser, anyDatabase, ownerOrSuperuser, runs } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';

/** @param databases those that it is to log in to */
export function loginBlockOf(name: string, databases: readonly string[], seen: Observation): LoginBlock | undefined {
  const role = seen.roles.get(name);
  if (role === undefined) return undefined;
  const ofRole = [
    ...(role.hasExpired ? [{ seen: 'has expired (VALID UNTIL is past)', sql: " VALID UNTIL 'infinity'" }] : []),
    ...(role.connectionLimit === 0
      ? [{ seen: 'takes no connections (CONNECTION LIMIT 0)', sql: ' CONNECTION LIMIT -1' }]
      : []),
  ];
  if (ofRole.length > 0) {
    return {
      code: role.hasExpired ? 'password-expired' : 'connection-limit',
      seen: `role ${shown(name)} ${ofRole.map(({ seen: text }) => text).join(' and ')}`,
      remedy: runs(
        adminOrSuperuser,
        anyDatabase,
        `ALTER ROLE ${identifier(name)}${ofRole.map(({ sql }) => sql).join('')};`,
      ),
    };
  }
  const closed = databases.filter((database) => seen.databases.get(database)?.connectionLimit === 0);
  if (closed.length === 0) return undefined;
  return {
    code: 'connection-limit',
    seen: `${closed.length === 1 ? 'database' : 'databases'} ${closed.map(shown).join(', ')} of role ${shown(name)} ${closed.length === 1 ? 'takes' : 'take'} no connections (CONNECTION LIMIT 0)`,
    remedy: runs(
      ownerOrSuperuser,
      anyDatabase,
      closed.map((database) => `ALTER DATABASE ${identifier(database)} CONNECTION LIMIT -1;`).join(' '),
    ),
  };
}

/** @param steps of a plan, which may give another validity */
export function expiryFindings(seen: Observation, desired: DesiredNames, steps: readonly Step[] = []): Diagnostic[] {
  const changed = new Set(steps.flatMap(({ after }) => (after?.valid_until === undefined ? [] : after.name)));
  return [...desired.roles]
    .filter((name) => seen.roles.get(name)?.hasExpired && !changed.has(name))
    .map((name) => ({
      severity: 'warn',
      code: 'password-expired',
      message: `the password of role ${shown(name)} has expired (VALID UNTIL is past); it can't log in`,
      target: printable(name),
      ...advise(runs(adminOrSuperuser, anyDatabase, `ALTER ROLE ${identifier(name)} VALID UNTIL 'infinity';`)),
    }));
}
