// Sets of addresses as ranges on one line: first IPv4, then, behind a gap, IPv6. Exact; knows no policy and no rule.
import { isIPv4 } from 'node:net';
import { addressText, isAddress6, numericAddress } from '../../../hba/rules/address.ts';

/** Both ends belong to it. A list of ranges is sorted, and no two of it touch. */
export interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

export type Ranges = readonly Range[];

// The gap keeps the last IPv4 address from touching the first IPv6 one.
const start6 = 1n << 40n;

export const all4: Range = { first: 0n, last: (1n << 32n) - 1n };
export const all6: Range = { first: start6, last: start6 + (1n << 128n) - 1n };
export const everyAddress: Ranges = [all4, all6];

/**
 * An address's place on the line; undefined for what is no address.
 *
 * @example
 * placeOf('10.0.0.1'); // 167772161n
 */
export function numberOf(address: string): bigint | undefined {
  const numeric = isIPv4(address) || isAddress6(address) ? numericAddress(address) : undefined;
  return numeric && numeric.value + (numeric.width === 32 ? 0n : start6);
}

/** The network that `10.0.0.0/8`, or an address alone, names; undefined for anything else. */
export function networkOf(text: string): Range | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const place = numberOf(address);
  if (place === undefined || rest.length > 0) return undefined;
  const width = place < start6 ? 32 : 128;
  const length = prefix === undefined ? width : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (length < 0 || length > width) return undefined;
  const base = width === 32 ? 0n : start6;
  const size = 1n << BigInt(width - length);
  const first = base + ((place - base) / size) * size;
  return { first, last: first + size - 1n };
}

/** The union of ranges in any order. */
export function union(...lists: readonly Ranges[]): Ranges {
  const sorted = lists.flat().sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const joined: Range[] = [];
  for (const range of sorted) {
    const before = joined.at(-1);
    if (before === undefined || range.first > before.last + 1n) joined.push(range);
    else if (range.last > before.last) joined[joined.length - 1] = { first: before.first, last: range.last };
  }
  return joined;
}

/** What is in both. */
export function intersection(one: Ranges, other: Ranges): Ranges {
  return other.flatMap((range) =>
    one.slice(...touched(one, range)).map(({ first, last }) => ({
      first: isIn(range, first) ? first : range.first,
      last: isIn(range, last) ? last : range.last,
    })),
  );
}

/** What is in the first and not in the second. */
export function difference(from: Ranges, taken: Ranges): Ranges {
  return from.flatMap((range) => {
    const left: Range[] = [];
    let { first } = range;
    for (const piece of taken.slice(...touched(taken, range))) {
      if (piece.first > first) left.push({ first, last: piece.first - 1n });
      first = piece.last + 1n;
    }
    return first <= range.last ? [...left, { first, last: range.last }] : left;
  });
}

function isIn({ first, last }: Range, place: bigint): boolean {
  return first <= place && place <= last;
}

/** Adds a range to a list in place: for lists that grow by thousands. */
export function insert(list: Range[], range: Range): void {
  const [begin, end] = touched(list, { first: range.first - 1n, last: range.last + 1n });
  const [low, high] = [list[begin], list[end - 1]];
  const joined = {
    first: begin < end && low !== undefined && low.first < range.first ? low.first : range.first,
    last: begin < end && high !== undefined && high.last > range.last ? high.last : range.last,
  };
  list.splice(begin, end - begin, joined);
}

/** The fewest networks that hold exactly these ranges, as text: `['10.0.0.0/8', '::1/128']`. */
export function networksIn(ranges: Ranges): string[] {
  return ranges.flatMap((range) => {
    const networks: string[] = [];
    const [base, width] = range.first < start6 ? [0n, 32] : [start6, 128];
    for (let first = range.first - base; first <= range.last - base; ) {
      let bits = 0n;
      const fits = (size: bigint) => first % size === 0n && first + size - 1n <= range.last - base;
      while (bits < BigInt(width) && fits(1n << (bits + 1n))) bits += 1n;
      networks.push(`${addressText({ width, value: first })}/${width - Number(bits)}`);
      first += 1n << bits;
    }
    return networks;
  });
}

/** The address at a place of the line, as text. */
export function addressAt(place: bigint): string {
  return addressText(place < start6 ? { width: 32, value: place } : { width: 128, value: place - start6 });
}

/** From and to which index of a sorted list its ranges share an address with this one. */
function touched(list: Ranges, { first, last }: Range): [begin: number, end: number] {
  const begin = lowest(list, (range) => range.last >= first);
  let end = begin;
  while (end < list.length && (list[end] as Range).first <= last) end += 1;
  return [begin, end];
}

function lowest(list: Ranges, holds: (range: Range) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle] as Range)) high = middle;
    else low = middle + 1;
  }
  return low;
}
