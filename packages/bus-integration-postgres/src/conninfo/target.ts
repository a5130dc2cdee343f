// Where and how to connect: what a DSN, the environment, service and password files add up to (conninfo.ts makes it,
// connect.ts uses it). Plain values; nothing here connects.
import type { Remedy, Secret, Wording } from 'bus-integration-database';

export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export interface ServerAddress {
  /** A host name, an IP address, or a directory (absolute, or `@abstract`) that holds a Unix-domain socket. */
  readonly host: string;
  /** The address to dial instead of looking `host` up. */
  readonly hostaddr?: string;
  readonly port: number;
  /** From the DSN, PGPASSWORD, or the password file's line for this very host, port, database and user. */
  readonly password?: Secret;
}

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS */
export interface ConnectionTarget {
  /** Tried in order; never empty. */
  readonly addresses: readonly ServerAddress[];
  readonly user: string;
  readonly database: string;
  readonly sslmode: SslMode;
  /** What was said of TLS in so many words, by DSN, service file or environment: no default, no file of the admin's own. */
  readonly said?: { readonly sslmode?: string; readonly sslrootcert?: string };
  readonly sslnegotiation: 'postgres' | 'direct';
  /** Absolute path, or `system`. */
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
  readonly sslpassword?: Secret;
  readonly sslcrl?: string;
  readonly sslsni: boolean;
  readonly sslMinProtocolVersion?: string;
  readonly sslMaxProtocolVersion?: string;
  readonly channelBinding: 'disable' | 'prefer' | 'require';
  /** Authentication methods the server may ask for; `negated` when the list names those it may not. */
  readonly requireAuth?: { readonly methods: readonly string[]; readonly negated: boolean };
  /** Per address; absent means libpq's "wait for ever", for which callers set their own bound. */
  readonly connectTimeoutMs?: number;
  readonly targetSessionAttrs: 'any' | 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby';
  readonly loadBalanceHosts: 'disable' | 'random';
  /** Command-line options for the server (`-c name=value`), as the DSN gives them. */
  readonly options?: string;
  /** Things worth telling: a password file ignored for its mode, say. */
  readonly warnings: readonly TargetWarning[];
}

export interface TargetWarning {
  readonly text: Wording;
  readonly remedy?: Remedy;
}
