// What the listener policy is judged by, read in one go: settings, addresses, roles, databases. Never writes, and looks
// into no database.
import type { DesiredNames } from 'bus-integration-database';
import type { Session } from '../../connection/session/session.ts';
import {
  boolean,
  integer,
  list,
  nullable,
  readRow,
  readRows,
  record,
  text,
  word,
} from '../../connection/session/shape.ts';
import { listenerQuery, weakVerifierQuery } from '../../sql/verify/listener-query.ts';

interface ListenerRole {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly replicates: boolean;
  readonly isService: boolean;
  /** -1 is none. */
  readonly connectionLimit: number;
  readonly memberOf: readonly string[];
}

export interface ListenerDatabase {
  readonly name: string;
  readonly isDeclared: boolean;
  readonly connectionLimit: number;
  readonly adminMayConnect: boolean;
  readonly isOpenToPublic: boolean;
}

const settingNames = [
  'listen_addresses',
  'port',
  'ssl',
  'ssl_min_protocol_version',
  'password_encryption',
  'max_connections',
] as const;
type ListenerSetting = (typeof settingNames)[number];

export interface ListenerFacts {
  /** The role that read them. */
  readonly admin: string;
  /** By name; one that the admin may not see is absent. */
  readonly settings: Readonly<Partial<Record<ListenerSetting, string>>>;
  readonly pendingRestart: readonly string[];
  /** Where the admin's connection arrived, as the server sees it; null on a socket. */
  readonly serverAddress: string | null;
  readonly serverPort: number | null;
  /** Where it came from, as the server sees it. */
  readonly clientAddress: string | null;
  readonly versionNum: number;
  /** Those that can log in and are services, superusers, or may replicate. */
  readonly roles: readonly ListenerRole[];
  readonly databases: readonly ListenerDatabase[];
  /** Roles whose stored password is no SCRAM verifier; undefined when that can't be read. */
  readonly weakVerifiers: readonly { readonly name: string; readonly isSuperuser: boolean }[] | undefined;
}

/** One or two statements. */
export async function readListenerFacts(session: Session, { roles, databases }: DesiredNames): Promise<ListenerFacts> {
  const { readsVerifiers, ...facts } = await readRow(session, factsShape, {
    sql: listenerQuery,
    values: [[...roles], [...databases.keys()], settingNames],
    doing: 'reading who can reach the server',
  });
  const weakVerifiers = readsVerifiers
    ? await readRows(session, weakShape, { sql: weakVerifierQuery, doing: 'reading kinds of verifiers' })
    : undefined;
  return { ...facts, admin: session.user, weakVerifiers };
}

const weakShape = record<{ readonly name: string; readonly isSuperuser: boolean }>({
  name: text,
  isSuperuser: boolean,
});

const factsShape = record<Omit<ListenerFacts, 'admin' | 'weakVerifiers'> & { readonly readsVerifiers: boolean }>({
  settings: (value) => {
    const settings = record<Record<ListenerSetting, string | null>>({
      listen_addresses: nullable(text),
      port: nullable(word),
      ssl: nullable(word),
      ssl_min_protocol_version: nullable(text),
      password_encryption: nullable(word),
      max_connections: nullable(word),
    })(value);
    return Object.fromEntries(Object.entries(settings).filter(([, setting]) => setting !== null));
  },
  pendingRestart: list(text),
  serverAddress: nullable(word),
  serverPort: nullable(integer),
  clientAddress: nullable(word),
  versionNum: integer,
  roles: list(
    record<ListenerRole>({
      name: text,
      isSuperuser: boolean,
      replicates: boolean,
      isService: boolean,
      connectionLimit: integer,
      memberOf: list(text),
    }),
  ),
  databases: list(
    record<ListenerDatabase>({
      name: text,
      isDeclared: boolean,
      connectionLimit: integer,
      adminMayConnect: boolean,
      isOpenToPublic: boolean,
    }),
  ),
  readsVerifiers: boolean,
});
