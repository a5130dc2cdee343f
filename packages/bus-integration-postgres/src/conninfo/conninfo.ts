// What libpq adds to a connection string when it connects: service, PG* variables, defaults, TLS files, passwords.
// Reads files and gives plain values; connects to nothing, looks no name up, and refuses what we don't support.
import { join, resolve } from 'node:path';
import { lineBreakFault, Secret } from 'bus-integration-database';
import type { ConnectionKeyword } from '../dsn/keywords.ts';
import { findPassword, readPasswordFile } from './passfile.ts';
import { readRequireAuth } from './require-auth.ts';
import { findDefaultHost, type HostAddress, isSocketDirectory, listAddresses, usesSocket } from './server-addresses.ts';
import type { LibpqEnvironment } from './settings/libpq-environment.ts';
import { type ConnectionSettings, integerOf, settingError, textOf, wordOf } from './settings/setting.ts';
import { gatherSettings } from './settings/setting-sources.ts';
import type { ConnectionTarget, ServerAddress } from './target.ts';
import { readTlsSettings } from './tls-settings.ts';

export type { LibpqEnvironment } from './settings/libpq-environment.ts';

const sessionAttributes = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
/** The longest that a timer of Node counts. */
const longestTimeoutMs = 2 ** 31 - 1;

/**
 * Gives where and how libpq 18 would connect with `parameters` (from parseDsn) in this environment; throws an
 * `invalid-request` OperationError that names the keyword and its source for what is wrong or not supported.
 * A database name is never taken for a connection string, as PQconnectdb does not either.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 *
 * @example
 * const target = await resolveDsn(parseDsn('service=app'), { env: {}, homeDirectory: '/home/ann', osUser: 'ann', cwd: '/' });
 * target.addresses; // [{ host: 'db.example', port: 5432, password: *** }]
 */
export async function resolveDsn(
  parameters: Readonly<Record<string, string>>,
  environment: LibpqEnvironment,
): Promise<ConnectionTarget> {
  const settings = await gatherSettings(parameters, environment);
  const defaultHost = await findDefaultHost(environment);
  const addresses = listAddresses(settings, defaultHost);
  refuseUnsupported(settings, addresses);
  const user = textOf(settings, 'user') ?? environment.osUser;
  if (user === '') throw settingError(settings, 'user', 'is missing, and who runs this has no name either');
  const database = textOf(settings, 'dbname') ?? user;
  refuseLineBreaks(settings);
  const requireAuth = readRequireAuth(settings);
  const timeoutSeconds = integerOf(settings, 'connect_timeout') ?? 0;
  const options = textOf(settings, 'options');
  const saidMode = textOf(settings, 'sslmode');
  const saidRoot = textOf(settings, 'sslrootcert');
  const tls = await readTlsSettings(settings, environment, !addresses.every(usesSocket));
  if (tls.sslmode === 'verify-full') refuseNamelessHosts(settings);
  const passwords = await findPasswords(settings, environment, { addresses, defaultHost, user, database });
  return {
    addresses: passwords.addresses.map(asDialled),
    user,
    database,
    ...tls,
    said: {
      ...(saidMode !== undefined && { sslmode: saidMode }),
      ...(saidRoot !== undefined && { sslrootcert: saidRoot }),
    },
    channelBinding: wordOf(settings, 'channel_binding', ['disable', 'prefer', 'require'], 'prefer'),
    ...(requireAuth !== undefined && { requireAuth }),
    // 1 means one second since libpq 17; it meant two before. 0 and less mean no limit.
    ...(timeoutSeconds > 0 && { connectTimeoutMs: Math.min(timeoutSeconds * 1000, longestTimeoutMs) }),
    targetSessionAttrs: wordOf(settings, 'target_session_attrs', sessionAttributes, 'any'),
    loadBalanceHosts: wordOf(settings, 'load_balance_hosts', ['disable', 'random'], 'disable'),
    ...(options !== undefined && { options }),
    warnings: [...tls.warnings, ...passwords.warnings],
  };
}

/** No name that is declared has one either; and what a broken line leaves in a name may be a piece of the password. */
function refuseLineBreaks(settings: ConnectionSettings): void {
  for (const keyword of ['user', 'dbname'] as const) {
    const fault = lineBreakFault(textOf(settings, keyword) ?? '');
    if (fault !== undefined)
      throw settingError(settings, keyword, fault, `write ${keyword} without a line break, each name on one line`);
  }
}

