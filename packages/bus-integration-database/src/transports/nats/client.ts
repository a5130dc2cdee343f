// The NATS client library, which only deployments with NATS have installed, and the addresses it is given.
import { OperationError } from '../../contract/errors.ts';
import { command } from '../../contract/remedy.ts';
import { goesInClear } from '../loopback.ts';

export type Nats = typeof import('@nats-io/transport-node') & typeof import('@nats-io/jetstream');

/**
 * The client library.
 *
 * @throws OperationError `not-configured` with the line that installs it
 */
export async function loadNats(): Promise<Nats> {
  try {
    const [transport, jetstream] = await Promise.all([import('@nats-io/transport-node'), import('@nats-io/jetstream')]);
    return { ...transport, ...jetstream };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new OperationError('not-configured', 'the NATS client is not installed', {
      code: 'nats-client',
      remedy: command('npm', 'install', '@nats-io/transport-node@3', '@nats-io/jetstream@3'),
      cause,
    });
  }
}

export interface NatsServers {
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  readonly tls?: Record<string, never>;
}

/**
 * Servers and login out of addresses like `nats://user:password@host:4222`, several with commas.
 *
 * @throws OperationError `invalid-request`, without repeating what may hold a password
 * @example
 * serversOf('tls://a:4222,tls://b:4222'); // { servers: ['a:4222', 'b:4222'], tls: {} }
 */
export function serversOf(text: string): NatsServers {
  const addresses = addressesOf(text);
  const login = addresses.find(({ username }) => username !== '');
  const isEncrypted = addresses.some(({ protocol }) => protocol === 'tls:');
  return {
    servers: addresses.map(({ hostname, port }) => `${hostname}:${port || '4222'}`),
    ...(login !== undefined && { user: decoded(login.username), pass: decoded(login.password) }),
    ...(isEncrypted && { tls: {} }),
  };
}

/**
 * Whether a login in these addresses would leave this machine, and nobody asked for TLS.
 *
 * @example
 * sendsLoginInClear('nats://user:password@nats.example.com'); // true
 */
export function sendsLoginInClear(text: string): boolean {
  const addresses = addressesOf(text);
  const { user, tls } = serversOf(text);
  return user !== undefined && tls === undefined && addresses.some(goesInClear);
}

function addressesOf(text: string): URL[] {
  return text
    .trim()
    .split(/\s*,\s*|\s+/)
    .map(addressOf);
}

function addressOf(text: string): URL {
  // Other schemes than the web's are read without a default port, and their hosts left as they are.
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (address !== undefined && ['nats:', 'tls:'].includes(address.protocol) && address.hostname !== '') return address;
  throw noAddress();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw noAddress();
  }
}

function noAddress(): OperationError {
  return new OperationError('invalid-request', 'the address of NATS is none', {
    target: 'BUS_NATS_URL',
    remedy: 'write it like BUS_NATS_URL=nats://127.0.0.1:4222, with % in a user or password as %25',
  });
}
