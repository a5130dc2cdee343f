// The block of pg_hba.conf that holds a deployment's policy. Pure: it edits no file and asks no server.
import type { OutputConnection } from 'bus-integration-database';
import type { Policy } from './policy.ts';
import { hbaLineText, hbaWord } from './rule-remedy.ts';

export interface HbaBlock {
  readonly deploymentId: string;
  readonly logins: readonly Pick<OutputConnection, 'database' | 'role'>[];
  /** Enters the deployment's databases too, and the ones it works from. */
  readonly admin: { readonly user: string; readonly databases: readonly string[] };
  readonly policy: Policy;
  /** Of the server; from 16 on the block can be a file of its own. */
  readonly majorVersion: number;
}

/**
 * The lines for who may log in to the deployment's databases, and from where; whoever else comes over TCP is refused.
 *
 * @example
 * process.stdout.write(renderHba({ deploymentId: 'example-dev', logins, admin, policy, majorVersion: 18 }));
 */
export function renderHba(block: HbaBlock): string {
  const { policy, admin, logins, majorVersion } = block;
  const name = (text: string) => hbaName(text, majorVersion);
  const databases = [...new Set(logins.map(({ database }) => database))];
  const adminHolder = { users: [admin.user], databases: [...new Set([...admin.databases, ...databases])] };
  const places = [
    { type: 'local' },
    ...['127.0.0.1/32', '::1/128'].map((address) => ({ type: 'host', address })),
    ...networksOf(policy).map((address) => ({ type: policy.plainText === 'fail' ? 'hostssl' : 'host', address })),
  ];
  const linesOf = (holder: Holder, from: readonly { type: string; address?: string }[]) =>
    from.map((place) =>
      hbaLineText({
        ...place,
        databases: holder.databases.map(name).join(','),
        users: holder.users.map(name).join(','),
        method: 'scram-sha-256',
      }),
    );
  const lines = [
    ...holdersOf(logins).flatMap((holder) => linesOf(holder, places)),
    // On the socket an admin may be known by peer, which a password's line would shut out.
    ...linesOf(adminHolder, places.slice(1)),
  ];
  const closing = hbaLineText({
    type: 'host',
    databases: databases.map(name).join(','),
    users: 'all',
    address: 'all',
    method: 'reject',
  });
  return [
    ...headOf(block),
    ...lines,
    '# Nobody else enters these databases over TCP; sockets go on to the rules below.',
    closing,
    '',
  ].join('\n');
}

function headOf({ deploymentId, policy, majorVersion }: HbaBlock): string[] {
  const file = `bus-${deploymentId}.conf`;
  const place =
    majorVersion >= 16
      ? [
          `# Save as ${file} beside pg_hba.conf, with this as the first line of pg_hba.conf that is not a comment:`,
          `#   include ${file}`,
        ]
      : ['# Put these lines above all others in pg_hba.conf: the first one that fits a client decides.'];
  const isPlain = policy.plainText !== 'fail' && networksOf(policy).length > 0;
  return [
    `# Deployment ${deploymentId}: who may log in to its databases, under the policy ${policy.name}.`,
    ...place,
    '# Then: SELECT pg_reload_conf(), and see that pg_hba_file_rules shows no error.',
    ...(isPlain ? ['# Once the server speaks TLS, write hostssl for host in the lines of the networks.'] : []),
    ...(policy.plainText === 'fail' && networksOf(policy).length > 0
      ? ['# hostssl lines are met only while ssl = on.']
      : []),
  ];
}

interface Holder {
  readonly users: string[];
  readonly databases: readonly string[];
}

/** Roles that log in to the same databases share their lines. */
function holdersOf(logins: readonly Pick<OutputConnection, 'database' | 'role'>[]): Holder[] {
  const databasesOf = new Map<string, string[]>();
  for (const { role, database } of logins) databasesOf.set(role, [...(databasesOf.get(role) ?? []), database]);
  const holders = new Map<string, Holder>();
  for (const [role, databases] of databasesOf) {
    const key = JSON.stringify(databases);
    const known = holders.get(key);
    if (known === undefined) holders.set(key, { users: [role], databases });
    else known.users.push(role);
  }
  return [...holders.values()];
}

function networksOf({ name, networks }: Policy): readonly string[] {
  if (name === 'loopback') return [];
  return name === 'private' ? networks : ['0.0.0.0/0', '::/0'];
}

// From 16 on what begins with a slash is a regular expression, in quotation marks too.
function hbaName(name: string, majorVersion: number): string {
  if (majorVersion < 16 || !name.startsWith('/')) return hbaWord(name);
  return hbaWord(`/^${name.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')}$`);
}
