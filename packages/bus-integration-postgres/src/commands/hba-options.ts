// The command line of `hba`: what a person says of a client becomes what rules are matched against. Opens nothing.
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { lineBreakFault, printable, readList } from 'bus-integration-database';
import { numericAddress } from '../hba/address.ts';
import type { HbaClient } from '../hba/client.ts';
import { parseProblem } from './parse-problem.ts';

export interface HbaWish {
  /** Without memberOf where it was not said: the server knows it then. */
  readonly client: Omit<HbaClient, 'memberOf'> & { readonly memberOf?: readonly string[] };
  readonly file?: string;
  readonly majorVersion?: number;
}

/** What was asked, or what is wrong with it in one line. */
export function readHbaWish(argv: readonly string[]): HbaWish | { readonly problem: string } {
  try {
    return wishOf(argv);
  } catch (error) {
    if (error instanceof UsageProblem) return { problem: error.message };
    if (error instanceof TypeError && 'code' in error) return { problem: parseProblem(error.message, options) };
    throw error;
  }
}

class UsageProblem extends Error {}

const options = {
  user: { type: 'string' },
  database: { type: 'string' },
  address: { type: 'string' },
  unix: { type: 'boolean' },
  tls: { type: 'boolean' },
  gss: { type: 'boolean' },
  replication: { type: 'string' },
  'member-of': { type: 'string', multiple: true },
  'server-address': { type: 'string', multiple: true },
  file: { type: 'string' },
  major: { type: 'string' },
} as const;

function wishOf(argv: readonly string[]): HbaWish {
  const { values } = parseArgs({
    args: [...argv],
    options,
  });
  const { user, address, unix: isUnix = false, tls = false, gss = false, file, major } = values;
  const replication = replicationOf(values.replication ?? 'none');
  const database = values.database ?? (replication === 'physical' ? '' : undefined);
  if (user === undefined || user === '') throw new UsageProblem('--user is missing');
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
  if (major !== undefined && !/^1[4-8]$/.test(major)) throw new UsageProblem('--major takes 14 to 18');
  const memberOf = listOf('--member-of', values['member-of']);
  const serverAddresses = listOf('--server-address', values['server-address']);
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

function replicationOf(text: string): HbaClient['replication'] {
  if (text === 'none' || text === 'physical' || text === 'logical') return text;
  throw new UsageProblem('--replication takes none, physical or logical');
}

function listOf(flag: string, given: readonly string[] | undefined): readonly string[] | undefined {
  return given?.flatMap((text) => {
    const { items, fault } = readList(text);
    if (fault !== undefined) throw new UsageProblem(`${flag} ${fault.seen}`);
    return items;
  });
}
