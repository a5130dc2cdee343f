// What the doctor reads of a server beside what a plan reads, in one round trip. Judges nothing, writes nothing.
import type { Session } from '../connect.ts';
import { doctorQuery } from '../sql/doctor.ts';

/** A transaction that holds what an apply may have to wait for; a prepared one has a gid and no pid. */
export interface Blocker {
  readonly pid: number | null;
  readonly gid: string | null;
  readonly application: string | null;
  readonly role: string | null;
  /** Since it began; null where the admin may not know. */
  readonly seconds: number | null;
  readonly things: readonly string[];
  /** Locked as a whole, rather than changed and not committed. */
  readonly isStrong: boolean;
}

export interface PreparedTransaction {
  readonly gid: string;
  readonly role: string;
  readonly database: string;
  readonly seconds: number;
}

export interface TemplateSession {
  readonly database: 'template0' | 'template1';
  readonly pid: number;
  readonly role: string | null;
  readonly application: string;
}

export interface CollationDrift {
  readonly name: string;
  readonly recorded: string;
  /** null where the server has no version for it. */
  readonly actual: string | null;
}

export interface DoctorSight {
  readonly clockMs: number;
  readonly pid: number;
  /** Of the server's end of this connection; null for a Unix-domain socket. */
  readonly address: string | null;
  readonly port: number | null;
  /** Another in every server, even of one cluster. */
  readonly startedAt: string;
  readonly sees: { readonly settings: boolean; readonly sessions: boolean; readonly rules: boolean };
  /** null where it is not set, or may not be read. */
  readonly settings: Readonly<Record<SettingName, string | null>>;
  readonly changesRdsPasswords: boolean;
  /** Connections that the admin's role may have, -1 for any number, and has. */
  readonly own: { readonly limit: number; readonly used: number };
  readonly collations: readonly CollationDrift[];
  readonly templateSessions: readonly TemplateSession[];
  readonly prepared: readonly PreparedTransaction[];
  readonly blockers: readonly Blocker[];
  /** When the question left and when its answer was here, by our clock. */
  readonly askedMs: number;
  readonly answeredMs: number;
}

type SettingName =
  | 'shared_preload_libraries'
  | 'session_preload_libraries'
  | 'local_preload_libraries'
  | 'passwordcheck'
  | 'credcheck'
  | 'rds'
  | 'supautils';

export async function readDoctorSight(session: Session, databases: readonly string[]): Promise<DoctorSight> {
  const askedMs = Date.now();
  const [row] = await session.query<Omit<DoctorSight, 'askedMs' | 'answeredMs'>>(
    doctorQuery(session.serverVersionNum),
    [databases],
    { doing: 'reading locks, clock and settings' },
  );
  if (row === undefined) throw new Error('the doctor query answered no row');
  return { ...row, askedMs, answeredMs: Date.now() };
}
