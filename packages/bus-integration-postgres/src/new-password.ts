// The passwords of an apply: chosen, turned into what the server is sent, and proven afterwards.
import type { Secret } from 'bus-integration-database';
import { readCluster } from './catalog.ts';
import type { Computed } from './compute.ts';
import type { Session } from './connect.ts';
import type { RoleDecision } from './credentials.ts';
import { proveLogin } from './login.ts';
import type { Run } from './run.ts';
import { matchesVerifier, newPassword, newVerifier } from './scram.ts';

/** Each role's password: the one that its files hold, or a new one. */
export function choosePasswords({ credentials }: Computed): Map<string, Secret> {
  return new Map(
    credentials
      .filter(({ source }) => source !== 'none' && source !== 'unproven')
      .map(({ role, password }) => [role, password ?? newPassword()]),
  );
}

/** What stands in PASSWORD '…': a verifier made here, so that no password is ever on a wire or in a log. */
export async function passwordsToSend(
  { credentials }: Computed,
  passwords: ReadonlyMap<string, Secret>,
  send: 'verifier' | 'plaintext',
  iterations: number,
): Promise<Map<string, string>> {
  const wanted = credentials.filter(({ setsVerifier }) => setsVerifier).map(({ role }) => role);
  const sent = await Promise.all(
    wanted.map(async (role): Promise<[string, string]> => {
      const password = passwords.get(role);
      if (password === undefined) throw new Error(`no password for role ${role}`);
      return [role, send === 'plaintext' ? password.reveal() : await newVerifier(password, iterations)];
    }),
  );
  return new Map(sent);
}

/** Undefined when the server is proven to hold the password; else why not. */
export async function provePassword(
  run: Run,
  deploymentId: string,
  session: Session,
  decision: RoleDecision,
  password: Secret,
): Promise<string | undefined> {
  const sight = await readCluster(session, { deploymentId, roles: [decision.role], databases: [] });
  const role = sight.roles.get(decision.role);
  if (role?.verifier) {
    return matchesVerifier(password.reveal(), role.verifier, role.name) ? undefined : 'the server stores another one';
  }
  const pair = decision.files[0]?.pair;
  if (pair === undefined) return 'no database to log in to';
  const proof = await proveLogin(run.target, {
    user: decision.role,
    password,
    database: pair.database,
    pinned: session.pinned,
    timeoutMs: 10_000,
    signal: run.signal,
    ...(run.meter !== undefined && { meter: run.meter }),
  });
  if (proof.state === 'proven') return undefined;
  return proof.state === 'refused' ? 'the server refused it (28P01)' : proof.reason;
}
