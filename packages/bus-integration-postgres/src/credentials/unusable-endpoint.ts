// DSN files that no service could use on the server that was seen: refused before they are written. Pure.
import { type Diagnostic, type Endpoint, printable } from 'bus-integration-database';
import { isSocket } from '../conninfo/dsn-endpoint.ts';
import type { Observation } from '../observe/observation.ts';

const modeKey = 'BUS_DATABASE_SERVICE_SSLMODE';
const parametersKey = 'BUS_DATABASE_SERVICE_PARAMETERS';
const strictModes = ['require', 'verify-ca', 'verify-full'];
const directSince = 170_000;

type Seen = Pick<Observation, 'reached' | 'server'>;

/** What libpq or the server would refuse: https://www.postgresql.org/docs/current/libpq-connect.html */
export function unusableEndpoint(endpoint: Endpoint, seen: Seen): Diagnostic[] {
  const { sslmode = 'prefer', sslnegotiation, channel_binding, sslrootcert } = endpoint;
  const isStrict = strictModes.includes(sslmode);
  const isThere = isReached(endpoint, seen);
  const faults: Diagnostic[] = [];
  const fail = (target: string, message: string, remedy: string) =>
    void faults.push({ severity: 'fail', code: 'unusable-dsn', message, target, remedy });
  const enough = hasTls(seen) ? `set ${modeKey}=require` : 'turn ssl on in postgresql.conf';
  if (isStrict && isThere && !hasTls(seen)) {
    fail(modeKey, `the DSN files would demand TLS (sslmode=${sslmode}), which the server does not offer`, noTlsThere);
  }
  if (sslnegotiation === 'direct' && !isStrict) {
    fail(
      parametersKey,
      `sslnegotiation=direct needs sslmode=require or stricter; the DSN files would get sslmode=${printable(sslmode)}`,
      `take sslnegotiation out of ${parametersKey}, or ${enough}`,
    );
  } else if (sslnegotiation === 'direct' && isThere && seen.server.versionNum < directSince) {
    fail(
      parametersKey,
      'sslnegotiation=direct needs PostgreSQL 17 or later, which the server is not',
      `take sslnegotiation out of ${parametersKey}`,
    );
  }
  if (channel_binding === 'require' && (sslmode === 'disable' || isSocket(endpoint))) {
    fail(
      parametersKey,
      'channel_binding=require needs TLS, which the DSN files would not ask for',
      `take channel_binding out of ${parametersKey}, or ${enough}`,
    );
  }
  if (sslrootcert === 'system' && sslmode !== 'verify-full') {
    fail(
      modeKey,
      `sslrootcert=system needs sslmode=verify-full; the DSN files would get sslmode=${printable(sslmode)}`,
      `set ${modeKey}=verify-full`,
    );
  }
  return faults;
}

const noTlsThere = `turn ssl on in postgresql.conf, or, where the network is trusted, set ${modeKey}=disable`;

function hasTls({ reached }: Seen): boolean {
  return reached.isEncrypted || reached.hasSsl;
}

/** Another address may be that of a proxy, which has TLS of its own. */
function isReached(endpoint: Endpoint, { reached }: Seen): boolean {
  return !isSocket(endpoint) && endpoint.host === reached.host && endpoint.port === `${reached.port}`;
}

/** What is told where the server itself has no TLS, and services dial it by another address. */
export function doubtfulTls(endpoint: Endpoint, seen: Seen): Diagnostic[] {
  const { host = '', port = '', sslmode = '' } = endpoint;
  if (!strictModes.includes(sslmode) || hasTls(seen) || isSocket(endpoint) || isReached(endpoint, seen)) return [];
  return [
    {
      severity: 'warn',
      code: 'service-tls',
      message: `the DSN files demand TLS (sslmode=${sslmode}) at ${printable(`${host}:${port}`)}; the server itself does not offer it`,
      remedy: `where no proxy offers it there: ${noTlsThere}`,
    },
  ];
}
