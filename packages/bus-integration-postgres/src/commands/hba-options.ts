// The command line of `hba`: what a person says of a client becomes what rules are matched against. Opens nothing.
import { isIP } from 'node:net';
import { lineBreakFault, printable, readList } from 'bus-integration-database';
import type { FlagReading } from 'bus-integration-database/help';
import { numericAddress } from '../hba/rules/address.ts';
import type { HbaClient } from '../hba/rules/client.ts';

export interface HbaRequest {
  /** Without memberOf where it was not said: the server knows it then. */
  readonly client: Omit<HbaClient, 'memberOf'> & { readonly memberOf?: readonly string[] };
  readonly file?: string;
  readonly majorVersion?: number;
}

/** What was asked, or what is wrong with it in one line. */
export function readHbaRequest(flags: FlagReading): HbaRequest | { readonly problem: string } {
  try {
    return desiredOf(flags);
  } catch (error) {
    if (error instanceof UsageProblem) return { problem: error.message };
    throw error;
  }
}

class UsageProblem extends Error {}

function desiredOf({ has, last, all }: FlagReading): HbaRequest {
  const [user, address, file, major] = ['user', 'address', 'file', 'major'].map(last);
  const [isUnix, tls, gss] = [has('unix'), has('tls'), has('gss')];
  const replication = replications.find((one) => one === last('replication')) ?? 'none';
  const database = last('database') ?? (replication === 'physical' ? '' : undefined);
  if (user === undefined) throw new UsageProblem('--user is missing');
  if (database === undefined) throw new UsageProblem('--database is missing');
  for (const [flag, name] of [
    ['--user', user],
    ['--database', database],
  ] as const) {
    const fault = lineBreakFault(name);
    if (fault !== undefined) throw new UsageProblem(`${flag} ${printable(name)} ${fault}`);
  }
  if (isUnix === (address !== undefined)) throw new UsageProblem('one of --address and --unix is needed');
  if (isUnix && (tls || gss))
    throw new UsageProblem('--tls and --gss are for --address: a Unix-domain socket has neither');
  if (address !== undefined && isIP(address) === 0)
    throw new UsageProblem('--address takes a numeric address, not a name');
  if (major !== undefined && file === undefined) throw new UsageProblem('--major is for --file: a server says its own');
  const memberOf = listOf('member-of', all);
  const serverAddresses = listOf('server-address', all);
  if (serverAddresses?.some((text) => numericAddress(text.split('/')[0] ?? '') === undefined)) {
    throw new UsageProblem('--server-address takes numeric addresses, as 10.0.3.7/24');
  }
  return {
    client: {
      user,
      database,
      transport: isUnix ? 'unix' : 'tcp',
      ...(address !== undefined && { address }),
      tls,
      gss,
      replication,
      ...(memberOf !== undefined && { memberOf }),
      ...(serverAddresses !== undefined && { serverAddresses }),
    },
    ...(file !== undefined && { file }),
    ...(major !== undefined && { majorVersion: Number(major) }),
  };
}

const replications = ['physical', 'logical'] as const;

function listOf(name: string, all: FlagReading['all']): readonly string[] | undefined {
  const items = all(name).flatMap((text) => {
    const list = readList(text);
    if (list.fault !== undefined) throw new UsageProblem(`--${name} ${list.fault.seen}`);
    return list.items;
  });
  return all(name).length === 0 ? undefined : items;
}
