// Whether the name that a connection was made by still leads to its address. Asks the resolver; connects to nothing.
import type { PinnedAddress, resolveAddress } from '../connection/network/dial.ts';
import { isSamePlace } from '../connection/session-place.ts';
import type { ConnectionTarget } from '../conninfo/target.ts';

/** For so long what was seen last is believed: a name's address, and that an unused connection was not cut silently. */
export const trustedMs = 1_000;
const longestLookupMs = 1_000;

/** Whether a target's name still leads to an address; asked once a second at most, and believed while nobody answers. */
export function createNameWatch(resolve: typeof resolveAddress) {
  const asked = new Map<
    string,
    { readonly at: number; readonly found: Promise<readonly PinnedAddress[] | undefined> }
  >();
  return async ({ addresses }: ConnectionTarget, pinned: PinnedAddress): Promise<boolean> => {
    const server = addresses.find(({ host, port }) => host === pinned.host && port === pinned.port);
    if (server === undefined) return false;
    const name = JSON.stringify([server.host, server.hostaddr, server.port]);
    let lookup = asked.get(name);
    if (lookup === undefined || performance.now() - lookup.at > trustedMs) {
      const found = resolve(server, AbortSignal.timeout(longestLookupMs)).catch(() => undefined);
      lookup = { at: performance.now(), found };
      asked.set(name, lookup);
    }
    return (await lookup.found)?.some((one) => isSamePlace(one, pinned)) ?? true;
  };
}
