// What a DSN file says beside the password: where services dial, and how safely. Pure.
import { isAbsolute } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Endpoint, type FileReading, OperationError, printable, Secret } from 'bus-integration-database';
import { formatDsnUri } from '../dsn/dsn.ts';
import { readDsn } from '../dsn/slip.ts';
import type { ServiceAddress } from './service-address.ts';
import { withWholePaths } from './service-parameters.ts';
import type { ConnectionTarget } from './target.ts';

/** What the configuration says of the DSN files; the rest is what the admin's own connection shows. */
export interface DesiredService {
  readonly target: Pick<ConnectionTarget, 'addresses' | 'said' | 'sslmode' | 'loadBalanceHosts'>;
  readonly service: ServiceAddress;
  /** Makes a path absolute. */
  readonly absolute: (path: string) => string;
}

/** What the admin's own connection shows. */
export interface Reached {
  readonly host: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  /** The server's setting `ssl`. */
  readonly hasSsl: boolean;
}

const strictModes = ['require', 'verify-ca', 'verify-full'];

/**
 * The part of a DSN file that follows the configuration: never the admin's certificates, password file or options, and
 * nothing that a common driver fails at unless it was asked for.
 */
export function endpointOf(options: DesiredService, reached: Reached): Endpoint {
  const { service, target } = options;
  const servers = serversOf(options, reached);
  const host = servers.map((server) => server.host).join(',');
  const sslmode = service.sslmode ?? impliedMode(options, reached, isSocket({ host }));
  // Beside a mode that is only implied, the admin's own would have services check more than was shown to hold.
  const isAsked = strictModes.includes(demandedMode(options)) || target.said?.sslrootcert === 'system';
  const saysRoot = service.sslrootcert ?? (isAsked ? target.said?.sslrootcert : undefined);
  const root = strictModes.includes(sslmode) ? saysRoot : undefined;
  return {
    host,
    port: servers.map(({ port }) => port).join(','),
    sslmode,
    ...(root !== undefined && { sslrootcert: root === 'system' ? root : options.absolute(root) }),
    ...withWholePaths(service.parameters ?? {}, options.absolute),
  };
}

function serversOf({ service, target }: DesiredService, reached: Reached): { host: string; port: number }[] {
  const port = service.port ?? target.addresses[0]?.port ?? reached.port;
  if (service.host !== undefined) return service.host.split(',').map((host) => ({ host, port }));
  // Where hosts are drawn by lot, the file must not change with every draw.
  const { host, port: own } = (target.loadBalanceHosts === 'random' ? target.addresses[0] : undefined) ?? reached;
  return [{ host, port: service.port ?? own }];
}

/** Never one that tries first and then goes on without: `pg` and `lib/pq` refuse those, and services must not differ. */
function impliedMode({ service, target }: DesiredService, reached: Reached, isSocket: boolean): string {
  if (isSocket) return 'disable';
  const said = target.said?.sslmode;
  if (said !== undefined && strictModes.includes(said)) return said;
  if ((service.sslrootcert ?? target.said?.sslrootcert) === 'system') return 'verify-full';
  if (service.sslrootcert !== undefined) return 'require';
  if (said === 'disable') return 'disable';
  // These connections tried no TLS, so they show nothing of it.
  const isBlind = said === 'allow' || isSocketHost(reached.host);
  return reached.isEncrypted || (isBlind && reached.hasSsl) ? 'require' : 'disable';
}

/** What the operator demands: an sslmode that only follows from what was seen demands nothing of the server. */
export function demandedMode({ service, target }: DesiredService): string {
  return service.sslmode ?? target.said?.sslmode ?? target.sslmode;
}

/** Whether services would dial a Unix-domain socket, which only processes of this host can. */
export function isSocket({ host = '' }: Endpoint): boolean {
  return isSocketHost(host);
}

function isSocketHost(host: string): boolean {
  return isAbsolute(host) || host.startsWith('@');
}

/** What has a key of its own, or stands in the file as what it is for. */
const own = ['host', 'port', 'sslmode', 'sslrootcert'];

/** Leads elsewhere than `host` says, reads or writes other files: never kept where the configuration doesn't name it. */
const unwanted = ['hostaddr', 'passfile', 'service', 'sslkeylogfile'];

/** What a file is to say: the configuration's part, and what an operator added to the file that is there. */
export function withAdded(endpoint: Endpoint, live: FileReading): Endpoint {
  if (live.state !== 'present') return endpoint;
  const servers = isAmong(endpoint, live.endpoint) ? serverPart(live.endpoint) : serverPart(endpoint);
  return { ...endpoint, ...servers, ...Object.fromEntries(addedTo(live.endpoint, endpoint)) };
}

