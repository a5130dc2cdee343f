// An output file's text: connection strings, which the provider alone can read and write. As plain data, without the
// password, each is an endpoint.
import type { Output } from '../model/output.ts';
import type { Secret } from '../secrets/secret.ts';

/** Keyword → value, without user, password and database. Of a file it may hold secrets: see `shownPart`. */
export type Endpoint = Readonly<Record<string, string>>;

/** What an output file was found to hold. */
export type FileReading =
  | { readonly state: 'absent' }
  /**
   * `holder`: who logs in with what stands there instead, `app_service@app`. `isForeign`: the content is of another kind, a
   * private key for instance, and nobody but this file may have it.
   */
  | { readonly state: 'broken'; readonly reason: string; readonly holder?: string; readonly isForeign?: boolean }
  | {
      readonly state: 'present';
      readonly endpoint: Endpoint;
      readonly password: Secret;
      /** It belongs to another user than it should, or has another mode. */
      readonly hasOtherOwner?: boolean;
      /** Not as we write it: some client can't read it. */
      readonly hasOldForm?: boolean;
      /** What stands there beside it, and would be lost with it. */
      readonly displaces?: string;
    };

/** All that a connection string says. */
export interface ConnectionString {
  readonly endpoint: Endpoint;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

/** An output file that belongs to no declared login. */
export interface StrayFile {
  readonly name: string;
  readonly role: string;
  readonly database: string;
  /** As much of its endpoint as tells the server. */
  readonly server: Endpoint;
  /** Further logins that it holds. */
  readonly beside?: readonly Pick<StrayFile, 'role' | 'database' | 'server'>[];
}

/** A login that stands in a file, whichever form that has. */
export interface HeldLogin extends Pick<StrayFile, 'role' | 'database' | 'server'> {
  readonly password: Secret;
}

/** What a provider knows of its connection strings. */
export interface ConnectionStrings {
  /**
   * The text of an output file, without its last line's end, with those of its connections that are to stand in it.
   *
   * @throws OperationError `invalid-request` for what its form can't hold
   */
  readonly write: (output: Output, held: readonly ConnectionString[]) => string;
  /**
   * Reads it back, for each of the output's connections in their order; what is for another role or database is `broken`,
   * like what is no connection string.
   */
  readonly read: (text: Secret, output: Output) => readonly FileReading[];
  /** The role that it is for, whichever that is; undefined where it is not a whole connection string. */
  readonly identify: (line: Secret) => Pick<StrayFile, 'role' | 'database' | 'server'> | undefined;
  /** The logins of a text that holds them in some form and nothing else; none of any other text. */
  readonly loginsIn: (text: Secret) => readonly HeldLogin[];
  /**
   * What a file is to say: the configured endpoint, as far as its form can say it, and what an operator added to the file
   * that is there.
   */
  readonly wanted: (output: Output, configured: Endpoint, live: FileReading) => Endpoint;
  /** What may be shown: of what an operator added, which may be secret, the keywords alone. */
  readonly shownPart: (content: Endpoint, configured: Endpoint) => Endpoint;
  /** Whether both lead to one server. */
  readonly isSameServer: (one: Endpoint, other: Endpoint) => boolean;
  /** Whether a service that reads `next` instead of `before` is protected less. */
  readonly isWeaker: (before: Endpoint, next: Endpoint, hasTls: boolean) => boolean;
  /** Whether a file that can't be written now serves as well as the wanted one would. */
  readonly isServing: (found: Endpoint, wanted: Endpoint) => boolean;
}
