// Logging in at one address: with or without TLS as sslmode says, with the settings that this server takes.
import type { Socket } from 'node:net';
import { OperationError, type Secret, say, wordingOfError } from 'bus-integration-database';
import type { ConnectionTarget, SslMode } from '../conninfo/target.ts';
import { shown } from '../text/shown.ts';
import { sqlstateOf, toOperationError } from '../text/sqlstate.ts';
import type { AuthenticationRecord } from './authentication/authenticate.ts';
import { type ConnectCache, cachedTlsFiles } from './connect-cache.ts';
import type { Deadline } from './network/deadline.ts';
import { dial, isSocketDirectory, type PinnedAddress, shownAddress } from './network/dial.ts';
import { countSocket, type Meter } from './network/meter.ts';
import type { OnWait } from './network/waiting.ts';
import { logIn } from './session/driver.ts';
import { createSession, type Session } from './session/session.ts';
import {
  localSettings,
  noteRefusal,
  packetSettings,
  type SettingRefusals,
  type StartupSettings,
  uncertainSettings,
} from './session/startup-settings.ts';
import { offersTls, startTls, type TlsState, tlsFailed } from './tls/tls.ts';

export interface AttemptOptions {
  readonly target: ConnectionTarget;
  readonly user: string;
  readonly password: Secret | undefined;
  readonly database: string;
  readonly applicationName: string;
  readonly settings: StartupSettings;
  /** Names of settings that the session's first statement sets, not the startup packet. */
  readonly deferred: readonly string[];
  readonly queryTimeoutMs: number;
  readonly record: AuthenticationRecord;
  readonly cache: ConnectCache;
  readonly meter: Meter | undefined;
  readonly onWait: OnWait | undefined;
  readonly deadline: Deadline;
  /** Told what is being waited for, so that a deadline can say it. */
  readonly onStage: (stage: Stage) => void;
  /** Told that the failed attempt had an answer, whatever it was. */
  readonly onHeard: () => void;
}

export type Stage = 'dialling' | 'answering';

/**
 * Opens a session at one address.
 *
 * @throws {OperationError} with the server's SQLSTATE as its code where the server refused.
 */
export async function attempt(pinned: PinnedAddress, wanted: AttemptOptions): Promise<Session> {
  const { cache, settings } = wanted;
  const place = shownAddress(pinned);
  const deferred = [...wanted.deferred, ...uncertainSettings(settings, cache.versions.get(place))];
  const options = { ...wanted, deferred };
  const refusals = cache.settingRefusals.get(place) ?? new Map();
  cache.settingRefusals.set(place, refusals);
  // Each further round leaves out at least one setting more.
  for (;;) {
    const sent = Object.keys(packetSettings(settings, refusals, deferred));
    try {
      const session = await withSslMode(pinned, options, refusals);
      cache.versions.set(place, session.serverVersionNum);
      return session;
    } catch (error) {
      if (!noteRefusal(error, sent, refusals)) throw described(error, pinned, options);
    }
  }
}

// https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION: what is tried first, and then.
const encryptions: Readonly<Record<SslMode, readonly Encryption[]>> = {
  disable: ['none'],
  allow: ['none', 'tls'],
  prefer: ['tls-if-offered', 'none'],
  require: ['tls'],
  'verify-ca': ['tls'],
  'verify-full': ['tls'],
};

type Encryption = 'none' | 'tls' | 'tls-if-offered';

async function withSslMode(
  pinned: PinnedAddress,
  options: AttemptOptions,
  refusals: SettingRefusals,
): Promise<Session> {
  // TLS never runs over Unix-domain sockets, whatever sslmode says.
  const [first, second] = isSocketDirectory(pinned.address) ? ['none' as const] : encryptions[options.target.sslmode];
  try {
    return await open(pinned, options, refusals, first ?? 'none');
  } catch (error) {
    if (second === undefined || !isFixedByOtherEncryption(error, options.record)) throw error;
    try {
      return await open(pinned, options, refusals, second);
    } catch (last) {
      throw both(described(error, pinned, options), described(last, pinned, options), second);
    }
  }
}

