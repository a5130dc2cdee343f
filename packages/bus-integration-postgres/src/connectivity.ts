// Whether services can do what they must, and nothing else: one login for each DSN file; once for each role what it may
// in the whole cluster, and how the server would ask for its password where no login showed it. Nothing stays behind.
import { randomBytes } from 'node:crypto';
import { type Check, type ListenerPolicy, loginsOf, OperationError, printable, Secret } from 'bus-integration-database';
import { type Challenge, challenge } from './challenge.ts';
import { createConnectCache, type PinnedAddress, type Session } from './connect.ts';
import type { ConnectionTarget } from './connection-target.ts';
import { judgeChallenges, type Transport } from './connectivity-challenge.ts';
import { hasNoRoom, type LoginFindings, loginCheck, readService, tryLogin } from './connectivity-login.ts';
import { judgeRole } from './connectivity-role.ts';
import type { FilePair } from './credentials.ts';
import { startDeadline } from './deadline.ts';
import { isSocketDirectory, placeOf, resolveAddress } from './dial.ts';
import { type DsnDirectory, readPairs } from './dsn-file.ts';
import { proveLogin } from './login.ts';
import { eachInParallel } from './parallel.ts';
import type { Preparation } from './preparation.ts';
import type { Run } from './run.ts';

export interface ConnectivityOptions {
  readonly preparation: Preparation;
  readonly directory: DsnDirectory;
  readonly run: Run;
  /** The admin's: what it knows of the server need not be asked again. */
  readonly session: Pick<Session, 'pinned' | 'tls' | 'authentication'>;
  readonly jobs: number;
  readonly policy: ListenerPolicy | undefined;
  /** Whether what must be refused is tried. */
  readonly isNegative: boolean;
  /** Whether a wrong password is really tried, which the server logs. */
  readonly triesWrongPassword: boolean;
}

export async function checkConnectivity(options: ConnectivityOptions): Promise<Check[]> {
  const pairs = readPairs(options.directory, loginsOf(options.preparation.wish.declaration));
  const found = await tryFiles(pairs, options);
  const roles = [...new Set(pairs.map(({ role }) => role))];
  const checks = new Map<string, readonly Check[]>();
  const { signal } = options.run;
  await eachInParallel(roles, { jobs: options.jobs, signal }, async (role) => {
    const files = pairs.filter((pair) => pair.role === role);
    checks.set(role, await checkRole(role, files, found, options));
  });
  return [
    ...pairs.flatMap((pair) => found.get(pair)?.checks ?? []),
    ...roles.flatMap((role) => checks.get(role) ?? []),
  ];
}

type Found = LoginFindings & { readonly target?: ConnectionTarget };

async function tryFiles(pairs: readonly FilePair[], options: ConnectivityOptions): Promise<Map<FilePair, Found>> {
  const { run, preparation, directory } = options;
  const { schemas } = preparation.wish.declaration;
  const found = new Map<FilePair, Found>(
    pairs.map((pair) => [
      pair,
      { checks: [loginCheck(pair, 'unknown', 'was not tried: the server takes no more logins')] },
    ]),
  );
  const cache = createConnectCache();
  const lookedAt = new Set<string>();
  try {
    await eachInParallel(pairs, { jobs: options.jobs, signal: run.signal, isWorthIt: hasNoRoom }, async (pair) => {
      const target = await readService(pair, directory);
      if ('id' in target) return void found.set(pair, { checks: [target] });
      const looksAtRole = () => {
        const isFirst = !lookedAt.has(pair.role);
        lookedAt.add(pair.role);
        return isFirst;
      };
      const { isNegative } = options;
      const { signal, meter } = run;
      const findings = await tryLogin({ pair, target, schemas, isNegative, looksAtRole, cache, meter, signal });
      found.set(pair, { ...findings, target });
    });
  } catch (error) {
    // Those that found no room stand as unknown; so do those behind them.
    if (run.signal.aborted || !hasNoRoom(error)) throw error;
  }
  return found;
}

async function checkRole(
  role: string,
  files: readonly FilePair[],
  found: ReadonlyMap<FilePair, Found>,
  options: ConnectivityOptions,
): Promise<Check[]> {
  const seen = files.flatMap((pair) => found.get(pair) ?? []);
  const looked = seen.find(({ facts }) => facts?.powers != null);
  const checks = looked === undefined ? [] : judgeRole(role, options.preparation.wish.deploymentId, looked);
  const index = files.findIndex((pair) => found.get(pair)?.target !== undefined);
  const [pair, target] = [files[index], seen[index]?.target];
  if (pair === undefined || target === undefined) return checks;
  if (options.isNegative) checks.push(...(await knockAll(role, pair.database, target, seen, options)));
  if (options.triesWrongPassword) checks.push(await tryWrongPassword(role, pair.database, target, options));
  return checks;
}

