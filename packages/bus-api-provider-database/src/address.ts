// Which addresses are this machine's own. Looks nothing up.
import { BlockList, isIP } from 'node:net';

/**
 * Whether a host, as it is written, can only be this machine.
 *
 * @example
 * isLoopback('127.0.0.1'); // true
 */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return host === 'localhost' || (family !== 0 && loopback().check(host, family === 4 ? 'ipv4' : 'ipv6'));
}

function loopback(): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  return list;
}
