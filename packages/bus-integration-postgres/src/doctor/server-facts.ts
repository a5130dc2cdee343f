// What the doctor reads of a server beside what a plan reads, in one round trip. Judges nothing, writes nothing.
import type { Session } from '../connection/connect.ts';
import {
  boolean,
  integer,
  list,
  nullable,
  number,
  oneOf,
  orElse,
  readRow,
  record,
  text,
  word,
} from '../connection/session/shape.ts';
import { doctorQuery } from '../sql/doctor-query.ts';

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

export interface DoctorObservation {
  readonly clockMs: number;
  readonly pid: number;
  /** Of the server's end of this connection; null for a Unix-domain socket. */
  readonly address: string | null;
  readonly port: number | null;
  /** Another in every server, even of one cluster. */
  readonly startedAt: string;
  readonly sees: { readonly settings: boolean; readonly sessions: boolean; readonly rules: boolean };
  /** null where it is not set, or may not be read. */
  readonly settings: Readonly<Record<DoctorSetting, string | null>>;
  readonly changesRdsPasswords: boolean;
  /** Connections that the admin's role may have, -1 for any number, and has. */
  readonly own: { readonly limit: number; readonly used: number };
  /** Settings that were changed and are not in force before a restart; without those that the admin may not see. */
  readonly pendingRestart: readonly string[];
  readonly collations: readonly CollationDrift[];
  readonly templateSessions: readonly TemplateSession[];
  readonly prepared: readonly PreparedTransaction[];
  readonly blockers: readonly Blocker[];
  /** When the question left and when its answer was here, by our clock. */
  readonly askedMs: number;
  readonly answeredMs: number;
}

type DoctorSetting =
  | 'shared_preload_libraries'
  | 'session_preload_libraries'
  | 'local_preload_libraries'
  | 'passwordcheck'
  | 'credcheck'
  | 'rds'
  | 'supautils';

export async function readDoctorObservation(
  session: Session,
  databases: readonly string[],
): Promise<DoctorObservation> {
  const askedMs = Date.now();
  const row = await readRow(session, observationShape, {
    sql: doctorQuery(session.serverVersionNum),
    values: [databases],
    doing: 'reading locks, clock and settings',
  });
  return { ...row, askedMs, answeredMs: Date.now() };
}

/** Everybody sees a session's name, but NULL is what a view hides. */
const orNothing = orElse(text, '');

const observationShape = record<Omit<DoctorObservation, 'askedMs' | 'answeredMs'>>({
  clockMs: number,
  pid: integer,
  address: nullable(word),
  port: nullable(integer),
  startedAt: word,
  sees: record<DoctorObservation['sees']>({ settings: boolean, sessions: boolean, rules: boolean }),
  settings: record<DoctorObservation['settings']>({
    shared_preload_libraries: nullable(text),
    session_preload_libraries: nullable(text),
    local_preload_libraries: nullable(text),
    passwordcheck: nullable(text),
    credcheck: nullable(text),
    rds: nullable(text),
    supautils: nullable(text),
  }),
  changesRdsPasswords: boolean,
  own: record<DoctorObservation['own']>({ limit: integer, used: integer }),
  pendingRestart: list(text),
  collations: list(record<CollationDrift>({ name: text, recorded: text, actual: nullable(text) })),
  templateSessions: list(
    record<TemplateSession>({
      database: oneOf('template0', 'template1'),
      pid: integer,
      role: nullable(text),
      application: orNothing,
    }),
  ),
  prepared: list(record<PreparedTransaction>({ gid: text, role: text, database: text, seconds: integer })),
  blockers: list(
    record<Blocker>({
      pid: nullable(integer),
      gid: nullable(text),
      application: nullable(text),
      role: nullable(text),
      seconds: nullable(integer),
      things: list(orElse(text, 'something unnamed')),
      isStrong: boolean,
    }),
  ),
});
