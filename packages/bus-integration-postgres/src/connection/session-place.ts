// What tells one server, or one kind of connection, from another. Pure.
import { Secret } from 'bus-integration-database';
import type { ConnectionTarget } from '../conninfo/target.ts';
import type { PinnedAddress } from './network/dial.ts';

export function dialledBy({ addresses }: ConnectionTarget): string {
  return JSON.stringify(addresses.map(({ host, hostaddr, port }) => [hostaddr ?? host, port]));
}

export function serverKeyOf({ address, port }: PinnedAddress): string {
  return JSON.stringify([[address, port]]);
}

/** What was dialled too: a server may be known by several names. */
export function isSamePlace(one: PinnedAddress, other: PinnedAddress): boolean {
  return one.host === other.host && isSameServer(one, other);
}

/** Whether two connections went to one and the same server, whatever it was called. */
export function isSameServer(
  one: Pick<PinnedAddress, 'address' | 'port'>,
  other: Pick<PinnedAddress, 'address' | 'port'>,
): boolean {
  return one.address === other.address && one.port === other.port;
}

/** As JSON, secrets included: what differs in a password only is not the same. */
export function revealed(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, shown) {
    const real = this[key];
    return real instanceof Secret ? real.reveal() : shown;
  });
}
