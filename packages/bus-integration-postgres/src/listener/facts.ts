// What the listener policy is judged by, read in one go: settings, addresses, roles, databases. Never writes, and looks
// into no database.
import type { Session } from '../session.ts';
import { listenerQuery, weakVerifierQuery } from '../sql/listener.ts';

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
type SettingName = (typeof settingNames)[number];

export interface ListenerFacts {
  /** The role that read them. */
  readonly admin: string;
  /** By name; one that the admin may not see is absent. */
  readonly settings: Readonly<Partial<Record<SettingName, string>>>;
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
export async function readListenerFacts(
  session: Session,
  wanted: { readonly roles: readonly string[]; readonly databases: readonly string[] },
): Promise<ListenerFacts> {
  type Row = Omit<ListenerFacts, 'admin' | 'weakVerifiers'> & { readsVerifiers: boolean };
  const [row] = await session.query<Row>(listenerQuery, [wanted.roles, wanted.databases, settingNames], {
    doing: 'reading who can reach the server',
  });
  if (row === undefined) throw new Error('the listener query answered no row');
  const { readsVerifiers, ...facts } = row;
  const weakVerifiers = readsVerifiers
    ? await session.query<{ name: string; isSuperuser: boolean }>(weakVerifierQuery)
    : undefined;
  return { ...facts, admin: session.user, weakVerifiers };
}
