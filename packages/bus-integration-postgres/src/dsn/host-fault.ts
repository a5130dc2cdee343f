// What no host has: whatever holds it is a piece of something else, and must be neither looked up nor shown. Pure.
import { isIPv6 } from 'node:net';

/**
 * What is wrong with a host of a connection string; undefined when nothing is. Directories of sockets may hold anything.
 *
 * @example
 * hostFault('ss@db.example'); // 'holds "@", which no host name has'
 */
export function hostFault(host: string): string | undefined {
  if (host.startsWith('/')) return undefined;
  // In the abstract namespace it has an "@" at its head.
  const name = host.startsWith('@') ? host.slice(1) : host;
  if (name.includes('@')) return 'holds "@", which no host name has';
  if (host.startsWith('@')) return undefined;
  if (name.includes(':')) return isIPv6(name) ? undefined : 'holds ":" and is not an IPv6 address; a port goes to port';
  return /[\s/?#&=;'"\\<>()[\]{}|^`]/.test(name) ? 'holds a character that no host name has' : undefined;
}
