// The shapes of what the catalog queries answer: names are text, privileges a closed set, numbers whole. Pure.

import {
  boolean,
  integer,
  list,
  nullable,
  oneOf,
  orElse,
  type RowShape,
  record,
  text,
  tuple,
  word,
} from '../connection/session/shape.ts';
import type { AclEntry } from './acl-entry.ts';
import { aclText } from './acl-text.ts';
import type {
  ObservedAdmin,
  ObservedDatabase,
  ObservedEventTrigger,
  ObservedRole,
  ObservedSchema,
  ObservedServer,
  Obstacles,
} from './observation.ts';

const names = list(text);

interface ServerRow {
  readonly server: Omit<ObservedServer, 'isPooled' | 'systemIdentifier'> & {
    readonly pid: number;
    readonly hasSsl: boolean;
  };
  readonly admin: ObservedAdmin & { readonly readsSystemIdentifier: boolean };
}

interface ClusterRow extends ServerRow {
  readonly roles: readonly Omit<ObservedRole, 'verifier'>[];
  readonly databases: readonly ObservedDatabase[];
}

const server = record<ServerRow['server']>({
  version: word,
  versionNum: integer,
  database: text,
  isInRecovery: boolean,
  readsOnlyByDefault: boolean,
  maxConnections: integer,
  reservedConnections: integer,
  usedConnections: integer,
  entersPostgres: boolean,
  pid: integer,
  hasSsl: boolean,
  scramIterations: integer,
  // template0 may have been dropped.
  encoding: orElse(word, 'unknown'),
  characterType: orElse(text, 'unknown'),
});

const admin = record<ServerRow['admin']>({
  name: text,
  isSuperuser: boolean,
  createsRoles: boolean,
  createsDatabases: boolean,
  peers: names,
  mutesLogging: boolean,
  readsVerifiers: boolean,
  readsSystemIdentifier: boolean,
});

const role = record<ClusterRow['roles'][number]>({
  name: text,
  canLogin: boolean,
  isSuperuser: boolean,
  createsRoles: boolean,
  createsDatabases: boolean,
  replicates: boolean,
  bypassesRowSecurity: boolean,
  hasExpired: boolean,
  connectionLimit: integer,
  comment: nullable(text),
  memberOf: names,
  powerfulGroups: list(
    record<ObservedRole['powerfulGroups'][number]>({
      name: text,
      power: oneOf('is a superuser', 'has CREATEROLE', 'has CREATEDB', 'has REPLICATION', 'has BYPASSRLS'),
    }),
  ),
  powerfulGrants: list(record<ObservedRole['powerfulGrants'][number]>({ group: text, grantor: text })),
  inherits: names,
  ownsDatabases: names,
  adminMayAlter: boolean,
  connections: integer,
});

/** [grantee, grantor, privilege, is grantable]; https://www.postgresql.org/docs/current/ddl-priv.html#PRIVILEGE-ABBREVS-TABLE */
export function aclEntry(privilege: RowShape<string>): RowShape<AclEntry> {
  const entry = tuple<[string | null, string, string, boolean]>(nullable(text), text, privilege, boolean);
  return (value) => {
    const [grantee, grantor, granted, isGrantable] = entry(value);
    return { grantee, grantor, privilege: granted, isGrantable };
  };
}

const database = record<Omit<ObservedDatabase, 'adminJoins'>>({
  name: text,
  owner: text,
  adminActsAsOwner: boolean,
  adminMayConnect: boolean,
  encoding: word,
  allowsConnections: boolean,
  connectionLimit: integer,
  comment: nullable(text),
  connections: integer,
  sizeBytes: nullable(integer),
  acl: list(aclEntry(oneOf('CONNECT', 'CREATE', 'TEMPORARY'))),
});

export const serverShape = record<ServerRow>({ server, admin });
export const clusterShape = record<ClusterRow>({ server, admin, roles: list(role), databases: list(database) });

interface SchemaRow extends ObservedSchema {
  /** Carries the deployment's mark. */
  readonly isMarked: boolean;
}

interface InsideRow {
  readonly adminMayCreateSchemas: boolean;
  /** Declared, marked, or both. */
  readonly schemas: readonly SchemaRow[];
  /** It has event triggers, or row security policies. */
  readonly hasObstacles: boolean;
}

export const insideShape = record<InsideRow>({
  adminMayCreateSchemas: boolean,
  schemas: list(
    record<SchemaRow>({
      name: text,
      owner: text,
      adminActsAsOwner: boolean,
      isMarked: boolean,
      acl: aclText,
    }),
  ),
  hasObstacles: boolean,
});

export const obstaclesShape = record<Obstacles>({
  eventTriggers: list(
    record<ObservedEventTrigger>({ name: text, event: text, tags: nullable(names), calls: text, isMember: boolean }),
  ),
  withoutPolicy: list(record<Obstacles['withoutPolicy'][number]>({ role: text, schema: text, name: text })),
});

export const verifierShape = record<{ readonly name: string; readonly verifier: string | null }>({
  name: text,
  verifier: nullable(text),
});

export const systemIdentifierShape = record<{ readonly systemIdentifier: string }>({ systemIdentifier: word });
