// Which transport a worker is to use, from flags and environment, and that transport made. A client library is loaded
// only when it is the one that is wanted.

import { createHash } from 'node:crypto';
import { closeSync, existsSync, readFileSync } from 'node:fs';
import { parseDuration } from '../config/duration.ts';
import { requirePath, shownValue } from '../config/settings.ts';
import { OperationError } from '../contract/errors.ts';
import { remedyOf } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import { headerSafe } from '../secrets/bearer-token.ts';
import { Secret } from '../secrets/secret.ts';
import { examineOpen, openSecretFile, readSecretFile } from '../secrets/secret-file.ts';
import type { Environment } from '../text/environment.ts';
import type { Transport } from '../transports/transport.ts';
import { localEventsUrl, localTokenFile } from './local-events.ts';

export interface TransportChoice {
  /** `--events-url` and `--nats`; each wins over the environment. */
  readonly eventsUrl?: string | undefined;
  readonly nats?: string | undefined;
  readonly env: Environment;
  /** Whose requests it carries: its workers share them in the group `bus-database-<deployment id>`. */
  readonly deploymentId?: string | undefined;
  /** Who we are, for judging secret files. */
  readonly uid: number;
}

/**
 * The transport that flags and environment ask for: Bus Events over HTTP (`BUS_EVENTS_API_URL`, a token from
 * `BUS_EVENTS_TOKEN_FILE` or `BUS_API_TOKEN`) or NATS JetStream (`BUS_NATS_URL`, `BUS_NATS_CREDS_FILE`).
 *
 * @throws OperationError `not-configured` or `invalid-request`
 * @example
 * const transport = await chooseTransport({ eventsUrl: 'http://127.0.0.1:8081', env: process.env, uid: 0 });
 */
export async function chooseTransport(choice: TransportChoice): Promise<Transport> {
  const { eventsUrl, nats, env, uid } = choice;
  const isFlagged = eventsUrl !== undefined || nats !== undefined;
  const broker = nats ?? (isFlagged ? undefined : env.BUS_NATS_URL || undefined);
  // The dispatcher names this address before anybody has read an env file, whose broker is the one that is meant.
  const isUnmeant = isFlagged || (broker !== undefined && env.BUS_EVENTS_API_URL === localEventsUrl);
  const events = eventsUrl ?? (isUnmeant ? undefined : env.BUS_EVENTS_API_URL || undefined);
  if (events !== undefined && broker !== undefined) throw both(isFlagged);
  const retry = retryPolicy(env);
  const group = groupOf(choice);
  if (events !== undefined) {
    const { createEventsHttpTransport } = await import('../transports/http/events-http.ts');
    const token = tokenOf(env, uid);
    const consumer = env.BUS_EVENTS_CONSUMER || undefined;
    return createEventsHttpTransport({
      url: events,
      retry,
      replay: replayOf(env),
      ...(token !== undefined && { token }),
      ...(group !== undefined && { group }),
      ...(consumer !== undefined && { consumer }),
    });
  }
  if (broker !== undefined) {
    if (nats !== undefined && holdsLogin(nats)) throw loginInFlag();
    const { createNatsTransport } = await import('../transports/nats/nats.ts');
    const file = env.BUS_NATS_CREDS_FILE || undefined;
    const stream = env.BUS_NATS_STREAM || undefined;
    const ackWaitMs = positiveDurationOf(env, 'BUS_NATS_ACK_WAIT');
    const maxAgeMs = positiveDurationOf(env, 'BUS_EVENTS_MAX_AGE');
    return createNatsTransport({
      url: broker,
      retry,
      ...(file !== undefined && { credentials: wholeSecretFile(requirePath('BUS_NATS_CREDS_FILE', file), uid) }),
      ...(stream !== undefined && { stream }),
      ...(group !== undefined && { group }),
      ...(ackWaitMs !== undefined && { ackWaitMs }),
      ...(maxAgeMs !== undefined && { maxAgeMs }),
    });
  }
  throw new OperationError('not-configured', 'no events to listen to: neither --events-url nor --nats is given', {
    target: 'BUS_EVENTS_API_URL',
    remedy: 'give --events-url URL or --nats URL, or set BUS_EVENTS_API_URL or BUS_NATS_URL',
  });
}

/**
 * Milliseconds of a key's duration; undefined when it isn't set.
 *
 * @throws OperationError `invalid-request` naming the key
 */
export function durationOf(env: Environment, key: string): number | undefined {
  const text = env[key] || undefined;
  if (text === undefined) return undefined;
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    throw new OperationError('invalid-request', `${key}: ${error.message}`, { target: key });
  }
}

/**
 * As `durationOf`, for what takes some time.
 *
 * @throws OperationError `invalid-request` naming the key
 */
