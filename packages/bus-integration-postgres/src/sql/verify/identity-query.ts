// Which server a session is at, and as which role.
import { startedAt } from './declared-query.ts';

/** Which server it is; the cluster's identifier is for who may read it. */
export const serverIdentityQuery = `
SELECT ${startedAt} AS "startedAt", pg_catalog.pg_is_in_recovery() AS "isStandby",
  pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS "readsSystemIdentifier"`;

/** Whose login it is, and to which database. */
export const loggedInQuery = 'SELECT session_user AS role, pg_catalog.current_database() AS database';

export interface SessionLogin {
  readonly role: string;
  readonly database: string;
}

export interface Identity {
  readonly startedAt: string;
  readonly isStandby: boolean;
  readonly readsSystemIdentifier: boolean;
}
