// What a scenario is: plain data that says where a cluster and its files begin, and what the operator is then told.
import type { ErrorClass } from 'bus-integration-database';
import type { Major } from 'embedded';
import type { Desired, Flags } from './deployment.ts';

/** `self-granting`: a plain one with createrole_self_grant = 'set, inherit', 16 and newer. */
export type Admin = 'superuser' | 'plain' | 'self-granting';

/** Statements run before the scenario's own rounds: as the superuser in `postgres` unless said otherwise. */
export interface Statement {
  readonly sql: string;
  readonly database?: string;
  /** `admin`: as the admin of the run. */
  readonly as?: 'admin';
}

/** What is done to the output directory by hand. */
export type FileEdit =
  | { readonly remove: string }
  | { readonly truncate: string }
  /** Replaces text in a file: `{ edit: 'app.dsn', from: '127.0.0.1', to: 'db' }`. */
  | { readonly edit: string; readonly from: string | RegExp; readonly to: string }
  /** Copies a file: a staged file is `app.dsn.staged`. */
  | { readonly copy: string; readonly to: string }
  /** Writes a DSN file for this server, as an apply would: the server has no TLS. */
  | { readonly write: string; readonly database: string; readonly role: string; readonly password: string };

/** One plan and what it is expected to say; unless it is refused it is applied, planned again and verified. */
export interface Round {
  /** What is declared from this round on, where that is something else. */
  readonly desired?: Desired;
  readonly flags?: Flags;
  /** `action target`, in order; left out where only the refusal matters. */
  readonly steps?: readonly string[];
  readonly refused?: {
    readonly errorClass: ErrorClass;
    readonly codes: readonly string[];
    /** Each must match some remedy. */
    readonly remedies?: readonly RegExp[];
  };
  /** Codes of findings that the plan must show, refused or not. */
  readonly findings?: readonly string[];
  /** The plan can't know what only apply finds inside a new database; apply ends so. */
  readonly applyFails?: { readonly errorClass: ErrorClass; readonly remedies: readonly RegExp[] };
  /** What `verify` answers after it. Default: ok. */
  readonly verify?: 'ok' | 'failed';
  /** What status calls ours and no longer declared. Default: nothing. */
  readonly leftovers?: readonly string[];
  /** Asked of the server afterwards; one row each, as an object. */
  readonly answers?: readonly { readonly ask: string; readonly database?: string; readonly answer: unknown }[];
}

export interface Scenario {
  readonly name: string;
  /** Default: all. */
  readonly majors?: readonly Major[];
  /** Default: a superuser and a plain one; of a manifest all three. */
  readonly admins?: readonly Admin[];
  /** Applied first, when given. */
  readonly earlier?: Desired;
  readonly desired: Desired;
  readonly start?: readonly Statement[];
  readonly files?: readonly FileEdit[];
  readonly rounds: readonly Round[];
}

export const allMajors: readonly Major[] = [14, 15, 16, 17, 18];
