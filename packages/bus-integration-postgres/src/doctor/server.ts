// What the doctor says of the server itself: version, TLS, free connections, clock, collations, encoding. Pure.
import { type Check, isLoopback, printable } from 'bus-integration-database';
import type { Session } from '../connection/connect.ts';
import type { Observation, ObservedServer } from '../observe/observation.ts';
import { anyDatabase, inDatabase, ownerOrSuperuser, runs, superuser } from '../text/psql-remedy.ts';
import { shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import { check } from './doctor-check.ts';
import type { CollationDrift, DoctorObservation } from './server-facts.ts';

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

export function tlsCheck({ tls, pinned }: Pick<Session, 'tls' | 'pinned'>): Check {
  if (tls !== null) return check('tls', 'ok', `TLS: ${tls.protocol}`);
  if (pinned.address.startsWith('/') || pinned.address.startsWith('@'))
    return check('tls', 'ok', 'a Unix-domain socket needs no TLS');
  return isLoopback(pinned.address)
    ? check('tls', 'info', 'no TLS; the server is reached over loopback')
    : check(
        'tls',
        'warn',
        `${pinned.host} is reached in plain text; passwords are safe (SCRAM), data is not`,
        'enable ssl on the server, and sslmode=verify-full in the DSN',
      );
}

/** A run opens four connections at most; with fewer it is slower, with none it fails. */
const wantedConnections = 4;

export function connectionChecks({ server, admin }: Observation, { own }: DoctorObservation): Check[] {
  const { maxConnections, reservedConnections, usedConnections }: ObservedServer = server;
  const free = maxConnections - (admin.isSuperuser ? 0 : reservedConnections) - usedConnections;
  const checks = [
    free >= wantedConnections
      ? check('connections', 'ok', `${free} of ${maxConnections} connections are free`)
      : check(
          'connections',
          'warn',
          `only ${Math.max(0, free)} of ${maxConnections} connections are free for ${shown(admin.name)}; a run takes up to ${wantedConnections}`,
          'close idle sessions, or raise max_connections; until then: --jobs 1',
        ),
  ];
  if (own.limit >= 0 && own.limit - own.used < wantedConnections - 1) {
    checks.push(
      check(
        'connections',
        'warn',
        `role ${shown(admin.name)} may have ${own.limit} connections and has ${own.used}; a run takes up to ${wantedConnections}`,
        runs(superuser, anyDatabase, `ALTER ROLE ${identifier(admin.name)} CONNECTION LIMIT -1;`),
      ),
    );
  }
  return checks;
}

/** What the files say is not what the server runs with. */
export function pendingChecks({ pendingRestart }: Pick<DoctorObservation, 'pendingRestart'>): Check[] {
  if (pendingRestart.length === 0) return [];
  return [
    check(
      'pending-restart',
      'warn',
      `changed, and not in force before a restart: ${pendingRestart.map(printable).join(', ')}`,
      'restart the server, or take the change back',
    ),
  ];
}

const tolerableSkewMs = 5_000;

/** How far the server's clock is from ours, less what the answer's own way may account for. */
export function clockCheck({
  clockMs,
  askedMs,
  answeredMs,
}: Pick<DoctorObservation, 'clockMs' | 'askedMs' | 'answeredMs'>): Check {
  const skewMs = clockMs - (askedMs + answeredMs) / 2;
  const certainMs = Math.abs(skewMs) - Math.abs(answeredMs - askedMs) / 2;
  if (certainMs <= tolerableSkewMs) return check('clock', 'ok', "the server's clock agrees with this machine's");
  return check(
    'clock',
    'warn',
    `the server's clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead of' : 'behind'} this machine's: certificates, VALID UNTIL and logs are judged by either`,
    'run on both: timedatectl (which says whether the clock is synchronised)',
  );
}

/** https://www.postgresql.org/docs/current/sql-altercollation.html#SQL-ALTERCOLLATION-NOTES */
export function collationChecks(
  drifts: readonly CollationDrift[],
  makesDatabases: boolean,
  versionNum: number,
): Check[] {
  if (versionNum < 150000)
    return [check('collation', 'skipped', "PostgreSQL 14 keeps no version of a database's collation")];
  if (drifts.length === 0)
    return [check('collation', 'ok', 'collation versions are those that databases were made with')];
  return drifts.map(({ name, recorded, actual }) => {
    const isSource = name === 'template0';
    const seen = `database ${shown(name)} was made with collation version ${printable(recorded)}, the server has ${printable(actual ?? 'none')}`;
    const refresh = `ALTER DATABASE ${identifier(name)} REFRESH COLLATION VERSION;`;
    return isSource
      ? check(
          'collation',
          makesDatabases ? 'fail' : 'warn',
          `${seen}; apply makes databases of it, which the server refuses then`,
          runs(superuser, anyDatabase, refresh),
        )
      : check(
          'collation',
          'warn',
          `${seen}; indexes on text may be out of order`,
          runs(ownerOrSuperuser, inDatabase(name), `REINDEX DATABASE ${identifier(name)}; ${refresh}`),
        );
  });
}

export function encodingCheck({ encoding }: ObservedServer): Check {
  return check('encoding', encoding === 'UTF8' ? 'ok' : 'info', `the cluster's encoding is ${encoding}`);
}

/** Where the plan changes something, the plan itself refuses; a standby that is up to date is worth a word all the same. */
export function standbyChecks({ isInRecovery }: ObservedServer, isRefused: boolean): Check[] {
  if (isRefused) return [];
  if (!isInRecovery) return [check('standby', 'ok', 'the server is a primary')];
  return [
    check(
      'standby',
      'warn',
      'the server is a standby (in recovery): nothing can be changed here',
      'point the admin DSN at the primary, or list all hosts with target_session_attrs=read-write',
    ),
  ];
}
