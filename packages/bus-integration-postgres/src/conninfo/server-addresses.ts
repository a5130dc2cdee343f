// Which servers to try, in order: the lists of hosts, addresses and ports matched to each other. Looks no name up.
import { stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostFault } from '../dsn/host-fault.ts';
import type { LibpqEnvironment } from './settings/libpq-environment.ts';
import { type ConnectionSettings, parseInteger, settingError, textOf } from './settings/setting.ts';

export interface HostAddress {
  readonly host: string;
  readonly hostaddr?: string;
  readonly port: number;
}

// Debian's and Red Hat's packages put the socket into the first, a build from source into the second.
const defaultSocketDirectories = ['/var/run/postgresql', '/tmp'];
const defaultPort = 5432;
// What fits into sun_path beside its ending NUL, on Linux.
const longestSocketPath = 107;

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS */
export function listAddresses(settings: ConnectionSettings, defaultHost: string): readonly HostAddress[] {
  const hosts = textOf(settings, 'host')?.split(',');
  const hostaddrs = textOf(settings, 'hostaddr')?.split(',');
  if (hosts !== undefined && hostaddrs !== undefined && hosts.length !== hostaddrs.length) {
    const counts = `names ${hosts.length} and hostaddr ${hostaddrs.length}`;
    throw settingError(settings, 'host', `${counts} servers; give as many addresses as names`);
  }
  const count = (hostaddrs ?? hosts ?? ['']).length;
  const ports = readPorts(settings, count);
  return ports.map((port, index) => {
    const hostaddr = hostaddrs?.[index] || undefined;
    if (hostaddr !== undefined && isIP(hostaddr) === 0) {
      throw settingError(settings, 'hostaddr', 'must hold IP addresses; names belong into host');
    }
    const host = hosts?.[index] || hostaddr || defaultHost;
    const fault = hostFault(host);
    if (fault !== undefined) throw settingError(settings, 'host', fault);
    if (hostaddr === undefined && isSocketDirectory(host)) refuseLongPath(settings, host, port);
    return { host, ...(hostaddr !== undefined && { hostaddr }), port };
  });
}

/** Whether the address is reached through a Unix-domain socket. */
export function usesSocket({ host, hostaddr }: HostAddress): boolean {
  return hostaddr === undefined && isSocketDirectory(host);
}

/** The first directory of those where servers put sockets that exists here, else `localhost`. */
export async function findDefaultHost({ socketDirectories }: LibpqEnvironment): Promise<string> {
  for (const directory of socketDirectories ?? defaultSocketDirectories) {
    const status = await stat(directory).catch(() => undefined);
    if (status?.isDirectory() === true) return directory;
  }
  return 'localhost';
}

/** True for libpq's hosts that are directories: absolute ones, and `@` for the abstract namespace. */
export function isSocketDirectory(host: string): boolean {
  return host.startsWith('/') || host.startsWith('@');
}

/** One port serves all hosts; otherwise there is one for each, and an empty one means the default. */
function readPorts(settings: ConnectionSettings, count: number): readonly number[] {
  const given = (textOf(settings, 'port') ?? '').split(',');
  if (given.length !== 1 && given.length !== count) {
    throw settingError(settings, 'port', `names ${given.length} ports for ${count} hosts; give one, or one for each`);
  }
  const ports = given.map((text) => {
    const port = text === '' ? defaultPort : parseInteger(text);
    if (port !== undefined && port >= 1 && port <= 65_535) return port;
    throw settingError(
      settings,
      'port',
      'must be a whole number from 1 to 65535',
      'in a URI, a password with "/", "?" or "@" in it needs them percent-encoded: %2F, %3F, %40',
    );
  });
  return Array.from({ length: count }, (_, index) => ports[index] ?? ports[0] ?? defaultPort);
}

function refuseLongPath(settings: ConnectionSettings, directory: string, port: number): void {
  if (Buffer.byteLength(`${directory}/.s.PGSQL.${port}`) <= longestSocketPath) return;
  const limit = `${longestSocketPath} bytes with /.s.PGSQL.${port} added`;
  throw settingError(settings, 'host', `names a socket directory that is too long: at most ${limit}`);
}