/** Asks over each transport that no login of the role has already gone over. */
async function knockAll(
  role: string,
  database: string,
  target: ConnectionTarget,
  seen: readonly Found[],
  { run, session, policy }: ConnectivityOptions,
): Promise<Check[]> {
  const logins = seen.flatMap(({ login }) => login ?? []);
  const place = logins[0]?.pinned ?? (await firstAddress(target, run));
  if (place === undefined) return [];
  const knock = (transport: Transport, pinned: PinnedAddress) =>
    challenge(target, {
      user: role,
      database,
      pinned,
      transport: transport === 'tls' ? 'tls' : 'plain',
      timeoutMs: knockTimeoutMs,
      signal: run.signal,
      meter: run.meter,
    });
  const answers = new Map<Transport, Challenge>();
  for (const login of logins.filter(({ pinned }) => isSame(pinned, place))) remember(answers, login);
  const preferred = [
    ...(target.sslmode === 'prefer' ? logins : []),
    ...(run.target.sslmode === 'prefer' && isSame(session.pinned, place) ? [session] : []),
  ];
  const hasNoTls = preferred.some(({ tls }) => tls === null);
  const wanted: Transport[] = isSocketDirectory(place.address) ? ['socket'] : hasNoTls ? ['plain'] : ['plain', 'tls'];
  for (const transport of wanted) {
    if (!answers.has(transport)) answers.set(transport, await knock(transport, place));
  }
  const demandsTls =
    !isSocketDirectory(place.address) &&
    (policy === 'tls' || ['require', 'verify-ca', 'verify-full'].includes(target.sslmode));
  const checks = judgeChallenges({ role, pinned: place, answers, demandsTls, policy });
  // Where the admin itself was asked for a password, so is whoever knocks; else the refusal that peer gives would be logged.
  const isAsked = isSocketDirectory(session.pinned.address) && session.authentication.method !== 'none';
  if (!isAsked || isSame(session.pinned, place)) return checks;
  const socket = new Map([['socket' as const, await knock('socket', session.pinned)]]);
  return [...checks, ...judgeChallenges({ role, pinned: session.pinned, answers: socket, demandsTls: false, policy })];
}

const knockTimeoutMs = 5_000;

/** What a login that went well was asked for; any of several logins that were asked for nothing counts. */
function remember(answers: Map<Transport, Challenge>, login: Pick<Session, 'pinned' | 'tls' | 'authentication'>): void {
  const { method = 'none' } = login.authentication;
  const transport = transportOf(login);
  if (answers.get(transport)?.kind === 'entered') return;
  if (method === 'none') answers.set(transport, { kind: 'entered' });
  else if (method === 'scram-sha-256')
    answers.set(transport, { kind: 'asked', method: 'sasl', mechanisms: ['SCRAM-SHA-256'] });
  else answers.set(transport, { kind: 'asked', method, mechanisms: [] });
}

function transportOf({ pinned, tls }: Pick<Session, 'pinned' | 'tls'>): Transport {
  if (isSocketDirectory(pinned.address)) return 'socket';
  return tls === null ? 'plain' : 'tls';
}

function isSame(one: PinnedAddress, other: PinnedAddress): boolean {
  return one.address === other.address && one.port === other.port;
}

/** Where the service would dial; undefined where that can't be found, which its login has told already. */
async function firstAddress(target: ConnectionTarget, { signal }: Run): Promise<PinnedAddress | undefined> {
  const [server] = target.addresses;
  if (server === undefined) return undefined;
  const deadline = startDeadline(knockTimeoutMs, signal, () => new OperationError('timeout', 'no answer'));
  try {
    return (await resolveAddress(server, deadline.signal))[0];
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  } finally {
    deadline.stop();
  }
}

async function tryWrongPassword(
  role: string,
  database: string,
  target: ConnectionTarget,
  { run }: ConnectivityOptions,
): Promise<Check> {
  const pinned = await firstAddress(target, run);
  const base = { id: 'wrong-password', kind: 'connectivity' as const, target: printable(role) };
  if (pinned === undefined) return { ...base, result: 'unknown', seen: 'the server could not be found to try one' };
  const proof = await proveLogin(target, {
    user: role,
    password: new Secret(randomBytes(24).toString('base64url')),
    database,
    pinned,
    applicationName: 'bus wrong password probe',
    timeoutMs: knockTimeoutMs,
    signal: run.signal,
    ...(run.meter !== undefined && { meter: run.meter }),
  });
  run.signal.throwIfAborted();
  if (proof.state === 'refused') {
    return { ...base, result: 'ok', seen: 'a wrong password is refused (28P01; the server has logged it)' };
  }
  return {
    ...base,
    result: 'unknown',
    seen: `at ${placeOf(pinned)} a wrong password was not judged: ${proof.state === 'unknown' ? proof.reason : 'it was taken'}`,
  };
}
