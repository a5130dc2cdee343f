// Which roles each user is a member of, as pg_hba's +group and samerole count it: directly or not, whatever INHERIT and
// SET say, and no superuser by being one. Reads only.
import type { Session } from '../connection/session/session.ts';
import { list, readRows, record, text } from '../connection/session/shape.ts';
import { membershipSql } from '../sql/hba-query.ts';

/**
 * The groups of each role, direct and indirect, as pg_hba.conf uses them for `+group`. A role that is not in the map does not
 * exist. https://www.postgresql.org/docs/current/role-membership.html
 *
 * @example
 * (await readMembership(session, ['app'])).get('app') // ['reporting']
 */
export async function readMembership(
  session: Session,
  users: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await readRows(session, membershipShape, {
    sql: membershipSql,
    values: [users],
    doing: 'reading memberships',
  });
  return new Map(rows.map(({ user, groups }) => [user, groups] as const));
}

const membershipShape = record<{ readonly user: string; readonly groups: readonly string[] }>({
  user: text,
  groups: list(text),
});