// Left alone, because they change nothing for us: application_name, client_encoding and keepalives (our connections set
// their own), sslcompression (gone from servers), krbsrvname, gsslib and gssdelegation (only GSSAPI asks for them).
function refuseUnsupported(settings: ConnectionSettings, addresses: readonly HostAddress[]): void {
  const refuse = (keyword: ConnectionKeyword, why: string) => {
    throw settingError(settings, keyword, `is not supported: ${why}`);
  };
  if (wordOf(settings, 'gssencmode', ['disable', 'prefer', 'require'], 'disable') === 'require') {
    refuse('gssencmode', 'GSSAPI encryption is not built in; use TLS with sslmode');
  }
  for (const keyword of ['oauth_issuer', 'oauth_client_id', 'oauth_client_secret', 'oauth_scope'] as const) {
    if (textOf(settings, keyword) !== undefined) refuse(keyword, 'OAuth logins are not built in');
  }
  for (const keyword of ['scram_client_key', 'scram_server_key'] as const) {
    if (textOf(settings, keyword) !== undefined) refuse(keyword, 'give the password itself');
  }
  if (textOf(settings, 'sslcrldir') !== undefined) refuse('sslcrldir', 'name one file with sslcrl');
  if (textOf(settings, 'sslkeylogfile') !== undefined) refuse('sslkeylogfile', 'session keys are never written down');
  if (textOf(settings, 'requirepeer') !== undefined && addresses.some(usesSocket)) {
    refuse('requirepeer', "the owner of a socket's other end can't be seen here");
  }
  const replication = textOf(settings, 'replication') ?? 'false';
  if (!['false', 'off', 'no', '0'].includes(replication)) refuse('replication', 'only ordinary sessions are opened');
  for (const keyword of ['keepalives', 'keepalives_idle', 'keepalives_interval', 'keepalives_count'] as const) {
    integerOf(settings, keyword);
  }
  integerOf(settings, 'tcp_user_timeout');
  refuseNewProtocol(settings);
}

/** We speak protocol 3.0, which every server does; only a demand for more can't be met. */
function refuseNewProtocol(settings: ConnectionSettings): void {
  const versions = ['3.0', '3.2', 'latest'] as const;
  wordOf(settings, 'max_protocol_version', versions, undefined);
  if (wordOf(settings, 'min_protocol_version', versions, '3.0') !== '3.0') {
    throw settingError(settings, 'min_protocol_version', 'above 3.0 is not supported');
  }
}

/**
 * Where hostaddr is given it is dialled, even if host is a directory: then nothing may take it for a Unix-domain socket.
 * In a password file the directory has named the server before this.
 */
function asDialled(address: ServerAddress): ServerAddress {
  const { host, hostaddr } = address;
  return hostaddr !== undefined && isSocketDirectory(host) ? { ...address, host: hostaddr } : address;
}

/** A certificate is checked against the name; neither an address in hostaddr nor a directory is one. */
function refuseNamelessHosts(settings: ConnectionSettings): void {
  const hosts = textOf(settings, 'host')?.split(',') ?? [];
  const hostaddrs = textOf(settings, 'hostaddr')?.split(',') ?? [];
  const isNameless = (host = '') => host === '' || isSocketDirectory(host);
  if (hostaddrs.some((hostaddr, index) => hostaddr !== '' && isNameless(hosts[index]))) {
    throw settingError(settings, 'hostaddr', 'without a name in host gives sslmode verify-full nothing to check');
  }
}

interface LoginAddress {
  readonly addresses: readonly HostAddress[];
  readonly defaultHost: string;
  readonly user: string;
  readonly database: string;
}

/** One password for all servers if one is given, else the password file's for each. */
async function findPasswords(
  settings: ConnectionSettings,
  { cwd, homeDirectory }: LibpqEnvironment,
  { addresses, defaultHost, user, database }: LoginAddress,
): Promise<Pick<ConnectionTarget, 'addresses' | 'warnings'>> {
  const given = textOf(settings, 'password');
  if (given !== undefined) {
    const password = new Secret(given);
    return { addresses: addresses.map((address) => ({ ...address, password })), warnings: [] };
  }
  const named = textOf(settings, 'passfile');
  const path = named === undefined ? join(homeDirectory, '.pgpass') : resolve(cwd, named);
  const file = await readPasswordFile(path, { isNamed: named !== undefined });
  return {
    addresses: addresses.map((address) => {
      // The usual socket directory goes by the name of localhost in a password file.
      const host = address.host === defaultHost ? 'localhost' : address.host;
      const password = findPassword(file, [host, `${address.port}`, database, user]);
      return { ...address, ...(password !== undefined && { password }) };
    }),
    warnings: file.warning === undefined ? [] : [file.warning],
  };
}
