// A client as the server sees it when it chooses a pg_hba rule, and what is known of the server's own addresses.
import { type Address, type HbaNetwork, interfaceNetwork, numericAddress } from './address.ts';

export interface HbaClient {
  readonly user: string;
  /** Means nothing where `replication` is `physical`. */
  readonly database: string;
  readonly transport: 'unix' | 'tcp';
  /** The address that the server sees, numeric; only `tcp` has one. */
  readonly address?: string;
  readonly tls: boolean;
  /** Encrypted by GSSAPI. Default: false. */
  readonly gss?: boolean;
  /** `replication=true` in the connection string is `physical`, `replication=database` is `logical`. */
  readonly replication: 'none' | 'physical' | 'logical';
  /** Every role that the user is a member of, directly or not; being a superuser makes a member of none. */
  readonly memberOf: readonly string[];
  /** False: the server has no role of that name, so it is not even a member of itself. Default: true. */
  readonly exists?: boolean;
  /** All addresses of the server's interfaces, as `10.0.3.7/24`; the loopback ones need no mention. */
  readonly serverAddresses?: readonly string[];
}

/** The client as rules are tried on it; made once for all of them. */
export interface HbaSubject extends HbaClient {
  readonly groups: ReadonlySet<string>;
  readonly numeric: Address | undefined;
  readonly interfaces: readonly Interface[] | undefined;
  /** Takes a word that was perhaps quoted for the keyword that it most likely is. */
  readonly guesses?: true;
}

interface Interface {
  readonly network: HbaNetwork;
  readonly hasPrefix: boolean;
}

export function hbaSubject(client: HbaClient): HbaSubject {
  const exists = client.exists !== false;
  return {
    ...client,
    groups: new Set(exists ? [client.user, ...client.memberOf] : []),
    numeric: client.address === undefined ? undefined : numericAddress(client.address),
    interfaces: client.serverAddresses?.flatMap((text) => interfaceNetwork(text) ?? []),
  };
}
