// What was read of a server, as plain values: the input of every decision. catalog.ts fills it; nothing here reads.

import type { Reached } from '../conninfo/dsn-endpoint.ts';
import type { MarkedSchema } from '../sql/leftovers-query.ts';
import type { StrayType } from '../sql/strays-query.ts';
import type { AclEntry } from './acl-entry.ts';
import type { RolesInDetail } from './observed-details.ts';
import type { ObservedObjects } from './observed-objects.ts';
import type { Remains } from './remains.ts';
import type { Retiring } from './retiring.ts';

export interface ObservedServer {
  readonly version: string;
  readonly versionNum: number;
  readonly database: string;
  readonly systemIdentifier?: string;
  readonly isInRecovery: boolean;
  readonly readsOnlyByDefault: boolean;
  readonly maxConnections: number;
  readonly reservedConnections: number;
  readonly usedConnections: number;
  /** The process that answered is not the one that the login named: a pooler stands between. */
  readonly isPooled: boolean;
  /** Database `postgres`, where every run's lock is, lets the admin in. */
  readonly entersPostgres: boolean;
  readonly scramIterations: number;
  /** Encoding of template0, which says what names and comments of the cluster's databases may hold. */
  readonly encoding: string;
  /** LC_CTYPE of template0. */
  readonly characterType: string;
}

/** A service whose password is of no use over the socket. */
export interface SocketLogin {
  readonly role: string;
  readonly database: string;
  /** `peer`, `reject` …; like `where` absent where no rule fits. */
  readonly method?: string;
  /** `/etc/postgresql/15/main/pg_hba.conf:118` */
  readonly where?: string;
}

export interface ObservedAdmin {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly createsRoles: boolean;
  readonly createsDatabases: boolean;
  /** All superusers and roles with CREATEDB. */
  readonly peers: readonly string[];
  /** May keep a transaction's statements out of the server's log. */
  readonly mutesLogging: boolean;
  readonly readsVerifiers: boolean;
}

export interface ObservedRole {
  readonly name: string;
  readonly canLogin: boolean;
  readonly isSuperuser: boolean;
  readonly createsRoles: boolean;
  readonly createsDatabases: boolean;
  readonly replicates: boolean;
  readonly bypassesRowSecurity: boolean;
  readonly hasExpired: boolean;
  /** Negative: none. */
  readonly connectionLimit: number;
  readonly comment: string | null;
  /** Roles that it is a member of, directly or not. */
  readonly memberOf: readonly string[];
  /** Those of them that can do what a service must not: `{ name: 'ops', power: 'has CREATEROLE' }`. */
  readonly powerfulGroups: readonly { readonly name: string; readonly power: string }[];
  /** Its own memberships by which it is a member of those, or of predefined roles. */
  readonly powerfulGrants: readonly { readonly group: string; readonly grantor: string }[];
  /** Those whose privileges it has without SET ROLE. */
  readonly inherits: readonly string[];
  readonly ownsDatabases: readonly string[];
  /** The admin may alter it: 16 and newer want ADMIN on it beside CREATEROLE. */
  readonly adminMayAlter: boolean;
  readonly connections: number;
  /** The stored verifier; null when none is stored, absent when it may not be read. */
  readonly verifier?: string | null;
}

export interface ObservedDatabase {
  readonly name: string;
  readonly owner: string;
  readonly adminActsAsOwner: boolean;
  /** The owner, where the admin acts as it only by a membership for one transaction. */
  readonly adminJoins?: string;
  readonly adminMayConnect: boolean;
  readonly encoding: string;
  readonly allowsConnections: boolean;
  readonly connectionLimit: number;
  readonly comment: string | null;
  readonly connections: number;
  /** Null where it was not asked for, or may not be known. */
  readonly sizeBytes?: number | null;
  readonly acl: readonly AclEntry[];
}

/** A limit of the database itself, which does not bind superusers, leaves this admin no way in. */
export function isFull(
  { connectionLimit, connections }: ObservedDatabase,
  admin: Pick<ObservedAdmin, 'isSuperuser'>,
): boolean {
  return !admin.isSuperuser && connectionLimit >= 0 && connections >= connectionLimit;
}

export interface ObservedSchema {
  readonly name: string;
  readonly owner: string;
  readonly adminActsAsOwner: boolean;
  readonly acl: readonly AclEntry[];
}

/** An extension of one database. */
export interface ObservedExtension {
  readonly name: string;
  readonly schema: string;
  readonly version: string;
  readonly adminActsAsOwner: boolean;
  readonly isRelocatable: boolean;
  /** There is a way to the desired version. */
  readonly isUpdatable: boolean;
}

