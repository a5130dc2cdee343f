// The passwords of an apply: chosen, turned into what the server is sent, and proven afterwards.
import type { RoleDecision, Secret } from 'bus-integration-database';
import { demandCleartextChannel } from '../connection/authentication/cleartext.ts';
import { judgeVerifier, newPassword, newVerifier, type scramKeys } from '../connection/authentication/scram.ts';
import { rememberedKeys } from '../connection/authentication/scram-exchange.ts';
import type { Session } from '../connection/connect.ts';
import { readVerifiers } from '../observe/catalog.ts';
import type { Computed } from '../plan/intent.ts';
import { eachInParallel } from '../run/parallel.ts';
import { proveLogin } from '../run/password-login.ts';
import type { Run } from '../run/run.ts';

/** Each role's password: the one that its files hold, or a new one. */
export function choosePasswords({ credentials }: Computed): Map<string, Secret> {
  return new Map(
    credentials
      .filter(({ source }) => source !== 'none' && source !== 'unproven')
      .map(({ role, password }) => [role, password ?? newPassword()]),
  );
}

export interface Sending {
  readonly send: 'verifier' | 'plaintext';
  /** The server's `scram_iterations`. */
  readonly iterations: number;
  /** The one that the roles are changed over. */
  readonly session: Session;
  /** Those in plaintext are added to it. */
  readonly sentPasswords: Set<string>;
  /** Hashes; what it remembers need not be hashed again for the proof. */
  readonly hash: typeof scramKeys;
  readonly signal: AbortSignal;
}

/** As many as Node hashes beside its event loop. */
const hashingsAtOnce = 4;

/** What stands in PASSWORD '…': a verifier made here, so that no password is ever on a wire or in a log. */
export async function passwordsToSend(
  { credentials }: Computed,
  passwords: ReadonlyMap<string, Secret>,
  { send, iterations, session, sentPasswords, hash, signal }: Sending,
): Promise<Map<string, string>> {
  const wanted = credentials.filter(({ setsPassword }) => setsPassword).map(({ role }) => role);
  if (send === 'plaintext' && wanted.length > 0) demandCleartextChannel(session);
  const sent = new Map<string, string>();
  // A few at a time: a hashing that has begun is not ended by a signal, one that hasn't is.
  await eachInParallel(wanted, { jobs: hashingsAtOnce, signal }, async (role) => {
    const password = passwords.get(role);
    if (password === undefined) throw new Error(`no password for role ${role}`);
    if (send === 'plaintext') sentPasswords.add(password.reveal());
    sent.set(role, send === 'plaintext' ? password.reveal() : await newVerifier(password, iterations, hash));
  });
  return sent;
}

export interface ProvingOptions {
  readonly run: Run;
  readonly session: Session;
  readonly jobs: number;
  /** The stored verifiers may be read, which is exact and needs no login. */
  readonly readsVerifiers: boolean;
}

/** The roles of which the server can't be proven to hold the password that this run gave it, each with the reason. */
export async function unprovenPasswords(
  decisions: readonly RoleDecision[],
  passwords: ReadonlyMap<string, Secret>,
  { run, session, jobs, readsVerifiers }: ProvingOptions,
): Promise<Map<string, string>> {
  const roles = decisions.map(({ role }) => role);
  const verifiers = readsVerifiers && roles.length > 0 ? await readVerifiers(session, roles) : undefined;
  const unproven = new Map<string, string>();
  await eachInParallel(decisions, { jobs, signal: run.signal }, async (decision) => {
    const password = passwords.get(decision.role);
    const verifier = verifiers?.get(decision.role);
    const reason =
      password === undefined
        ? 'it has no password'
        : verifier
          ? await whyNotStored(run, password, verifier, decision.role)
          : await whyNoLogin(run, session, decision, password);
    if (reason !== undefined) unproven.set(decision.role, reason);
  });
  return unproven;
}

async function whyNotStored(
  { cache }: Run,
  password: Secret,
  verifier: string,
  role: string,
): Promise<string | undefined> {
  const judgement = await judgeVerifier(password.reveal(), verifier, role, rememberedKeys(cache.scramKeys));
  return judgement === 'matches' ? undefined : 'the server stores another one';
}

async function whyNoLogin(
  run: Run,
  session: Session,
  { role, files }: RoleDecision,
  password: Secret,
): Promise<string | undefined> {
  const database = files[0]?.pair.database;
  if (database === undefined) return 'no database to log in to';
  const proof = await proveLogin(run.target, {
    user: role,
    password,
    database,
    pinned: session.pinned,
    timeoutMs: 10_000,
    signal: run.signal,
    cache: run.cache,
    ...(run.meter !== undefined && { meter: run.meter }),
  });
  if (proof.state === 'proven') return undefined;
  return proof.state === 'refused' ? 'the server refused it (28P01)' : proof.reason;
}
