// What is known of the passwords that DSN files hold: by the stored verifier where it may be read, else by logging in
// at the address that the admin reached. Never tries a password at the services' address.
import { candidatePasswords, type FilePair, type Proof, type Proofs, type Secret } from 'bus-integration-database';
import { judgeVerifier } from '../connection/authentication/scram.ts';
import { rememberedKeys, type ScramCache } from '../connection/authentication/scram-exchange.ts';
import type { PinnedAddress } from '../connection/network/dial.ts';
import type { Meter } from '../connection/network/meter.ts';
import type { ConnectionTarget } from '../conninfo/target.ts';
import type { ObservedRole } from '../observe/observation.ts';
import { eachInParallel } from '../run/parallel.ts';
import { type LoginProof, proveLogin } from '../run/password-login.ts';

export interface ProofOptions {
  readonly target: ConnectionTarget;
  readonly pinned: PinnedAddress;
  readonly timeoutMs: number;
  /** Roles proven at once. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly meter?: Meter | undefined;
  /** Default: `judgeVerifier`. */
  readonly judge?: typeof judgeVerifier | undefined;
  /** Keys of this run. */
  readonly scramKeys: ScramCache;
}

/** Tries every candidate password of the roles that exist; one login per role and password at most. */
export async function provePasswords(
  pairs: readonly FilePair[],
  roles: ReadonlyMap<string, ObservedRole>,
  options: ProofOptions,
): Promise<Proofs> {
  const byRole = new Map<string, FilePair[]>();
  for (const pair of pairs) {
    const group = byRole.get(pair.role);
    if (group === undefined) byRole.set(pair.role, [pair]);
    else group.push(pair);
  }
  const proofs = new Map<string, Proof>();
  await eachInParallel([...byRole], options, async ([name, group]) => {
    const role = roles.get(name);
    if (role === undefined) return;
    const candidates = candidatePasswords(group);
    const found =
      role.verifier !== undefined
        ? await byVerifiers(candidates, role, options)
        : await byLogin(candidates, group, options);
    candidates.forEach((password, index) => {
      proofs.set(proofKey(name, password), found[index] ?? { state: 'unknown' });
    });
  });
  return (role, password) => proofs.get(proofKey(role, password)) ?? { state: 'unknown', reason: 'it was not tried' };
}

/** One after the other: each may be half a second of hashing that no signal ends. */
async function byVerifiers(
  candidates: readonly Secret[],
  role: ObservedRole,
  { judge = judgeVerifier, scramKeys, signal }: ProofOptions,
): Promise<Proof[]> {
  const hash = rememberedKeys(scramKeys);
  const proofs: Proof[] = [];
  for (const password of candidates) {
    signal.throwIfAborted();
    proofs.push(await byVerifier(password, role, (...given) => judge(...given, hash)));
  }
  return proofs;
}

async function byVerifier(
  password: Secret,
  role: ObservedRole,
  judge: (password: string, verifier: string, user: string) => ReturnType<typeof judgeVerifier>,
): Promise<Proof> {
  if (!role.verifier) return { state: 'disproven', reason: 'the role has no password' };
  switch (await judge(password.reveal(), role.verifier, role.name)) {
    case 'matches':
      return { state: 'proven' };
    case 'differs':
      return { state: 'disproven', reason: 'the server holds another password' };
    case 'too-costly':
      return { state: 'unknown', reason: 'its stored verifier asks for more rounds than are worth computing' };
  }
}

async function byLogin(
  candidates: readonly Secret[],
  group: readonly FilePair[],
  options: ProofOptions,
): Promise<Proof[]> {
  const logins: LoginProof[] = [];
  for (const password of candidates) {
    const pair =
      group.find((other) => [other.live, other.staged].some((reading) => holds(reading, password))) ?? group[0];
    if (pair === undefined) continue;
    logins.push(
      await proveLogin(options.target, {
        user: pair.role,
        password,
        database: pair.database,
        pinned: options.pinned,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        ...(options.meter !== undefined && { meter: options.meter }),
      }),
    );
  }
  const oneIsProven = logins.some(({ state }) => state === 'proven');
  return logins.map((login) => asProof(login, oneIsProven));
}

/** A refusal alone may mean an expired password or none; it disproves one only while another is proven the same way. */
function asProof(login: LoginProof, oneIsProven: boolean): Proof {
  switch (login.state) {
    case 'proven':
      return { state: 'proven' };
    case 'refused':
      return oneIsProven
        ? { state: 'disproven', reason: 'the server refused it' }
        : {
            state: 'unknown',
            isRefused: true,
            reason: 'the server refused it (28P01: wrong, expired, or the role has none)',
          };
    case 'unknown':
      return { state: 'unknown', reason: login.reason };
  }
}

function holds(reading: FilePair['live'], password: Secret): boolean {
  return reading.state === 'present' && reading.password.reveal() === password.reveal();
}

function proofKey(role: string, password: Secret): string {
  return JSON.stringify([role, password.reveal()]);
}
