// Where the admin stands: what its own connection already shows about the policy, before any rule is read. Pure.
import type { Check } from 'bus-integration-database';
import { isSocketDirectory, type PinnedAddress } from '../../connection/network/dial.ts';
import type { ListenerFacts } from './listener-facts.ts';
import { difference, networkOf, numberOf, type Range, type Ranges } from './matching/ranges.ts';
import { loopback, networksKey, type Policy, policyKey, policyText, privateNetworks } from './policy/policy.ts';

export interface Standpoint {
  readonly pinned: PinnedAddress;
  readonly hasTls: boolean;
  readonly facts: Pick<ListenerFacts, 'serverAddress' | 'serverPort' | 'clientAddress'>;
}

/** The first check: which policy is held to, from where that is looked at, and the one key to set when it can't hold. */
export function judgeStandpoint(standpoint: Standpoint, policy: Policy): Check {
  const { facts } = standpoint;
  const remedy = remedyOf(standpoint, policy);
  const from = facts.clientAddress === null ? '' : `the admin comes from ${facts.clientAddress}`;
  const mapping = mappingText(standpoint);
  const why = [remedy === undefined ? '' : `the policy can't hold: ${from}${remedy.because}`, mapping].filter(
    (text) => text !== '',
  );
  return {
    id: 'policy',
    kind: 'listener-policy',
    result: remedy === undefined ? 'info' : 'fail',
    seen: policyText(policy),
    ...(why.length > 0 && { why: why.join('; ') }),
    ...(remedy !== undefined && { remedy: `set ${remedy.key}` }),
  };
}

/** That something stands between: then "from here" and "from the server's own host" are two things. */
function isMapped({ pinned, facts }: Standpoint): boolean {
  if (facts.serverAddress === null || isSocketDirectory(pinned.address)) return false;
  return facts.serverPort !== pinned.port || numberOf(facts.serverAddress) !== numberOf(pinned.address);
}

function mappingText(standpoint: Standpoint): string {
  const { pinned, facts } = standpoint;
  if (!isMapped(standpoint)) return '';
  const dialled = `${pinned.address}:${pinned.port}`;
  return `${dialled} was dialled and the server says ${facts.serverAddress}:${facts.serverPort}: a port map, proxy or pooler stands between, and who is allowed to connect can't be seen from here`;
}

function remedyOf(standpoint: Standpoint, policy: Policy): { because: string; key: string } | undefined {
  const { facts, hasTls } = standpoint;
  const { clientAddress, serverAddress } = facts;
  if (clientAddress === null || clientAddress === serverAddress || isIn(clientAddress, loopback)) return undefined;
  if (policy.name === 'tls' && !hasTls) {
    return {
      because: ' over the network without TLS',
      key: `sslmode=verify-full in the admin DSN, or ${policyKey}=external where something else protects that way`,
    };
  }
  if (isIn(clientAddress, policy.allowed)) return undefined;
  const isPrivate = isIn(clientAddress, privateNetworks.map(networkOf) as Range[]);
  if (policy.name === 'loopback' && isPrivate) return { because: ', another host', key: `${policyKey}=private` };
  if (policy.hasOwnNetworks) {
    const own = `${clientAddress}/${clientAddress.includes(':') ? 128 : 32}`;
    const key = `${networksKey}=${[...policy.networks, own].join(',')}`;
    return { because: `, which is in none of ${policy.networks.join(', ')}`, key };
  }
  return { because: ', a public address', key: `${policyKey}=${hasTls ? 'tls' : 'external'}` };
}

function isIn(address: string, ranges: Ranges): boolean {
  const place = numberOf(address);
  return place !== undefined && difference([{ first: place, last: place }], ranges).length === 0;
}
