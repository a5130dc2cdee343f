// Whether a password is the role's, found out by logging in. A proof is the server's own signature, never mere entrance:
// who is let in without a password has proven nothing.
import type { Secret } from 'bus-integration-database';
import {
  type AuthenticationRecord,
  type ConnectCache,
  connect,
  type Meter,
  type PinnedAddress,
} from '../connection/connect.ts';
import type { ConnectionTarget } from '../conninfo/target.ts';
import { serverText, sqlstateOf } from '../text/sqlstate.ts';

export type LoginProof =
  /** The server showed that it knows this password's verifier; `followedBy` is what kept the session from beginning. */
  | { readonly state: 'proven'; readonly followedBy?: { readonly sqlstate: string; readonly message: string } }
  /** Wrong, expired, or the role has no usable hash, or there is no such role: 28P01 tells them not apart. */
  | { readonly state: 'refused'; readonly sqlstate: '28P01' }
  | { readonly state: 'unknown'; readonly reason: string; readonly sqlstate?: string };

export interface PasswordLoginOptions {
  readonly user: string;
  readonly password: Secret;
  readonly database: string;
  /** The admin's address: a service's own is never tried. */
  readonly pinned: PinnedAddress;
  /** Default: `bus login proof`. */
  readonly applicationName?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly cache?: ConnectCache;
  readonly meter?: Meter;
}

/**
 * Logs in once and leaves again. Never throws for what a server does; an interruption is `unknown` too.
 * https://www.postgresql.org/docs/current/sasl-authentication.html#SASL-SCRAM-SHA-256
 *
 * @example
 * const proof = await proveLogin(target, { user: 'app', password, database: 'app', pinned, timeoutMs: 5_000 });
 */
export async function proveLogin(target: ConnectionTarget, options: PasswordLoginOptions): Promise<LoginProof> {
  const record: AuthenticationRecord = { isProofSent: false, isServerProven: false };
  try {
    const anyServer: ConnectionTarget = { ...target, targetSessionAttrs: 'any' };
    const session = await connect(anyServer, {
      applicationName: 'bus login proof',
      ...options,
      queryTimeoutMs: options.timeoutMs,
      record,
    });
    await session.close();
    if (record.isServerProven) return { state: 'proven' };
    return { state: 'unknown', reason: reasonFor[record.method ?? 'none'] };
  } catch (error) {
    const sqlstate = sqlstateOf(error);
    const message = serverText(error instanceof Error ? error.message : String(error));
    if (record.isServerProven)
      return { state: 'proven', ...(sqlstate !== undefined && { followedBy: { sqlstate, message } }) };
    if (sqlstate === '28P01' && record.isProofSent) return { state: 'refused', sqlstate };
    // A missing database, or no right to enter it, must not hide that no password was asked for before that.
    const reason = record.method === 'none' ? `${reasonFor.none}, then: ${message}` : message;
    return { state: 'unknown', reason, ...(sqlstate !== undefined && { sqlstate }) };
  }
}

const reasonFor = {
  none: 'the server asked for no password (trust)',
  password: 'the server takes the password in plaintext, which proves nothing of it',
  md5: 'the server takes an MD5 hash, which proves nothing of the server',
  'scram-sha-256': 'the server left out its proof',
} as const;
