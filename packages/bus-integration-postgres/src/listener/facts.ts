// What the listener policy is judged by, read in one go: settings, addresses, roles, databases. Never writes.
import { eachInParallel } from '../parallel.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { listenerQuery, publicWritableQuery, weakVerifierQuery } from '../sql/listener.ts';
import { toOperationError } from '../sqlstate.ts';

interface ListenerRole {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly replicates: boolean;
  readonly isService: boolean;
  /** -1 is none. */
  readonly connectionLimit: number;
  readonly memberOf: readonly string[];
}

interface ListenerDatabase {
  readonly name: string;
  readonly isDeclared: boolean;
  readonly connectionLimit: number;
  readonly adminMayConnect: boolean;
  readonly isOpenToPublic: boolean;
}

interface WritableSchema {
  readonly database: string;
  readonly name: string;
  readonly owner: string;
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
  readonly writableSchemas: readonly WritableSchema[];
  /** Declared databases that the admin can't look into; without a reason it has no right to CONNECT. */
  readonly closedDatabases: readonly { readonly name: string; readonly reason?: string }[];
}

/** Two or three statements, and one in each declared database. */
export async function readListenerFacts(
  session: Session,
  run: Run,
  wanted: { readonly roles: readonly string[]; readonly databases: readonly string[]; readonly jobs: number },
): Promise<ListenerFacts> {
  type Row = Omit<ListenerFacts, 'admin' | 'weakVerifiers' | 'writableSchemas' | 'closedDatabases'> & {
    readsVerifiers: boolean;
  };
  const [row] = await session.query<Row>(listenerQuery, [wanted.roles, wanted.databases, settingNames], {
    doing: 'reading who can reach the server',
  });
  if (row === undefined) throw new Error('the listener query answered no row');
  const { readsVerifiers, ...facts } = row;
  const weakVerifiers = readsVerifiers
    ? await session.query<{ name: string; isSuperuser: boolean }>(weakVerifierQuery)
    : undefined;
  return { ...facts, admin: session.user, weakVerifiers, ...(await lookInside(facts.databases, run, wanted.jobs)) };
}

async function lookInside(databases: readonly ListenerDatabase[], run: Run, jobs: number) {
  const declared = databases.filter(({ isDeclared }) => isDeclared);
  const writable = new Map<string, readonly { name: string; owner: string }[]>();
  const reasons = new Map<string, string>();
  const open = declared.filter(({ adminMayConnect }) => adminMayConnect).map(({ name }) => name);
  await eachInParallel(open, { jobs, signal: run.signal }, async (database) => {
    try {
      await using session = await run.open('read', database);
      writable.set(database, await session.query(publicWritableQuery));
    } catch (error) {
      if (run.signal.aborted) throw error;
      // It is only one part of what is judged.
      reasons.set(database, toOperationError(error, database).message);
    }
  });
  return {
    writableSchemas: declared.flatMap(({ name: database }) =>
      (writable.get(database) ?? []).map((schema) => ({ database, ...schema })),
    ),
    closedDatabases: declared
      .filter(({ name }) => !writable.has(name))
      .map(({ name }) => {
        const reason = reasons.get(name);
        return { name, ...(reason !== undefined && { reason }) };
      }),
  };
}
