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

export const hbaHelp = `bus-integration-postgres hba: which line of pg_hba.conf a client would meet, and why none above it.

usage: bus-integration-postgres hba --user U --database D (--address A | --unix) [flags]

  --user U             the role that logs in
  --database D         the database; not needed with --replication physical
  --address A          the client's address as the server sees it: numeric, IPv4 or IPv6
  --unix               over the Unix-domain socket instead
  --tls                over TLS
  --gss                encrypted by GSSAPI
  --replication KIND   none (default), physical (replication=true) or logical (replication=database)
  --member-of G,…      the groups that U is in, directly or not; asked of the server when there is one
  --server-address A,… the server's own addresses as 10.0.3.7/24, for samehost and samenet
  --file F             read this file and what it includes, and ask no server
  --major N            with --file: the server's major version, 14 to 18 (default)
  -f, --format FORMAT  text (default) or json
  -o, --output FILE    write the result to FILE (0600) instead of stdout

Without --file the rules are the server's own: BUS_POSTGRES_ADMIN_DSN_FILE or BUS_POSTGRES_ADMIN_DSN says which server.
Nobody is logged in and nothing is changed.

exit status: 0 the answer is certain, a match or that no line matches; 1 it is not, or the rules can't be read;
             2 wrong usage

  bus-integration-postgres hba --user app --database shop --address 10.1.2.3 --tls
  bus-integration-postgres hba --user app --database shop --unix --file /etc/postgresql/17/main/pg_hba.conf --major 17
`;

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
