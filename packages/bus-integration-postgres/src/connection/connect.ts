// Connecting with libpq's meanings of several hosts, target_session_attrs, load_balance_hosts and connect_timeout; every
// attempt ends, and every address that failed is named. https://www.postgresql.org/docs/current/libpq-connect.html
import { randomInt } from 'node:crypto';
import { OperationError, type Secret } from 'bus-integration-database';
import type { ConnectionTarget, ServerAddress } from '../conninfo/target.ts';
import { sqlstateOf } from '../text/sqlstate.ts';
import { attempt } from './attempt.ts';
import type { AuthenticationRecord } from './authentication/authenticate.ts';
import { type ConnectCache, createConnectCache } from './connect-cache.ts';
import { type ConnectProgress, cutShort, expired, othersMayDo, summary } from './connect-failure.ts';
import { type Deadline, startDeadline } from './network/deadline.ts';
import { type PinnedAddress, resolveAddress, shownAddress } from './network/dial.ts';
import type { Meter } from './network/meter.ts';
import { laterWaitMs, notTriedAgain, type Silence, silenceOf } from './network/silence.ts';
import type { OnWait } from './network/waiting.ts';
import type { Session } from './session/session.ts';
import type { StartupSettings } from './session/startup-settings.ts';
import { sessionFault } from './session-attributes.ts';
import { isSamePlace } from './session-place.ts';

export type { AuthenticationRecord } from './authentication/authenticate.ts';
export { type ConnectCache, createConnectCache } from './connect-cache.ts';
export type { PinnedAddress } from './network/dial.ts';
export { createMeter, type Meter } from './network/meter.ts';
export type { Session } from './session/session.ts';

export interface ConnectOptions {
  readonly applicationName: string;
  /** The whole of connecting, all addresses together. */
  readonly timeoutMs: number;
  /** Default deadline of each statement. */
  readonly queryTimeoutMs: number;
  /** Instead of the target's. */
  readonly database?: string;
  readonly user?: string;
  readonly password?: Secret;
  /** Server settings that the session begins with: `{ lock_timeout: '10s' }`. */
  readonly settings?: StartupSettings;
  /** Names of those that its first statement sets, so that what goes before it finds them as the login left them. */
  readonly deferred?: readonly string[];
  /** The one address to dial, from an earlier session of this run. */
  readonly pinned?: PinnedAddress;
  /** Ends the connecting, not the session that comes of it. */
  readonly signal?: AbortSignal;
  readonly cache?: ConnectCache;
  readonly meter?: Meter;
  /** Hears of whatever the session waits long for. */
  readonly onWait?: OnWait;
  /** Filled in with how far the authentication came, also when connecting fails. */
  readonly record?: AuthenticationRecord;
}

/**
 * Opens a session at the first address that will have us.
 *
 * @throws {OperationError} unreachable, timeout, authentication-failed, cancelled …; the server's SQLSTATE is its code.
 * @example
 * await using session = await connect(target, { applicationName: 'bus plan', timeoutMs: 10_000, queryTimeoutMs: 30_000 });
 */
export async function connect(target: ConnectionTarget, given: ConnectOptions): Promise<Session> {
  const silence = given.pinned === undefined ? silenceFor(target, given.cache) : undefined;
  if (silence?.isConnected === false) throw notTriedAgain(silence);
  const options = silence === undefined ? given : { ...given, timeoutMs: Math.min(given.timeoutMs, laterWaitMs) };
  const progress: ConnectProgress = { where: 'the server', stage: 'dialling', isConnected: false, isHeard: false };
  const whole = startDeadline(options.timeoutMs, options.signal, () => expired(progress, options.timeoutMs));
  const wanted = target.targetSessionAttrs;
  // prefer-standby goes round again when there was no standby, then taking what comes.
  const rounds = wanted === 'prefer-standby' ? (['standby', 'any'] as const) : ([wanted] as const);
  const failures: OperationError[] = [];
  try {
    for (const attributes of rounds) {
      const session = await firstOf(target, { ...options, attributes, progress }, whole, failures);
      if (session !== undefined) return session;
    }
    throw summary(failures);
  } catch (error) {
    if (options.signal?.aborted) throw error === options.signal.reason ? cutShort(error, progress) : error;
    noteSilence(target, options, silenceOf(failures, progress));
    throw error;
  } finally {
    whole.stop();
  }
}

interface RoundOptions extends ConnectOptions {
  readonly progress: ConnectProgress;
  readonly attributes: Exclude<ConnectionTarget['targetSessionAttrs'], 'prefer-standby'>;
}

