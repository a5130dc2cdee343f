// Whether a server is the kind that target_session_attrs wants: from what it reported at login, else by asking it.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
import type { ConnectionTarget } from '../conninfo/target.ts';
import { attributesQuery } from '../sql/session-query.ts';
import type { Session } from './session/session.ts';
import { boolean, readRow, record } from './session/shape.ts';

/**
 * What keeps a session from being of the wanted kind; undefined when nothing does.
 *
 * @example
 * await sessionFault(session, 'read-write', 5_000); // 'is a standby'
 */
export async function sessionFault(
  session: Session,
  wanted: Exclude<ConnectionTarget['targetSessionAttrs'], 'prefer-standby'>,
  timeoutMs: number,
): Promise<string | undefined> {
  if (wanted === 'any') return undefined;
  const { isStandby, isReadOnly } = reported(session) ?? (await asked(session, timeoutMs));
  switch (wanted) {
    case 'primary':
      return isStandby ? 'is a standby' : undefined;
    case 'standby':
      return isStandby ? undefined : 'is not a standby';
    case 'read-only':
      return isStandby || isReadOnly ? undefined : 'is not read-only';
    case 'read-write':
      if (isStandby) return 'is a standby';
      return isReadOnly ? 'is read-only (default_transaction_read_only is on)' : undefined;
  }
}

interface Attributes {
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
}

// Servers before 14, and poolers, don't report these.
function reported({ parameterStatus }: Session): Attributes | undefined {
  const { in_hot_standby: standby, default_transaction_read_only: readOnly } = parameterStatus;
  if (standby === undefined || readOnly === undefined) return undefined;
  return { isStandby: standby === 'on', isReadOnly: readOnly === 'on' };
}

async function asked(session: Session, timeoutMs: number): Promise<Attributes> {
  return await readRow(session, attributesShape, {
    sql: attributesQuery,
    timeoutMs,
    doing: 'looking whether it is a standby',
    // What goes before other statements sets the very setting that is asked for.
    isAsLoggedIn: true,
  });
}

const attributesShape = record<Attributes>({ isStandby: boolean, isReadOnly: boolean });
