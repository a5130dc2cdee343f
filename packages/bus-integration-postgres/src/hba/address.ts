// Addresses as a pg_hba.conf and a client have them: numbers only, no name is ever looked up.
import { SocketAddress } from 'node:net';

/** One number of 32 bits for IPv4, four for IPv6. */
export type AddressWords = readonly number[];

export interface HbaNetwork {
  readonly address: AddressWords;
  /** Not always a prefix: the form with two columns takes any mask. */
  readonly mask: AddressWords;
}

/**
 * Reads a numeric address as the C library's getaddrinfo does, short and octal IPv4 forms too; undefined for a name.
 *
 * @example
 * numericAddress('127.1') // [0x7f000001]
 */
export function numericAddress(text: string): AddressWords | undefined {
  return text.includes(':') ? sixteenBytes(text) : fourBytes(text);
}

/** Whether the address lies in the network; of two families never, an IPv4 address mapped into IPv6 included. */
export function isInNetwork(address: AddressWords, network: HbaNetwork): boolean {
  if (address.length !== network.address.length) return false;
  for (let index = 0; index < address.length; index += 1) {
    const difference = (address[index] as number) ^ (network.address[index] as number);
    if ((difference & (network.mask[index] as number)) !== 0) return false;
  }
  return true;
}

/** The mask of a prefix as written after a slash; undefined for one that the server refuses. */
export function prefixMask(text: string, wordCount: number): AddressWords | undefined {
  // C's strtol: white space and a sign may stand first.
  if (!/^[ \t\n\v\f\r]*[+-]?\d+$/.test(text)) return undefined;
  const bits = Number(text.trim());
  if (bits < 0 || bits > wordCount * 32) return undefined;
  return Array.from({ length: wordCount }, (_, index) => {
    const inWord = Math.min(Math.max(bits - index * 32, 0), 32);
    return inWord === 0 ? 0 : (0xffffffff << (32 - inWord)) >>> 0;
  });
}

/** One address as a network of its own. */
export function hostNetwork(address: AddressWords): HbaNetwork {
  return { address, mask: address.map(() => 0xffffffff) };
}

/** `10.0.3.7/24`, or one without a prefix. */
export function interfaceNetwork(text: string): { network: HbaNetwork; hasPrefix: boolean } | undefined {
  const [host = '', prefix] = text.split('/', 2);
  const address = numericAddress(host);
  if (address === undefined) return undefined;
  const mask = prefix === undefined ? hostNetwork(address).mask : prefixMask(prefix, address.length);
  return mask === undefined ? undefined : { network: { address, mask }, hasPrefix: prefix !== undefined };
}

// inet_aton: one to four numbers, decimal, octal (0…) or hexadecimal (0x…); the last one fills the bytes that are left.
function fourBytes(text: string): AddressWords | undefined {
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  const numbers: number[] = [];
  for (const part of parts) {
    if (!/^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(part) || part.length > 64) return undefined;
    numbers.push(/^0[xX]/.test(part) ? Number(part) : part.startsWith('0') ? Number.parseInt(part, 8) : Number(part));
  }
  const last = numbers.pop() as number;
  if (numbers.some((number) => number > 255) || last >= 256 ** (4 - numbers.length)) return undefined;
  return [numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last) >>> 0];
}

/** An IPv6 address without a zone. Not by isIPv6 of node:net, whose pattern takes milliseconds to compile. */
export function isAddress6(text: string): boolean {
  if (!/^[0-9a-fA-F:.]+$/.test(text)) return false;
  try {
    return new SocketAddress({ address: text, family: 'ipv6' }).address !== '';
  } catch {
    return false;
  }
}

function sixteenBytes(text: string): AddressWords | undefined {
  const [host = '', zone] = text.split('%', 2);
  if (!isAddress6(host)) return undefined;
  const words = groupsOf(host);
  // A zone is a number, or an interface's name on a link-local address; the server compares the address alone.
  const isLinkLocal = ((words[0] as number) & 0xffc00000) >>> 0 === 0xfe800000;
  if (zone !== undefined && !/^\d+$/.test(zone) && !(isLinkLocal && zone !== '')) return undefined;
  return words;
}

function groupsOf(host: string): number[] {
  const [left = '', right] = host.split('::', 2);
  const before = pairsOf(left);
  const after = right === undefined ? [] : pairsOf(right);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  const groups = right === undefined ? before : [...before, ...zeros, ...after];
  return [0, 2, 4, 6].map((index) => (((groups[index] as number) << 16) | (groups[index + 1] as number)) >>> 0);
}

function pairsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [address = 0] = fourBytes(group.replace(/\b0+(?=\d)/g, '')) ?? [];
    return [address >>> 16, address & 0xffff];
  });
}
