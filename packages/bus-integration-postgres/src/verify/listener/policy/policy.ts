// Who may reach the server, as the operator said it or as the default has it. Pure; judges nothing.
import type { Listener, ListenerPolicy } from 'bus-integration-database';
import { everyAddress, networkOf, type Range, type Ranges, union } from '../matching/ranges.ts';

export const policyKey = 'BUS_DATABASE_LISTENER_POLICY';
export const networksKey = 'BUS_DATABASE_LISTENER_NETWORKS';

export interface Policy {
  readonly name: ListenerPolicy;
  /** Set by the operator, by either key: then it is strict, else a floor. */
  readonly isExplicit: boolean;
  /** The listed networks, or the private ones where none are listed. */
  readonly networks: readonly string[];
  readonly hasOwnNetworks: boolean;
  /** Every address from which the server may be reached, its own host's among them. */
  readonly allowed: Ranges;
  /** How bad it is that data crosses the network in plain text. */
  readonly plainText: 'fail' | 'warn' | 'info';
}

// RFC 5735, RFC 4291: what never leaves a host.
export const loopback: Ranges = networks('127.0.0.0/8', '::1/128');

// RFC 1918, RFC 6598 (carriers and clouds), RFC 4193.
export const privateNetworks = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'] as const;

/**
 * The policy of a deployment.
 *
 * @param sslmode what services connect with: under `external` it says whether plain text must be refused
 * @example
 * policyOf({ listenerPolicy: 'tls' }, 'verify-full').plainText; // 'fail'
 */
export function policyOf({ listenerPolicy, listenerNetworks }: Listener, sslmode: string | undefined): Policy {
  const name = listenerPolicy ?? 'private';
  const isExplicit = listenerPolicy !== undefined || listenerNetworks !== undefined;
  const listed = listenerNetworks ?? privateNetworks;
  const allowed = {
    loopback,
    private: union(loopback, networks(...listed)),
    tls: everyAddress,
    external: everyAddress,
  };
  return {
    name,
    isExplicit,
    networks: listed,
    hasOwnNetworks: listenerNetworks !== undefined,
    allowed: allowed[name],
    plainText: plainTextIn(name, isExplicit, sslmode),
  };
}

/** As a person reads it: `private (default): its own host, and 10.0.0.0/8 …`. */
export function policyText({ name, isExplicit, networks: listed, hasOwnNetworks }: Policy): string {
  const said = isExplicit ? name : `${name} (default)`;
  const meaning = {
    loopback: 'only its own host may reach the server',
    private: `its own host and ${hasOwnNetworks ? '' : 'private addresses, '}${listed.join(', ')}, may reach the server`,
    tls: 'anybody may reach the server, by TLS with SCRAM or certificates only',
    external: 'others guard the network; SCRAM is what the server must ask for',
  };
  return `${said}: ${meaning[name]}`;
}

function plainTextIn(name: ListenerPolicy, isExplicit: boolean, sslmode = 'prefer'): Policy['plainText'] {
  if (name === 'external') return ['require', 'verify-ca', 'verify-full'].includes(sslmode) ? 'fail' : 'info';
  return isExplicit || name === 'tls' ? 'fail' : 'warn';
}

function networks(...texts: readonly string[]): Ranges {
  return union(texts.map(networkOf).filter((range): range is Range => range !== undefined));
}