function addedTo(found: Endpoint, endpoint: Endpoint): [string, string][] {
  return Object.entries(found).filter(
    ([keyword]) => ![...own, ...unwanted].includes(keyword) && !Object.hasOwn(endpoint, keyword),
  );
}

/** The keywords of a file that the configuration doesn't name. */
export function addedKeywords(found: Endpoint, endpoint: Endpoint): string[] {
  return addedTo(found, endpoint).map(([keyword]) => keyword);
}

/** The list of servers of a file, where it names others beside the one that is wanted, and is kept. */
export function addedHosts(found: Endpoint, endpoint: Endpoint): string | undefined {
  return !isSameList(found, endpoint) && isAmong(endpoint, found) ? serversIn(found).join(',') : undefined;
}

function serversIn({ host = '', port = '' }: Endpoint): string[] {
  const ports = port.split(',');
  return host.split(',').map((name, index) => `${name}:${ports[index] ?? ports[0]}`);
}

function isSameList(one: Endpoint, other: Endpoint): boolean {
  return isDeepStrictEqual(serverPart(one), serverPart(other));
}

function serverPart({ host = '', port = '' }: Endpoint): Endpoint {
  return { host, port };
}

/** Whether a file's list of servers holds the one that is wanted: whoever wrote the list knows the others. */
function isAmong({ host, port }: Endpoint, found: Endpoint): boolean {
  const hosts = found.host?.split(',') ?? [];
  const ports = found.port?.split(',') ?? [];
  return hosts.length > 1 && hosts.some((name, index) => name === host && (ports[index] ?? ports[0]) === port);
}

/** Whether a file leads to the server that files are to name. */
export function isWantedServer(wanted: Endpoint, { host, port = '5432' }: Endpoint): boolean {
  const found = { ...(host !== undefined && { host }), port };
  return isSameList(wanted, found) || isAmong(wanted, found);
}

/** What of a file's content may be shown: what an operator added may be secret, so only its keywords are. */
export function shownPart(content: Endpoint, configured: Endpoint): Endpoint {
  const entries = Object.entries(content);
  const known = entries.filter(([keyword]) => own.includes(keyword) || Object.hasOwn(configured, keyword));
  const others = entries.filter((entry) => !known.includes(entry)).map(([keyword]) => keyword);
  return { ...Object.fromEntries(known), ...(others.length > 0 && { others: others.sort().join(', ') }) };
}

/** The one line of a DSN file. */
export function formatDsn(content: { endpoint: Endpoint; database: string; user: string; password: string }): string {
  const { host = '', port = '', ...parameters } = content.endpoint;
  const ports = port.split(',');
  const servers = host.split(',').map((name, index) => ({ host: name, port: Number(ports[index] ?? ports[0]) }));
  const [first = { host: '', port: 0 }, ...others] = servers;
  return formatDsnUri({
    ...first,
    others,
    database: content.database,
    user: content.user,
    password: content.password,
    parameters,
  });
}

/** Reads a DSN file's line back; one that is for another role or database is broken, like one that is not a DSN. */
export function parseEndpoint(line: Secret, database: string, role: string): FileReading {
  let parameters: Record<string, string>;
  try {
    parameters = readDsn(line.reveal(), { role, database });
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const text = line.reveal().trim();
    // One of ours that was cut short holds nothing that could be lost.
    const isForeign = text !== '' && !text.startsWith(`postgresql://${encodeURIComponent(role)}`);
    return { state: 'broken', reason: 'it holds no DSN', ...(isForeign && { isForeign }) };
  }
  const { user, password, dbname, ...endpoint } = parameters;
  if (password === undefined || password === '') {
    const isForeign = (user ?? role) !== role || (dbname ?? database) !== database;
    return { state: 'broken', reason: 'it holds no password', ...(isForeign && { isForeign }) };
  }
  const holder = `${printable(user ?? '')}@${printable(dbname ?? '')}`;
  if (user !== role) return { state: 'broken', reason: 'it is for another role', holder };
  if (dbname !== database) return { state: 'broken', reason: 'it is for another database', holder };
  const isPortable = isWrittenLikeOurs(line.reveal(), { endpoint, database, user, password });
  return { state: 'present', endpoint, password: new Secret(password), ...(!isPortable && { hasOldForm: true }) };
}

/** Every part in the form that each client reads; parameters in any order. */
function isWrittenLikeOurs(line: string, content: Parameters<typeof formatDsn>[0]): boolean {
  try {
    const ours = formatDsn(content);
    return line === ours || sortedForm(line) === sortedForm(ours);
  } catch (error) {
    // No port, say: another form, then.
    if (error instanceof OperationError) return false;
    throw error;
  }
}

function sortedForm(uri: string): string {
  const [address = '', query = ''] = uri.split('?', 2);
  return [
    address,
    ...query
      .split('&')
      .map((pair) => decodeURIComponent(pair))
      .sort(),
  ].join('\n');
}