async function firstOf(
  target: ConnectionTarget,
  options: RoundOptions,
  whole: Deadline,
  failures: OperationError[],
): Promise<Session | undefined> {
  const { pinned: only, cache } = options;
  const hosts = hostsKey(target);
  const known = only ?? cache?.answered.get(hosts);
  // Undefined when the next one is worth a try.
  const tryOne = async (pinned: PinnedAddress, left: number): Promise<Session | undefined> => {
    try {
      const session = await within(target, serverOf(target, pinned), pinned, options, whole, left);
      cache?.answered.set(hosts, pinned);
      cache?.silent.delete(hosts);
      return session;
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      failures.push(error);
      const mayOthers = othersMayDo(error);
      // Who refuses a login answers too; who has fallen silent is asked first no more.
      if (sqlstateOf(error) !== undefined && !mayOthers) cache?.answered.set(hosts, pinned);
      const remembered = cache?.answered.get(hosts);
      if (mayOthers && remembered !== undefined && isSamePlace(remembered, pinned)) cache?.answered.delete(hosts);
      if (whole.signal.aborted || !mayOthers) throw summary(failures);
      return undefined;
    }
  };
  if (known !== undefined) {
    const session = await tryOne(known, only === undefined ? target.addresses.length + 1 : 1);
    if (session !== undefined || only !== undefined) return session;
  }
  const isRandom = target.loadBalanceHosts === 'random';
  const servers = ordered(target.addresses, isRandom);
  for (const [serverIndex, server] of servers.entries()) {
    const found = await addressesOf(server, options.progress, whole, failures);
    const addresses = ordered(found, isRandom).filter((one) => known === undefined || !isSamePlace(one, known));
    for (const [index, pinned] of addresses.entries()) {
      const session = await tryOne(pinned, servers.length - serverIndex + addresses.length - index - 1);
      if (session !== undefined) return session;
    }
  }
  return undefined;
}

/** The address that answered for a target's hosts in this run; undefined while none has. */
export function answeredFor(target: ConnectionTarget, cache: ConnectCache): PinnedAddress | undefined {
  return cache.answered.get(hostsKey(target));
}

/** That none of a target's addresses gave an answer in this run; undefined while that is not known. */
export function silenceFor(target: ConnectionTarget, cache: ConnectCache | undefined): Silence | undefined {
  return cache?.silent.get(hostsKey(target));
}

function noteSilence(target: ConnectionTarget, { cache, pinned }: ConnectOptions, silence: Silence | undefined): void {
  if (silence !== undefined && pinned === undefined) cache?.silent.set(hostsKey(target), silence);
}

function hostsKey({ addresses, targetSessionAttrs }: ConnectionTarget): string {
  return JSON.stringify([targetSessionAttrs, addresses.map(({ host, hostaddr, port }) => [host, hostaddr, port])]);
}

async function addressesOf(
  server: ServerAddress,
  progress: ConnectProgress,
  whole: Deadline,
  failures: OperationError[],
): Promise<PinnedAddress[]> {
  Object.assign(progress, { where: server.host, stage: 'looking-up' });
  try {
    return await resolveAddress(server, whole.signal);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    failures.push(error);
    if (whole.signal.aborted) throw summary(failures);
    return [];
  }
}

// connect_timeout holds for each address. Without one, a silent address doesn't use up the time of those after it.
async function within(
  target: ConnectionTarget,
  server: ServerAddress,
  pinned: PinnedAddress,
  options: RoundOptions,
  whole: Deadline,
  left: number,
): Promise<Session> {
  const timeoutMs = Math.ceil(
    Math.min(target.connectTimeoutMs ?? Number.POSITIVE_INFINITY, whole.remainingMs() / left),
  );
  const { progress, user = target.user, settings = {} } = options;
  Object.assign(progress, { where: shownAddress(pinned), stage: 'dialling' });
  const own = startDeadline(timeoutMs, whole.signal, () => expired(progress, timeoutMs));
  const deferred = readOnlySetting.filter((name) => name in settings && judgesReadOnly.has(options.attributes));
  try {
    const session = await attempt(pinned, {
      target,
      user,
      // The admin's password is nobody else's.
      password: options.password ?? (user === target.user ? server.password : undefined),
      database: options.database ?? target.database,
      applicationName: options.applicationName,
      settings,
      deferred: [...deferred, ...(options.deferred ?? [])],
      queryTimeoutMs: options.queryTimeoutMs,
      record: options.record ?? { isProofSent: false, isServerProven: false },
      cache: options.cache ?? createConnectCache(),
      meter: options.meter,
      onWait: options.onWait,
      deadline: own,
      onStage: (stage) => {
        progress.stage = stage;
        if (stage === 'answering') progress.isConnected = true;
      },
      onHeard: () => {
        progress.isHeard = true;
      },
    });
    const fault = await sessionFault(session, options.attributes, own.remainingMs()).catch((error: unknown) => error);
    if (fault === undefined) {
      // What goes before a session's first statement sets what was deferred.
      if (deferred.length > 0) await session.query('SELECT', [], { timeoutMs: own.remainingMs() });
      return session;
    }
    await session.close();
    if (typeof fault !== 'string') throw fault;
    throw new OperationError('unreachable', `${session.where} ${fault}; expected ${options.attributes}`, {
      code: 'session-attributes',
      target: session.where,
      remedy: 'check the hosts and target_session_attrs in the DSN',
    });
  } finally {
    own.stop();
  }
}

const readOnlySetting = ['default_transaction_read_only'];
/** Ours would stand for the server's own setting: it is set once that was judged. */
const judgesReadOnly: ReadonlySet<RoundOptions['attributes']> = new Set(['read-write', 'read-only'] as const);

function serverOf(target: ConnectionTarget, pinned: PinnedAddress): ServerAddress {
  const named = target.addresses.find(({ host, port }) => host === pinned.host && port === pinned.port);
  return named ?? { host: pinned.host, hostaddr: pinned.address, port: pinned.port };
}

function ordered<T>(items: readonly T[], isRandom: boolean): readonly T[] {
  const copy = [...items];
  if (!isRandom) return copy;
  for (let end = copy.length; end > 1; end -= 1) {
    const chosen = randomInt(end);
    [copy[end - 1], copy[chosen]] = [copy[chosen] as T, copy[end - 1] as T];
  }
  return copy;
}
