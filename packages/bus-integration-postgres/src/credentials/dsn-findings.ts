// What is worth knowing of the DSN files' content: what some client will not read, what was assumed, what is kept. Pure.
import {
  advise,
  type Diagnostic,
  type Endpoint,
  ownCommand,
  printable,
  type RoleDecision,
} from 'bus-integration-database';
import { addedHosts, addedKeywords, type DesiredService, isSocket } from '../conninfo/dsn-endpoint.ts';
import { isEncoding } from '../dsn/encodings.ts';
import type { Observation } from '../observe/observation.ts';
import { shown } from '../text/shown.ts';
import { driverSupport } from './driver-support.ts';

const hostKey = 'BUS_DATABASE_SERVICE_HOST';
const modeKey = 'BUS_DATABASE_SERVICE_SSLMODE';
const parametersKey = 'BUS_DATABASE_SERVICE_PARAMETERS';

export function endpointFindings(
  desired: DesiredService,
  endpoint: Endpoint,
  seen: Observation,
  credentials: readonly RoleDecision[],
): Diagnostic[] {
  const files = credentials.flatMap((decision) => decision.files);
  const writes = files.some(({ act }) => act === 'write' || act === 'promote-and-write');
  return [
    ...socketFindings(endpoint, seen),
    ...driverFindings(desired, endpoint, writes),
    ...(writes ? [...listFindings(desired, endpoint), ...modeFindings(desired, endpoint, seen)] : []),
    ...addedFindings(
      endpoint,
      files.map(({ pair }) => pair),
    ),
    ...encodingFindings(files.map(({ pair }) => pair)),
    ...hostFindings(
      endpoint,
      files.map(({ pair }) => pair),
    ),
  ];
}

/** Parameters are told at each look, since they were asked for; the rest when files are written. */
function driverFindings({ service }: DesiredService, endpoint: Endpoint, writes: boolean): Diagnostic[] {
  const told = Object.entries(endpoint)
    .filter(([keyword]) => writes || Object.hasOwn(service.parameters ?? {}, keyword))
    .flatMap(([keyword, value]) => driverSupport(keyword, value) ?? []);
  return told.map((message) => ({
    severity: 'info',
    code: 'driver-support',
    message: `the DSN files have parameters that not every driver reads: ${message}`,
  }));
}

function listFindings({ target, service }: DesiredService, { host }: Endpoint): Diagnostic[] {
  const hosts = target.addresses.map((address) => address.host);
  if (hosts.length < 2 || service.host !== undefined) return [];
  return [
    {
      severity: 'info',
      code: 'service-hosts',
      message: `the admin DSN names ${hosts.length} servers; the DSN files get ${printable(host ?? '')} alone, since not every driver reads a list`,
      remedy: `where all of yours do: set ${hostKey}=${hosts.map(printable).join(',')} and ${parametersKey}=target_session_attrs=read-write`,
    },
  ];
}

/** The sslmode of an address that the admin did not dial is an assumption. */
function modeFindings(
  { service }: DesiredService,
  { host, port, sslmode }: Endpoint,
  { reached }: Observation,
): Diagnostic[] {
  const isReached = host === reached.host && port === `${reached.port}`;
  if (service.sslmode !== undefined || isReached || isSocket({ host: host ?? '' })) return [];
  return [
    {
      severity: 'info',
      code: 'service-sslmode',
      message: `nothing was seen of TLS at ${printable(`${host}:${port}`)}; sslmode=${sslmode} goes by the connection to ${printable(reached.host)}`,
      remedy: `if that is not so there: set ${modeKey}`,
    },
  ];
}

function addedFindings(endpoint: Endpoint, pairs: RoleDecision['files'][number]['pair'][]): Diagnostic[] {
  const added = pairs.map(({ live }) => (live.state === 'present' ? addedKeywords(live.endpoint, endpoint) : []));
  const files = added.filter((keywords) => keywords.length > 0).length;
  if (files === 0) return [];
  const keywords = [...new Set(added.flat())].sort().join(', ');
  return [
    {
      severity: 'info',
      code: 'added-parameters',
      message: `${files} DSN file${files === 1 ? ' has' : 's have'} parameters that the configuration does not name; they are kept: ${keywords}`,
      remedy: `put them into ${parametersKey}, or take them out of the files`,
    },
  ];
}

/** A server ends a login that asks for an encoding it doesn't know. */
function encodingFindings(pairs: RoleDecision['files'][number]['pair'][]): Diagnostic[] {
  return pairs
    .filter(({ live }) => live.state === 'present' && !isEncoding(live.endpoint.client_encoding ?? ''))
    .map(({ path }) => ({
      severity: 'warn',
      code: 'unknown-encoding',
      message: `${path}: PostgreSQL does not know this client_encoding, so no service can log in with it`,
      target: path,
      remedy: `edit ${path}: change client_encoding or take it out, also in ${parametersKey} where that says it`,
    }));
}

/** Whoever wrote a list knows the others; what a client does with it, and whether they are of this cluster, is told. */
function hostFindings(endpoint: Endpoint, pairs: RoleDecision['files'][number]['pair'][]): Diagnostic[] {
  const lists = pairs.flatMap(({ live, path }) => {
    const host = live.state === 'present' ? addedHosts(live.endpoint, endpoint) : undefined;
    return host === undefined ? [] : [{ host, path }];
  });
  const [first] = lists;
  if (first === undefined) return [];
  const files = lists.length === 1 ? first.path : `${lists.length} DSN files (${first.path} …)`;
  const server = `${endpoint.host}:${endpoint.port}`;
  return [
    {
      severity: 'warn',
      code: 'added-hosts',
      message: `${printable(files)} ${lists.length === 1 ? 'lists' : 'list'} servers that the configuration does not name, beside ${printable(server)}; they are kept: ${printable(first.host)}; ${driverSupport('host', first.host)}`,
      target: first.path,
      ...advise([
        ownCommand('verify'),
        ` tries each; take those of other clusters out of the file, or name all in ${hostKey}`,
      ]),
    },
  ];
}

/** A service's password is of no use where pg_hba asks for none over the socket. */
function socketFindings(endpoint: Endpoint, { socketLogins }: Observation): Diagnostic[] {
  if (!isSocket(endpoint) || socketLogins === undefined) return [];
  const remedy = `set ${hostKey}=127.0.0.1`;
  const base = { severity: 'warn', code: 'service-peer', remedy } as const;
  const where = printable(endpoint.host ?? '');
  if (socketLogins === 'unknown') {
    return [
      {
        ...base,
        message: `the admin logged in over the socket in ${where} without a password; if pg_hba.conf says peer for services too, their passwords have no effect there`,
      },
    ];
  }
  const [first] = socketLogins;
  if (first === undefined) return [];
  const more = socketLogins.length === 1 ? '' : ` (and ${socketLogins.length - 1} more)`;
  const who = `${shown(first.role)}@${shown(first.database)}${more}`;
  const why =
    first.method === 'peer'
      ? `is for peer: only a process of the operating system's user of that name gets in, and the password in the file is not asked for`
      : first.method === 'reject'
        ? 'is for reject'
        : `is for ${first.method}, which asks for no password of the role's`;
  const message =
    first.where === undefined
      ? `services can't log in over the socket in ${where}: pg_hba has no line for ${who}`
      : `services can't log in over the socket in ${where}: ${printable(first.where)}, the line for ${who}, ${why}`;
  return [{ ...base, target: `${printable(first.role)}@${printable(first.database)}`, message }];
}
