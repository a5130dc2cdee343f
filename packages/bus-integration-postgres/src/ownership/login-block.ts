// What keeps a role from logging in though its password is right, as the catalogs show it, and the statements that end
// it. NOLOGIN is not among it: apply itself lets the role log in. Pure.
// https://www.postgresql.org/docs/current/sql-alterrole.html
import { advise, type DesiredNames, type Diagnostic, type LoginBlock, type Step } from 'bus-integration-database';
import type { Observation } from '../observe/observation.ts';
import { adminOrSuperuser, anyDatabase, ownerOrSuperuser, runs } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';

/** What the manifest says of a role; nothing where it leaves the attribute as it is. */
export interface DeclaredValidity {
  /** Its `valid_until`, in one form. */
  readonly validUntil?: string | undefined;
  readonly connectionLimit?: number | undefined;
}

/**
 * @param databases those that it is to log in to
 * @param declared what apply gives it, before any password is proven
 */
export function loginBlockOf(
  name: string,
  databases: readonly string[],
  seen: Observation,
  { validUntil, connectionLimit }: DeclaredValidity = {},
): LoginBlock | undefined {
  const role = seen.roles.get(name);
  const later = `write a later valid_until under ${shown(name)} in the manifest`;
  if (isPast(validUntil) && (role === undefined || role.hasExpired)) {
    const told = `valid_until of role ${shown(name)} in the manifest is past (${printable(validUntil ?? '')})`;
    return { code: 'password-expired', seen: told, remedy: later };
  }
  if (role === undefined) return undefined;
  const ofRole = [
    ...(role.hasExpired
      ? [
          {
            seen: 'has expired (VALID UNTIL is past)',
            sql: " VALID UNTIL 'infinity'",
            isLifted: validUntil !== undefined,
          },
        ]
      : []),
    ...(role.connectionLimit === 0
      ? [
          {
            seen: 'takes no connections (CONNECTION LIMIT 0)',
            sql: ' CONNECTION LIMIT -1',
            isLifted: connectionLimit !== undefined && connectionLimit !== 0,
          },
        ]
      : []),
  ];
  if (ofRole.length > 0) {
    const standing = ofRole.filter(({ isLifted }) => !isLifted);
    const told = standing.length === 0 ? ofRole : standing;
    return {
      code: role.hasExpired ? 'password-expired' : 'connection-limit',
      seen: `role ${shown(name)} ${told.map(({ seen: text }) => text).join(' and ')}`,
      remedy: runs(
        adminOrSuperuser,
        anyDatabase,
        `ALTER ROLE ${identifier(name)}${told.map(({ sql }) => sql).join('')};`,
      ),
      ...(standing.length === 0 && { isLifted: true }),
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

/**
 * Logins that have expired, or will have by what the manifest says.
 *
 * @param steps of a plan, which may give another validity
 * @param declared what the manifest says of them
 */
export function expiryFindings(
  seen: Observation,
  desired: DesiredNames,
  steps: readonly Step[] = [],
  declared: ReadonlyMap<string, DeclaredValidity> = new Map(),
): Diagnostic[] {
  const changed = new Set(steps.flatMap(({ after }) => (after?.valid_until === undefined ? [] : after.name)));
  return [...desired.roles].flatMap((name): Diagnostic[] => {
    const validUntil = declared.get(name)?.validUntil;
    const told = { severity: 'warn', code: 'password-expired', target: printable(name) } as const;
    if (isPast(validUntil)) {
      const message = `valid_until of role ${shown(name)} in the manifest is past (${printable(validUntil ?? '')}): it can't log in`;
      return [{ ...told, message, ...advise(`write a later valid_until under ${shown(name)} in the manifest`) }];
    }
    if (!seen.roles.get(name)?.hasExpired || changed.has(name)) return [];
    const message = `the password of role ${shown(name)} has expired (VALID UNTIL is past); it can't log in`;
    const sql = `ALTER ROLE ${identifier(name)} VALID UNTIL 'infinity';`;
    return [{ ...told, message, ...advise(runs(adminOrSuperuser, anyDatabase, sql)) }];
  });
}

/** By this machine's clock; `infinity` never is. */
function isPast(instant: string | undefined): boolean {
  return instant !== undefined && Date.parse(instant) < Date.now();
}
