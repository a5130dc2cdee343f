// One rule of a pg_hba.conf, as plain data.

import type { HbaRegex } from '../regex/regex.ts';
import type { HbaNetwork } from './address.ts';

export type HbaConnectionType = 'local' | 'host' | 'hostssl' | 'hostnossl' | 'hostgssenc' | 'hostnogssenc';

/** One element of a field: https://www.postgresql.org/docs/current/auth-pg-hba-conf.html */
export interface HbaToken {
  readonly text: string;
  /** A quotation mark stood before its first character, which takes a keyword's meaning away; one further on does not. */
  readonly isQuoted: boolean;
  /** The source doesn't tell whether it was quoted, and it would matter. */
  readonly isAmbiguous?: true;
  /** Where the server takes it for a regular expression (16 and newer, a slash first, quoted or not). */
  readonly regex?: HbaRegex;
}

export type HbaAddress =
  | { readonly kind: 'all' | 'samehost' | 'samenet'; readonly text: string }
  | { readonly kind: 'network'; readonly text: string; readonly network: HbaNetwork }
  /** A host name, or with a dot first the end of one: only the server's DNS knows which address it means. */
  | { readonly kind: 'hostname'; readonly text: string };

export interface HbaRule {
  readonly file: string;
  /** The first line of a rule that goes on over several. */
  readonly line: number;
  readonly type: HbaConnectionType;
  readonly databases: readonly HbaToken[];
  readonly users: readonly HbaToken[];
  /** Undefined exactly for `local`. */
  readonly address?: HbaAddress;
  /** As the server takes it: `ident` on a `local` line is `peer`. */
  readonly method: string;
  /** As written, the last one of a name; passwords and secrets are masked. */
  readonly options: Readonly<Record<string, string>>;
  /** The line as written, continuation lines joined; passwords and secrets are cut off. */
  readonly text: string;
}
