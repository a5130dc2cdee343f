// Addresses as pg_hba.conf, a client and a listener have them: numbers only, no name is ever looked up.

export interface Address {
  /** 32 for IPv4, 128 for IPv6. */
  readonly width: number;
  readonly value: bigint;
}

export interface HbaNetwork {
  readonly address: Address;
  /** Not always a prefix: the form with two columns takes any mask. */
  readonly mask: bigint;
}

/**
 * Reads a numeric address as the C library's getaddrinfo does, short and octal IPv4 forms too; undefined for a name.
 *
 * @example
 * numericAddress('127.1') // { width: 32, value: 0x7f000001n }
 */
export function numericAddress(text: string): Address | undefined {
  if (!text.includes(':')) return isAddress4(text) ? readNumeric(text) : undefined;
  const [host = '', zone] = text.split('%', 2);
  const address = isAddress6(host) ? readNumeric(host) : undefined;
  // A zone is a number, or an interface's name on a link-local address; the server compares the address alone.
  const isLinkLocal = address !== undefined && address.value >> 118n === 0x3fan;
  return zone === undefined || /^\d+$/.test(zone) || (isLinkLocal && zone !== '') ? address : undefined;
}

/** Whether the address lies in the network; of two families never, an IPv4 address mapped into IPv6 included. */
export function isInNetwork({ width, value }: Address, { address, mask }: HbaNetwork): boolean {
  return width === address.width && ((value ^ address.value) & mask) === 0n;
}

/** The mask of a prefix as written after a slash; undefined for one that the server refuses. */
export function prefixMask(text: string, width: number): bigint | undefined {
  // C's strtol: white space and a sign may stand first.
  if (!/^[ \t\n\v\f\r]*[+-]?\d+$/.test(text)) return undefined;
  const bits = Number(text.trim());
  return bits < 0 || bits > width ? undefined : allOf(width) ^ allOf(width - bits);
}

/** `10.0.3.7/24`, or one without a prefix. */
export function interfaceNetwork(text: string): { network: HbaNetwork; hasPrefix: boolean } | undefined {
  const [host = '', prefix] = text.split('/', 2);
  const address = numericAddress(host);
  if (address === undefined) return undefined;
  const mask = prefix === undefined ? allOf(address.width) : prefixMask(prefix, address.width);
  return mask === undefined ? undefined : { network: { address, mask }, hasPrefix: prefix !== undefined };
}

/** An IPv6 address without a zone. Not by isIPv6 of node:net, whose pattern takes milliseconds to compile. */
export function isAddress6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]`);
}

/**
 * The address as text, in its shortest form.
 *
 * @example
 * addressText({ width: 128, value: 1n }); // '::1'
 */
export function addressText({ width, value }: Address): string {
  if (width === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = value.toString(16).padStart(32, '0').match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** The number that has this many bits, each of them set. */
function allOf(bits: number): bigint {
  return (1n << BigInt(bits)) - 1n;
}

// inet_aton: one to four numbers, decimal, octal (0…) or hexadecimal (0x…); the last one fills the bytes that are left.
function isAddress4(text: string): boolean {
  return text.length <= 80 && /^((0x[0-9a-f]+|0[0-7]*|[1-9]\d*)(\.(?!$)|$)){1,4}$/i.test(text);
}

/** As node's URL reads a host, which knows all these forms and writes each in one. */
function readNumeric(text: string): Address | undefined {
  const isLong = text.includes(':');
  const url = `http://${isLong ? `[${text}]` : text}`;
  if (!URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  const sum = (parts: readonly string[], bits: bigint) =>
    parts.reduce((value, part) => (value << bits) + BigInt(isLong ? `0x${part || '0'}` : part), 0n);
  if (!isLong) return { width: 32, value: sum(hostname.split('.'), 8n) };
  const [left = '', right] = hostname.slice(1, -1).split('::');
  const [before, after] = [left.split(':'), right?.split(':') ?? []];
  const zeros = Array(8 - before.length - after.length).fill('0');
  return { width: 128, value: sum([...before, ...zeros, ...after], 16n) };
}