export function positiveDurationOf(env: Environment, key: string): number | undefined {
  const durationMs = durationOf(env, key);
  if (durationMs !== 0) return durationMs;
  throw new OperationError('invalid-request', `${key} is 0, expected a duration like 30s`, {
    target: key,
    remedy: `unset ${key} for its default`,
  });
}

function replayOf(env: Environment): boolean {
  const key = 'BUS_EVENTS_LISTENER_REPLAY';
  const text = env[key] || 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw new OperationError('invalid-request', `${key} is ${shownValue(text)}, expected true or false`, {
    target: key,
    remedy: `set ${key}=true to ask for earlier events too`,
  });
}

function groupOf({ env, deploymentId }: TransportChoice): string | undefined {
  const group = env.BUS_EVENTS_GROUP || undefined;
  if (group === undefined) return deploymentId === undefined ? undefined : `bus-database-${groupPart(deploymentId)}`;
  if (/^[\w-]{1,64}$/.test(group)) return group;
  throw new OperationError('invalid-request', 'BUS_EVENTS_GROUP: expected 1 to 64 letters, digits, - and _');
}

/** A group's name has no dot, which parts the names of NATS; `_` for it could be another deployment's id. */
function groupPart(deploymentId: string): string {
  if (!deploymentId.includes('.')) return deploymentId;
  const digest = createHash('sha256').update(deploymentId).digest('hex').slice(0, 8);
  return `${deploymentId.replaceAll('.', '_')}-${digest}`;
}

function retryPolicy(env: Environment) {
  const minMs = durationOf(env, 'BUS_EVENTS_LISTENER_RETRY_MIN') ?? 500;
  const maxMs = durationOf(env, 'BUS_EVENTS_LISTENER_RETRY_MAX') ?? Math.max(30_000, minMs);
  if (minMs < 1 || maxMs < minMs) {
    throw new OperationError(
      'invalid-request',
      'BUS_EVENTS_LISTENER_RETRY_MIN must be at least 1ms, and _MAX not less than that',
      { target: 'BUS_EVENTS_LISTENER_RETRY_MIN' },
    );
  }
  return { minMs, maxMs, forMs: retryForMs(env) };
}

/** As a switch too: off is not at all, on is for ever. */
function retryForMs(env: Environment): number | undefined {
  const key = 'BUS_EVENTS_LISTENER_RETRY';
  const text = env[key];
  if (text === 'false') return 0;
  return text === 'true' || text === '1' ? undefined : durationOf(env, key);
}

function tokenOf(env: Environment, uid: number): Secret | undefined {
  const file = env.BUS_EVENTS_TOKEN_FILE || undefined;
  // The dispatcher names this file to every command, whether there is one or not, and whatever an env file says.
  const isUnmeant = file === localTokenFile && (Boolean(env.BUS_API_TOKEN) || !existsSync(file));
  if (file !== undefined && !isUnmeant)
    return headerSafe(
      readSecretFile(requirePath('BUS_EVENTS_TOKEN_FILE', file), { uid }).secret,
      'BUS_EVENTS_TOKEN_FILE',
    );
  return env.BUS_API_TOKEN ? headerSafe(new Secret(env.BUS_API_TOKEN), 'BUS_API_TOKEN') : undefined;
}

/** A secret of several lines, judged and read through one descriptor. */
function wholeSecretFile(path: string, uid: number): Secret {
  const opened = openSecretFile({ path, shownAs: path });
  if (typeof opened !== 'number') throw refused(path, opened);
  try {
    const fault = examineOpen({ path, shownAs: path }, opened, { uid }, false).findings.find(
      ({ severity }) => severity === 'fail',
    );
    if (fault !== undefined) throw refused(path, fault);
    return new Secret(readFileSync(opened, 'utf8'));
  } finally {
    closeSync(opened);
  }
}

function refused(path: string, fault: Diagnostic): OperationError {
  const { code, message } = fault;
  return new OperationError(code === 'secret-file-missing' ? 'not-configured' : 'invalid-request', message, {
    code,
    target: path,
    remedy: remedyOf(fault),
  });
}

/**
 * Whether an address of NATS holds a user, a password or a token, which makes it a secret.
 *
 * @example
 * holdsLogin('nats://bus:secret@127.0.0.1:4222'); // true
 */
export function holdsLogin(address: string): boolean {
  return address.includes('@');
}

function loginInFlag(): OperationError {
  return new OperationError(
    'invalid-request',
    '--nats holds a login, and arguments are seen by everybody on this host',
    {
      target: '--nats',
      remedy: 'give the address alone and BUS_NATS_CREDS_FILE (mode 0600), or BUS_NATS_URL in an env file of mode 0600',
    },
  );
}

function both(isFlagged: boolean): OperationError {
  const what = isFlagged ? '--events-url and --nats' : 'BUS_EVENTS_API_URL and BUS_NATS_URL';
  return new OperationError('invalid-request', `${what} are both given, expected one of them`, {
    remedy: 'leave one out; two workers may serve both',
  });
}
