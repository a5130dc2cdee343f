// From a server's address to an open socket: names looked up, Unix-domain sockets found, keepalives on.
// Speaks no protocol.
import { lookup } from 'node:dns/promises';
import { createConnection, isIP, type Socket } from 'node:net';
import { OperationError } from 'bus-integration-database';
import { isSocketDirectory } from '../../conninfo/server-addresses.ts';
import type { ServerAddress } from '../../conninfo/target.ts';
import { networkReason } from '../../text/sqlstate.ts';
import { socketEvent } from './socket-event.ts';

export { isSocketDirectory } from '../../conninfo/server-addresses.ts';

/** One address that was really dialled, so that the rest of a run dials the same one. */
export interface PinnedAddress {
  /** As the DSN names it: what a certificate must be for. */
  readonly host: string;
  /** An IP address, or the directory of a Unix-domain socket. */
  readonly address: string;
  readonly port: number;
}

/**
 * Every address that a server's name stands for, in the order of the resolver.
 *
 * @throws {OperationError} unreachable, naming the host, when the name service knows none.
 */
export async function resolveAddress(server: ServerAddress, signal: AbortSignal): Promise<PinnedAddress[]> {
  const { host, port } = server;
  const known = server.hostaddr ?? (isIP(host) !== 0 || isSocketDirectory(host) ? host : undefined);
  if (known !== undefined) return [{ host, address: known, port }];
  try {
    const found = await unlessAborted(lookup(host, { all: true }), signal);
    return [...new Set(found.map(({ address }) => address))].map((address) => ({ host, address, port }));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new OperationError('unreachable', `can't look up host ${host}: ${networkReason(error)}`, {
      code: 'host-unknown',
      target: host,
      remedy: 'check the host in the DSN, and the name service of this machine',
      cause: error,
    });
  }
}

/**
 * Opens a socket to one address, with TCP keepalives.
 *
 * @throws {OperationError} unreachable, as `can't reach 10.0.3.7:5432: connection refused`.
 */
export async function dial(pinned: PinnedAddress, signal: AbortSignal): Promise<Socket> {
  const { address, port } = pinned;
  const isUnix = isSocketDirectory(address);
  const socket = createConnection(isUnix ? { path: socketPath(address, port) } : { host: address, port });
  // Every wait listens for errors itself; between two waits an error must not end the process.
  socket.on('error', () => {});
  try {
    await socketEvent(socket, 'connect', signal);
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw signal.reason;
    const where = shownAddress(pinned);
    const isRefused = (error as { code?: unknown }).code === 'ECONNREFUSED';
    throw new OperationError('unreachable', `can't reach ${where}: ${networkReason(error)}`, {
      code: isRefused ? connectionRefused : 'unreachable',
      target: where,
      remedy: 'check that PostgreSQL runs there, and host and port in the DSN',
      cause: error,
    });
  }
  socket.setNoDelay(true);
  // A server that vanished without a word is noticed after some 20 s, not after the system's two hours.
  if (!isUnix) socket.setKeepAlive(true, keepAliveIdleMs);
  return socket;
}

const keepAliveIdleMs = 10_000;

/** The code of an OperationError where nobody listens, which may change in a moment. */
export const connectionRefused = 'connection-refused';

/** An address as messages name it: `db.example.com:5432 (10.0.3.7)`, `[::1]:5432`, or a socket's path. */
export function shownAddress({ host, address, port }: PinnedAddress): string {
  if (isSocketDirectory(address)) return `${address}/.s.PGSQL.${port}`;
  const named = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return address === host ? named : `${named} (${address})`;
}

function socketPath(directory: string, port: number): string {
  return `${directory.replace(/^@/, '\0')}/.s.PGSQL.${port}`;
}

// A lookup can't be stopped; its answer is then nobody's.
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