// libpq tries again after any refusal; only these depend on the encryption, and a wrong password is not offered twice.
function isFixedByOtherEncryption(error: unknown, record: AuthenticationRecord): boolean {
  if (error instanceof OperationError) return error.diagnostics[0]?.code === tlsFailed;
  return sqlstateOf(error) === '28000' && !record.isServerProven;
}

async function open(
  pinned: PinnedAddress,
  options: AttemptOptions,
  refusals: SettingRefusals,
  encryption: Encryption,
): Promise<Session> {
  const { target, user, password, database, record, cache } = options;
  const { signal } = options.deadline;
  const where = shownAddress(pinned);
  Object.assign(record, { method: undefined, answerMs: undefined, isProofSent: false, isServerProven: false });
  options.onStage('dialling');
  const plain = await dial(pinned, signal);
  countSocket(plain, options.meter);
  const gone = new Promise((resolve) => plain.once('close', resolve));
  options.onStage('answering');
  try {
    const { socket, tls } =
      encryption === 'none' ? { socket: plain, tls: null } : await encrypt(plain, pinned, options, encryption);
    const driver = await logIn({
      socket,
      startup: {
        user,
        database,
        application_name: options.applicationName,
        ...(target.options !== undefined && { options: target.options }),
        ...packetSettings(options.settings, refusals, options.deferred),
      },
      rules: {
        where,
        user,
        password,
        requireAuth: target.requireAuth,
        channelBinding: target.channelBinding,
        tls,
        pinned,
        scramCache: cache.scramKeys,
      },
      record,
      sentPasswords: cache.sentPasswords,
      signal,
    });
    const { queryTimeoutMs, meter, onWait } = options;
    const authentication = { ...record };
    return createSession(driver, {
      where,
      pinned,
      user,
      database,
      tls,
      authentication,
      refusals,
      direct: cache.direct,
      transactionSettings: localSettings(options.settings, refusals),
      settings: options.settings,
      deferred: options.deferred,
      queryTimeoutMs,
      meter,
      onWait,
    });
  } catch (error) {
    if (plain.bytesRead > 0) options.onHeard();
    plain.destroy();
    // Whoever tries again at once must not find this connection still counted.
    await gone;
    throw error;
  }
}

/** Of a server without TLS, to whoever chooses the sslmode of the connection. */
export const noTlsRemedy = 'turn ssl on in postgresql.conf, or use sslmode=prefer where the network is trusted';

async function encrypt(
  plain: Socket,
  pinned: PinnedAddress,
  options: AttemptOptions,
  encryption: Encryption,
): Promise<{ socket: Socket; tls: TlsState | null }> {
  const { target, cache } = options;
  const { signal } = options.deadline;
  const where = shownAddress(pinned);
  if (target.sslnegotiation !== 'direct' && !(await offersTls(plain, where, signal))) {
    if (encryption === 'tls-if-offered') return { socket: plain, tls: null };
    throw new OperationError('unreachable', `${where} does not offer TLS, which sslmode=${target.sslmode} demands`, {
      code: tlsFailed,
      target: where,
      remedy: noTlsRemedy,
    });
  }
  const files = await cachedTlsFiles(target, cache);
  return await startTls(plain, target, files, pinned.host, where, signal);
}

function described(error: unknown, pinned: PinnedAddress, { user, database }: AttemptOptions): OperationError {
  return toOperationError(
    error,
    `can't log in to ${shownAddress(pinned)} as ${shown(user)}, database ${shown(database)}`,
  );
}

// Both tries failed; which of them the operator meant to work, only the operator knows.
function both(first: OperationError, last: OperationError, encryption: Encryption): OperationError {
  const [diagnostic] = last.diagnostics;
  const earlier = encryption === 'none' ? 'over TLS before that' : 'without TLS before that';
  return new OperationError(last.errorClass, say`${wordingOfError(last)} (${earlier}: ${wordingOfError(first)})`, {
    ...diagnostic,
    cause: last,
  });
}
