// Which addresses are this machine's own, and what leaves it for anybody to read. Looks nothing up.
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

/**
 * Whether what is sent to an address can be read on the way: it leaves this machine, and not encrypted.
 *
 * @example
 * goesInClear(new URL('http://bus.example.com')); // true
 */
export function goesInClear({ protocol, hostname }: URL): boolean {
  return ['http:', 'nats:'].includes(protocol) && !isLoopback(hostname.replace(/^\[|\]$/g, ''));
}

function loopback(): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  return list;
}
