// Who holds a deployment's lock: another apply, or a role that could be none. Any role that may log in can take an
// advisory lock of any number, so a holder is judged by the role of its session.
// https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS

import type { Remedy } from 'bus-integration-database';
import type { Session } from '../connection/session/session.ts';
import { boolean, integer, nullable, readRows, record, text } from '../connection/session/shape.ts';
import { anyDatabase, inDatabase, runs } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { literal } from '../text/sql-text.ts';

export interface LockHolder {
  readonly said: string;
  /** What ends the session of a role that could be no apply; absent for an apply, which is to be waited for. */
  readonly endingIt?: Remedy;
}

/**
 * A condition: the session of that pid belongs to a role that could not apply: neither the admin nor a superuser nor one
 * with CREATEROLE, and no member of one. A session that pg_stat_activity does not show yet may be an apply.
 */
export function isStranger(pid: string): string {
  return `EXISTS (
    SELECT FROM pg_catalog.pg_stat_get_activity(${pid}) AS activity
     WHERE ${pid} IS NOT NULL AND activity.usesysid IS NOT NULL AND NOT EXISTS (
       SELECT FROM pg_catalog.pg_roles AS admin
        WHERE (admin.rolsuper OR admin.rolcreaterole OR admin.rolname IN (current_user, session_user))
          AND pg_catalog.pg_has_role(activity.usesysid, admin.oid, 'MEMBER')))`;
}

export interface LockNumbers {
  readonly lockClass: number;
  /** Signed, as the functions take it. */
  readonly key: number;
}

/**
 * Undefined when nobody holds it; an apply before a stranger, `here` only who holds it in the session's database, and
 * `isAlone` only who shares it with nobody.
 */
export async function readHolder(
  session: Session,
  { lockClass, key }: LockNumbers,
  { here = false, isAlone = false }: { readonly here?: boolean; readonly isAlone?: boolean } = {},
): Promise<LockHolder | undefined> {
  const [row] = await readRows(session, holderShape, {
    sql: holderQuery,
    values: [lockClass, key >>> 0, here, isAlone],
    doing: 'looking who holds the lock',
  });
  return row && holderOf(row);
}

interface HolderRow {
  readonly pid: number | null;
  readonly name: string | null;
  readonly role: string | null;
  readonly database: string | null;
  readonly isStranger: boolean;
  /** Of a prepared transaction, which no process has. */
  readonly gid: string | null;
  readonly adminMayEnd: boolean;
}

function holderOf({ pid, name, role, database, isStranger: isOther, gid, adminMayEnd }: HolderRow): LockHolder {
  if (pid === null) return preparedHolder({ gid, role, database });
  if (!isOther) return { said: name ? printable(name) : `server process ${pid}` };
  const of = role === null ? 'a role that was dropped' : `role ${shown(role)}`;
  const there = database === null ? '' : ` in database ${shown(database)}`;
  const who = adminMayEnd ? 'the admin role' : 'a superuser or a member of pg_signal_backend';
  return {
    said: `server process ${pid} of ${of}${there}${name ? ` (${printable(name)})` : ''}`,
    endingIt: runs(who, anyDatabase, `SELECT pg_terminate_backend(${pid});`),
  };
}

/** Nothing ends one but a statement in its own database: https://www.postgresql.org/docs/current/sql-rollback-prepared.html */
function preparedHolder({ gid, role, database }: Pick<HolderRow, 'gid' | 'role' | 'database'>): LockHolder {
  if (gid === null || database === null || printable(gid) !== gid) {
    const look = runs('a superuser', anyDatabase, 'SELECT gid, database, owner FROM pg_prepared_xacts;');
    return { said: 'a prepared transaction', endingIt: [look, " and, in its database, ROLLBACK PREPARED 'GID';"] };
  }
  const of = role === null ? '' : ` of role ${shown(role)}`;
  const ending = `ROLLBACK PREPARED ${literal(gid)};`;
  return {
    said: `prepared transaction ${shown(gid)}${of} in database ${shown(database)}`,
    endingIt: runs(role === null ? 'a superuser' : `${shown(role)} or a superuser`, inDatabase(database), ending),
  };
}

const holderQuery = `
SELECT held.pid, activity.application_name AS name, coalesce(role.rolname, prepared.owner) AS role,
       place.datname AS database, prepared.gid,
       ${isStranger('held.pid')} AS "isStranger",
       coalesce(pg_catalog.pg_has_role(role.oid, 'USAGE') OR pg_catalog.pg_has_role('pg_signal_backend', 'USAGE'), false)
         AS "adminMayEnd"
  FROM pg_catalog.pg_locks AS held
  LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(held.pid) AS activity ON held.pid IS NOT NULL
  LEFT JOIN pg_catalog.pg_roles AS role ON role.oid = activity.usesysid
  LEFT JOIN pg_catalog.pg_database AS place ON place.oid = held.database
  LEFT JOIN pg_catalog.pg_locks AS own
    ON held.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
       AND own.virtualtransaction = held.virtualtransaction
  LEFT JOIN pg_catalog.pg_prepared_xacts AS prepared ON prepared.transaction = own.transactionid
 WHERE held.locktype = 'advisory' AND held.classid::bigint = $1 AND held.objid::bigint = $2 AND held.granted
   AND held.objsubid = 2 AND held.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
   AND (NOT $3::boolean OR place.datname = pg_catalog.current_database())
   AND (NOT $4::boolean OR held.mode = 'ExclusiveLock')
 ORDER BY "isStranger", (place.datname = pg_catalog.current_database()) DESC, held.pid
 LIMIT 1`;

const holderShape = record<HolderRow>({
  pid: nullable(integer),
  name: nullable(text),
  role: nullable(text),
  database: nullable(text),
  isStranger: boolean,
  gid: nullable(text),
  adminMayEnd: boolean,
});
