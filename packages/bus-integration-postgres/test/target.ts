// A connection target for a test's server, with libpq's defaults for all that a test doesn't say.
import { Secret } from 'bus-integration-database';
import type { ServerAddress } from 'embedded';
import type { ConnectionTarget } from '../src/conninfo/target.ts';

const unsaid = {
  user: 'postgres',
  database: 'postgres',
  sslmode: 'prefer',
  sslnegotiation: 'postgres',
  sslsni: true,
  channelBinding: 'prefer',
  targetSessionAttrs: 'any',
  loadBalanceHosts: 'disable',
  warnings: [],
} as const satisfies Partial<ConnectionTarget>;

/** The superuser's way to a server over TCP. */
export function targetOf(server: ServerAddress, said: Partial<ConnectionTarget> = {}): ConnectionTarget {
  const address = { host: server.host, port: server.port, password: new Secret(server.password) };
  return { ...unsaid, user: server.superuser, addresses: [address], ...said };
}

/** A target at a port of this host where nobody's password is known. */
export function targetAt(port: number, said: Partial<ConnectionTarget> = {}): ConnectionTarget {
  return { ...unsaid, addresses: [{ host: '127.0.0.1', port, password: new Secret('a secret pencil') }], ...said };
}

/** Short deadlines, for what is expected to go well at once or to fail. */
export const brief = {
  applicationName: 'test',
  settings: { search_path: '' },
  timeoutMs: 10_000,
  queryTimeoutMs: 10_000,
} as const;
