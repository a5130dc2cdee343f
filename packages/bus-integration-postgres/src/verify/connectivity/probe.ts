// Probing as a service's role where no login has shown how the server asks for its password, and, when it is desired,
// with a wrong password. Judges nothing of what it is answered but that a wrong one is refused.
import { randomBytes } from 'node:crypto';
import {
  type Check,
  inSeen,
  isLoopback,
  OperationError,
  printable,
  Secret,
  say,
  wordingOfError,
} from 'bus-integration-database';
import { type Challenge, challenge } from '../../connection/challenge/challenge.ts';
import { type ChallengeChannel, judgeChallenges } from '../../connection/challenge/challenge-verdict.ts';
import { answeredFor, type PinnedAddress, type Session, silenceFor } from '../../connection/connect.ts';
import { startDeadline } from '../../connection/network/deadline.ts';
import { isSocketDirectory, resolveAddress, shownAddress } from '../../connection/network/dial.ts';
import { laterWaitMs, notTriedAgain, type Silence } from '../../connection/network/silence.ts';
import { isSameServer } from '../../connection/session-place.ts';
import type { ConnectionTarget } from '../../conninfo/target.ts';
import { proveLogin } from '../../run/password-login.ts';
import type { Run } from '../../run/run.ts';
import type { Policy } from '../listener/policy/policy.ts';

/** What is known of a connection that stood. */
export type Entrance = Pick<Session, 'pinned' | 'tls' | 'authentication'>;

export interface ProbeOptions {
  readonly role: string;
  /** One that the role may enter. */
  readonly database: string;
  /** Where its service dials, and how. */
  readonly target: ConnectionTarget;
  readonly run: Run;
  readonly policy: Policy;
  /** The sslmode that the operator asked for; `prefer` where none was. */
  readonly demanded: string;
}

/** Asks over each transport that no login of the role has already gone over. */
export async function probeAll(options: ProbeOptions, admin: Entrance, logins: readonly Entrance[]): Promise<Check[]> {
  const { role, run, policy, demanded } = options;
  const place = logins[0]?.pinned ?? (await firstAddress(options));
  if (place === undefined) return [];
  const isSocket = isSocketDirectory(place.address);
  const answers = new Map<ChallengeChannel, Challenge>();
  for (const login of logins.filter(({ pinned }) => isSameServer(pinned, place))) remember(answers, login);
  const preferred = [
    ...(demanded === 'prefer' ? logins : []),
    ...(run.target.sslmode === 'prefer' && isSameServer(admin.pinned, place) ? [admin] : []),
  ];
  const hasNoTls = preferred.some(({ tls }) => tls === null);
  const wanted: readonly ChallengeChannel[] = isSocket ? ['socket'] : hasNoTls ? ['plain'] : ['plain', 'tls'];
  for (const transport of wanted) {
    if (!answers.has(transport)) answers.set(transport, await probe(transport, place, options));
  }
  const demandsTls = !isSocket && (policy.name === 'tls' || encrypted.includes(demanded));
  // What stays on the host nobody can overhear; behind a port map, which `external` is for, it may not stay there.
  const plainText = isLoopback(place.address) && policy.name !== 'external' ? 'info' : policy.plainText;
  const asked = { role, policy: policy.name };
  const checks = judgeChallenges({ ...asked, pinned: place, answers, ...(demandsTls && { plainText }) });
  // Where the admin itself was asked for a password, so is whoever probes; else the refusal that peer gives would be logged.
  const isAsked = isSocketDirectory(admin.pinned.address) && admin.authentication.method !== 'none';
  if (!isAsked || isSameServer(admin.pinned, place)) return checks;
  const socket = new Map([['socket' as const, await probe('socket', admin.pinned, options)]]);
  return [...checks, ...judgeChallenges({ ...asked, pinned: admin.pinned, answers: socket })];
}

const encrypted: readonly string[] = ['require', 'verify-ca', 'verify-full'];

