// What a DSN file says beside the password: where services dial, and how safely. Pure.
import { isAbsolute } from 'node:path';
import { OperationError, printable, Secret } from 'bus-integration-database';
import type { ConnectionTarget } from './connection-target.ts';
import { formatDsnUri, parseDsn } from './dsn.ts';
import type { Endpoint, FileReading } from './dsn-pair.ts';

/** What services dial where it differs from the admin's address. */
export interface ServiceAddress {
  readonly host?: string;
  readonly port?: number;
  readonly sslmode?: string;
  readonly sslrootcert?: string;
}

/**
 * The part of a DSN file that follows the configuration: never the admin's certificates, password file or options.
 *
 * @param absolute makes a path absolute
 */
export function endpointOf(
  target: ConnectionTarget,
  service: ServiceAddress,
  absolute: (path: string) => string,
): Endpoint {
  const sslmode = service.sslmode ?? target.said?.sslmode ?? target.sslmode;
  const rootcert = service.sslrootcert ?? target.said?.sslrootcert;
  const ports = target.addresses.map(({ port }) => port);
  return {
    host: service.host ?? target.addresses.map(({ host }) => host).join(','),
    port: service.port !== undefined ? `${service.port}` : service.host === undefined ? ports.join(',') : `${ports[0]}`,
    ...(sslmode !== 'prefer' && { sslmode }),
    ...(rootcert !== undefined && { sslrootcert: rootcert === 'system' ? rootcert : absolute(rootcert) }),
    ...(target.channelBinding !== 'prefer' && { channel_binding: target.channelBinding }),
    ...(target.targetSessionAttrs !== 'any' && { target_session_attrs: target.targetSessionAttrs }),
  };
}

/** Whether services would dial a Unix-domain socket, which only processes of this host can. */
export function isSocket({ host = '' }: Endpoint): boolean {
  return isAbsolute(host) || host.startsWith('@');
}

/** The one line of a DSN file. */
export function formatDsn(content: { endpoint: Endpoint; database: string; user: string; password: string }): string {
  const { host = '', port = '', ...parameters } = content.endpoint;
  const ports = port.split(',');
  const servers = host.split(',').map((name, index) => ({ host: name, port: Number(ports[index] ?? ports[0]) }));
  const [first = { host: '', port: 0 }, ...others] = servers;
  return formatDsnUri({
    ...first,
    others,
    database: content.database,
    user: content.user,
    password: content.password,
    parameters,
  });
}

const written = ['host', 'port', 'sslmode', 'sslrootcert', 'channel_binding', 'target_session_attrs'];

/** What we write is no secret; of anything else (sslpassword, say) only the number is kept, so that it shows as different. */
function shownPart(parameters: Readonly<Record<string, string>>): Endpoint {
  const entries = Object.entries(parameters);
  const known = entries.filter(([keyword]) => written.includes(keyword));
  const others = entries.length - known.length;
  return { ...Object.fromEntries(known), ...(others > 0 && { others: `${others} more` }) };
}

/** Reads a DSN file's line back; one that is for another role or database is broken, like one that is no DSN. */
export function parseEndpoint(line: Secret, database: string, role: string): FileReading {
  let parameters: Record<string, string>;
  try {
    parameters = parseDsn(line.reveal());
  } catch (error) {
    if (error instanceof OperationError) return { state: 'broken', reason: 'it holds no DSN' };
    throw error;
  }
  const { user, password, dbname, ...endpoint } = parameters;
  if (password === undefined || password === '') return { state: 'broken', reason: 'it holds no password' };
  const holder = `${printable(user ?? '')}@${printable(dbname ?? '')}`;
  if (user !== role) return { state: 'broken', reason: 'it is for another role', holder };
  if (dbname !== database) return { state: 'broken', reason: 'it is for another database', holder };
  return { state: 'present', endpoint: shownPart(endpoint), password: new Secret(password) };
}
