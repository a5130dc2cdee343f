// What is known of a role before its password is decided.
import type { Remedy } from '../contract/remedy.ts';
import type { Standing } from '../model/standing.ts';
import type { ConnectionStrings, Endpoint } from '../output-files/connection-string.ts';
import type { FilePair } from '../output-files/file-pair.ts';

/** What keeps a role from logging in though its password is right. */
export interface LoginBlock {
  readonly code: string;
  readonly seen: string;
  readonly remedy: Remedy;
  /** The plan ends it before any password is proven. */
  readonly isLifted?: true;
}

export interface DesiredCredentials {
  readonly role: string;
  readonly standing: Standing;
  readonly isRotated: boolean;
  /** The server is known to store no password for it. */
  readonly hasNoPassword?: boolean;
  /** Passwords are proven by what the server stores, without a login. */
  readonly isProvenWithoutLogin?: boolean;
  /** No password lets it in. */
  readonly block?: LoginBlock | undefined;
  readonly endpoint: Endpoint;
  readonly strings: ConnectionStrings;
  /** The server offers TLS. */
  readonly hasTls: boolean;
  readonly pairs: readonly FilePair[];
  /** What would let a new password of the role be proven; absent where it can be. */
  readonly unprovable?: Remedy | undefined;
}

export interface Proof {
  readonly state: 'proven' | 'disproven' | 'unknown';
  /** Unknown, but the server did refuse a login with it. */
  readonly isRefused?: boolean;
  readonly reason?: string;
}