/** Things of one kind and owner in a schema that is to be another's, with all that is in it. */
export interface ObservedStrays {
  readonly schema: string;
  readonly owner: string;
  readonly adminActsAsOwner: boolean;
  /** As in ALTER … OWNER TO. */
  readonly type: StrayType;
  /** A SECURITY DEFINER routine, a view that is not a security_invoker, a table with rules. */
  readonly runsAsOwner: boolean;
  readonly count: number;
  /** As SQL; null where they are many. */
  readonly names: readonly string[] | null;
}

/** What a connection to one database shows. */
export interface ObservedInside {
  readonly adminMayCreateSchemas: boolean;
  readonly schemas: readonly ObservedSchema[];
  /** All schemas that carry the deployment's mark. */
  readonly markedSchemas: readonly MarkedSchema[];
  /** All; absent where none is desired. */
  readonly extensions?: readonly ObservedExtension[];
  /** Absent where nothing is said of owners. */
  readonly strays?: readonly ObservedStrays[];
  /** How many locks the server's lock table holds; absent where there is nothing that others own. */
  readonly lockCapacity?: number;
  /** Absent where it was not asked for. */
  readonly objects?: ObservedObjects;
  /** Absent where there is none. */
  readonly obstacles?: Obstacles;
}

/** What may refuse or change a command that is allowed. */
export interface Obstacles {
  /** Those that fire. */
  readonly eventTriggers: readonly ObservedEventTrigger[];
  /** Tables with row security, and a login that has privileges on one and no policy for it. */
  readonly withoutPolicy: readonly { readonly role: string; readonly schema: string; readonly name: string }[];
}

export interface ObservedEventTrigger {
  readonly name: string;
  /** `ddl_command_end`, `login` … */
  readonly event: string;
  /** Command tags; null is every one. */
  readonly tags: readonly string[] | null;
  /** Name of its function. */
  readonly calls: string;
  /** Of an extension. */
  readonly isMember: boolean;
}

/** What a database was made with. */
export interface ObservedCreation {
  readonly name: string;
  readonly encoding: string;
  readonly provider: 'libc' | 'icu' | 'builtin';
  /** Of another provider than libc. */
  readonly locale: string | null;
  readonly collate: string;
  readonly characterType: string;
  readonly tablespace: string;
  readonly adminMayCopy: boolean;
}

/** What is told of databases' making where something is said of it. */
export interface CreationFacts {
  /** Declared databases, templates, template0. */
  readonly databases: ReadonlyMap<string, ObservedCreation>;
  /** Those that exist, and whether the admin may create there. */
  readonly tablespaces: ReadonlyMap<string, { readonly adminMayCreate: boolean }>;
  readonly knowsIcu: boolean;
  /** Of the locales that databases are to have, those that the operating system doesn't. */
  readonly unknownLocales: ReadonlySet<string>;
}

/** A version of an extension that the server has files of. */
export interface AvailableExtension {
  readonly name: string;
  readonly version: string;
  readonly isDefault: boolean;
  readonly wantsSuperuser: boolean;
  /** Who may create in the database may make it nevertheless. */
  readonly isTrusted: boolean;
  /** The only one that it can be in. */
  readonly schema: string | null;
  readonly requires: readonly string[];
}

export interface Observation {
  readonly server: ObservedServer;
  readonly admin: ObservedAdmin;
  /** How the admin reached the server. */
  readonly reached: Reached;
  /** Only where services are to dial a socket; `unknown` where the rules can't be read and the admin gave no password. */
  readonly socketLogins?: readonly SocketLogin[] | 'unknown' | undefined;
  /** Roles that are declared or carry the deployment's mark. */
  readonly roles: ReadonlyMap<string, ObservedRole>;
  readonly databases: ReadonlyMap<string, ObservedDatabase>;
  /** By database; only of those that exist, are ours or could be adopted, and could be entered. */
  readonly inside: ReadonlyMap<string, ObservedInside>;
  /** Absent where nothing desired asks about it. */
  readonly details?: RolesInDetail;
  /** Absent where nothing is said of how databases are made. */
  readonly creation?: CreationFacts | undefined;
  /** By name; absent where no extension is desired. */
  readonly extensions?: ReadonlyMap<string, readonly AvailableExtension[]> | undefined;
  /** Absent where it was not asked for. */
  readonly remains?: Remains;
  /** Absent where nothing is to be retired. */
  readonly retiring?: Retiring;
}
