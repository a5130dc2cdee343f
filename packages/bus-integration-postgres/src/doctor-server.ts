// What the doctor sees of the server itself: version, TLS, free connections, collations. Reads only.
import { type Check, printable } from 'bus-integration-database';
import type { Session } from './connect.ts';
import { check } from './doctor-check.ts';
import type { ObservedServer } from './observation.ts';
import { collationQuery } from './sql/collation.ts';
import { identifier } from './sql.ts';

const supported = { oldest: 140000, full: 150000, newest: 190000 };

export function versionCheck(versionNum: number, version: string): Check {
  if (versionNum < supported.oldest)
    return check(
      'server-version',
      'fail',
      `the server is PostgreSQL ${version}; 15 to 18 are supported`,
      'upgrade the server',
    );
  if (versionNum < supported.full)
    return check(
      'server-version',
      'warn',
      `the server is PostgreSQL ${version}; 15 to 18 are supported in full`,
      'upgrade the server',
    );
  if (versionNum >= supported.newest)
    return check('server-version', 'warn', `the server is PostgreSQL ${version}, newer than what was tried (15 to 18)`);
  return check('server-version', 'ok', `PostgreSQL ${version}`);
}

export function tlsCheck({ tls, pinned }: Session): Check {
  if (tls !== null) return check('tls', 'ok', `TLS: ${tls.protocol}`);
  if (pinned.address.startsWith('/') || pinned.address.startsWith('@'))
    return check('tls', 'ok', 'a Unix-domain socket needs no TLS');
  const isLoopback = pinned.address === '::1' || pinned.address.startsWith('127.');
  return isLoopback
    ? check('tls', 'info', 'no TLS; the server is reached over loopback')
    : check(
        'tls',
        'warn',
        `${pinned.host} is reached in plain text; passwords are safe (SCRAM), data is not`,
        'enable ssl on the server, and sslmode=verify-full in the DSN',
      );
}

export function connectionCheck({ maxConnections, reservedConnections, usedConnections }: ObservedServer): Check {
  const free = maxConnections - reservedConnections - usedConnections;
  return free >= 4
    ? check('connections', 'ok', `${free} of ${maxConnections} connections are free`)
    : check(
        'connections',
        'warn',
        `only ${Math.max(0, free)} of ${maxConnections} connections are free`,
        'raise max_connections, or close idle sessions',
      );
}

export async function collationChecks(
  session: Session,
  databases: readonly string[],
  versionNum: number,
): Promise<Check[]> {
  if (versionNum < 150000) return [];
  const rows = await session.query<{ name: string; recorded: string; actual: string }>(collationQuery, [
    [...databases, 'template1'],
  ]);
  return rows.map(({ name, recorded, actual }) =>
    check(
      'collation',
      'warn',
      `database ${printable(name)} was made with collation version ${recorded}, the server has ${actual}`,
      `reindex it, then: ALTER DATABASE ${identifier(name)} REFRESH COLLATION VERSION;`,
    ),
  );
}