async function probe(
  transport: ChallengeChannel,
  pinned: PinnedAddress,
  { role, database, target, run }: ProbeOptions,
): Promise<Challenge> {
  const silence = silenceAt(pinned, target, run);
  if (silence?.isConnected === false) return { kind: 'timeout', reason: wordingOfError(notTriedAgain(silence)) };
  return await challenge(target, {
    user: role,
    database,
    pinned,
    transport: transport === 'tls' ? 'tls' : 'plain',
    timeoutMs: silence === undefined ? probeTimeoutMs : laterWaitMs,
    signal: run.signal,
    meter: run.meter,
  });
}

/** The service's host gave no answer; at the admin's address somebody did. */
function silenceAt(pinned: PinnedAddress, target: ConnectionTarget, run: Run): Silence | undefined {
  return run.pinned !== undefined && isSameServer(run.pinned, pinned) ? undefined : silenceFor(target, run.cache);
}

const probeTimeoutMs = 5_000;

/** What a login that went well was asked for; any of several logins that were asked for nothing counts. */
function remember(answers: Map<ChallengeChannel, Challenge>, login: Entrance): void {
  const { method = 'none' } = login.authentication;
  const transport = transportOf(login);
  if (answers.get(transport)?.kind === 'entered') return;
  if (method === 'none') answers.set(transport, { kind: 'entered' });
  else if (method === 'scram-sha-256')
    answers.set(transport, { kind: 'asked', method: 'sasl', mechanisms: ['SCRAM-SHA-256'] });
  else answers.set(transport, { kind: 'asked', method, mechanisms: [] });
}

function transportOf({ pinned, tls }: Entrance): ChallengeChannel {
  if (isSocketDirectory(pinned.address)) return 'socket';
  return tls === null ? 'plain' : 'tls';
}

/** Where the service would dial: what has answered, else its first address; undefined where its name is not known. */
async function firstAddress({ target, run: { signal, cache } }: ProbeOptions): Promise<PinnedAddress | undefined> {
  const answered = answeredFor(target, cache);
  if (answered !== undefined) return answered;
  const [server] = target.addresses;
  if (server === undefined) return undefined;
  const deadline = startDeadline(probeTimeoutMs, signal, () => new OperationError('timeout', 'no answer'));
  try {
    return (await resolveAddress(server, deadline.signal))[0];
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  } finally {
    deadline.stop();
  }
}

/** Logs in with a password that nobody has; the server writes that into its log. */
export async function tryWrongPassword(options: ProbeOptions): Promise<Check> {
  const { role, database, target, run } = options;
  const pinned = await firstAddress(options);
  const base = { id: 'wrong-password', kind: 'connectivity' as const, target: printable(role) };
  if (pinned === undefined) return { ...base, result: 'unknown', seen: 'the server was not found, so none was tried' };
  const silence = silenceAt(pinned, target, run);
  if (silence !== undefined) return { ...base, result: 'unknown', ...inSeen(wordingOfError(notTriedAgain(silence))) };
  const proof = await proveLogin(target, {
    user: role,
    password: new Secret(randomBytes(24).toString('base64url')),
    database,
    pinned,
    applicationName: 'bus wrong password probe',
    timeoutMs: probeTimeoutMs,
    signal: run.signal,
    ...(run.meter !== undefined && { meter: run.meter }),
  });
  run.signal.throwIfAborted();
  if (proof.state === 'refused') {
    return { ...base, result: 'ok', seen: 'a wrong password is refused (28P01; the server has logged it)' };
  }
  if (proof.state === 'proven') {
    return { ...base, result: 'fail', seen: `at ${shownAddress(pinned)} a random password was accepted` };
  }
  return {
    ...base,
    result: 'unknown',
    ...inSeen(say`at ${shownAddress(pinned)} a wrong password was not judged: ${proof.reason}`),
  };
}
