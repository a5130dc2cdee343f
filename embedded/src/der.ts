// The few forms of DER that a certificate is written in (ITU-T X.690); it reads nothing.

/** One element: its tag, the length of its content, its content. */
function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const digits: number[] = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  const length = body.length < 128 ? [body.length] : [0x80 + digits.length, ...digits];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

export const sequence = (...items: readonly Uint8Array[]) => element(0x30, ...items);
export const set = (...items: readonly Uint8Array[]) => element(0x31, ...items);
export const octets = (content: Uint8Array) => element(0x04, content);
export const boolean = (value: boolean) => element(0x01, Buffer.from([value ? 0xff : 0]));
export const text = (value: string) => element(0x0c, Buffer.from(value, 'utf8'));
/** A string of bits, of which the last byte leaves some unused. */
export const bits = (content: Uint8Array, unused = 0) => element(0x03, Buffer.from([unused]), content);
/** An element of the surrounding structure's own numbering. */
export const tagged = (number: number, ...content: readonly Uint8Array[]) => element(0xa0 + number, ...content);
/** The same for an element that holds bytes, not elements. */
export const taggedBytes = (number: number, content: Uint8Array) => element(0x80 + number, content);

/** A number that isn't negative, from its bytes, highest first. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? Buffer.from([0]) : bytes.subarray(start);
  return element(0x02, Buffer.from((digits[0] ?? 0) >= 0x80 ? [0] : []), digits);
}

/** An object identifier from its dotted form: `2.5.4.3`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** A moment, in the two-digit form up to 2049 and the four-digit one afterwards, as RFC 5280 demands. */
export function time(moment: Date): Buffer {
  const digits = `${moment.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  const isShort = moment.getUTCFullYear() >= 1950 && moment.getUTCFullYear() < 2050;
  return isShort ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits));
}

function base128(value: number): readonly number[] {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) + 128);
  return digits;
}
