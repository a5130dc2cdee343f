// The pg_hba rules of a server, as exactly as the session may see them: the files' text, else the view, else nothing.
// Reads only; says where what is read may not be what is loaded.
import type { Session } from '../connection/session/session.ts';
import { boolean, bytes, nullable, readRow, readRows, record, text, time } from '../connection/session/shape.ts';
import { changedSql, conditionSql, directorySql, fileSql, rowsSql } from '../sql/hba-query.ts';
import { printable } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import { gatherHba, type ReadHbaSource } from './parse/gather.ts';
import { hbaFileRowShape, hbaFromRows } from './parse/rows.ts';
import type { HbaRules } from './rules/rule-list.ts';

export interface HbaFreshness {
  /** When the server last read its configuration. */
  readonly loadedAt: Date;
  /** When the newest of the files was last changed; unknown where only the view can be read. */
  readonly changedAt?: Date;
  /** Why what was read may not be what is loaded; undefined where it is. */
  readonly doubt?: string;
}

export type HbaReading =
  | {
      /** `view`: quoting is lost, so some words can be read in two ways. */
      readonly source: 'files' | 'view';
      readonly rules: HbaRules;
      readonly freshness: HbaFreshness;
    }
  | { readonly source: 'unknown'; readonly reason: string; readonly remedy: string };

/**
 * Reads the rules that new connections to the session's server match.
 *
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-GENFILE
 *
 * @throws OperationError unreachable or timeout. If the session may not read the rules, `source` is `unknown`.
 * @example
 * const reading = await readHba(session);
 * if (reading.source !== 'unknown') matchHba(reading.rules, client);
 */
export async function readHba(session: Session): Promise<HbaReading> {
  const majorVersion = Math.floor(session.serverVersionNum / 10_000);
  const condition = await readRow(session, conditionShape, { sql: conditionSql, doing: 'asking for the pg_hba file' });
  const { file, reads_files, reads_view } = condition;
  const fromFiles = file !== null && reads_files ? await readFiles(session, condition, majorVersion) : undefined;
  if (fromFiles !== undefined) return fromFiles;
  const fromView = reads_view ? await readView(session, condition, majorVersion) : undefined;
  if (fromView !== undefined) return fromView;
  return {
    source: 'unknown',
    reason: `${session.user} may read neither the pg_hba file nor the view pg_hba_file_rules`,
    remedy: `GRANT SELECT ON pg_catalog.pg_hba_file_rules TO ${identifier(session.user)}; GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO ${identifier(session.user)}`,
  };
}

interface Condition {
  /** Null where the session may not know it. */
  readonly file: string | null;
  readonly reads_files: boolean;
  readonly lists_directories: boolean;
  readonly reads_view: boolean;
  readonly is_pending: boolean;
  readonly loaded_at: Date;
  readonly has_validators: boolean;
}

const conditionShape = record<Condition>({
  file: nullable(text),
  reads_files: boolean,
  lists_directories: boolean,
  reads_view: boolean,
  is_pending: boolean,
  loaded_at: time,
  has_validators: boolean,
});
const changedShape = record<{ readonly changed_at: Date | null }>({ changed_at: nullable(time) });
const entryShape = record<{ readonly name: string; readonly is_directory: boolean }>({
  name: text,
  is_directory: boolean,
});
const contentShape = record<{ readonly content: Buffer | null }>({ content: nullable(bytes) });

async function readFiles(
  session: Session,
  condition: Condition,
  majorVersion: number,
): Promise<HbaReading | undefined> {
  const file = condition.file as string;
  try {
    const text = await readText(session, file);
    if (text === undefined) return undefined;
    const unsupportedMethods = ['sspi', 'bsd', ...(condition.has_validators ? [] : ['oauth'])];
    const { rules, files } = await gatherHba(
      text,
      { file, majorVersion, unsupportedMethods },
      sourceOf(session, condition),
    );
    const { changed_at } = await readRow(session, changedShape, {
      sql: changedSql,
      values: [files],
      doing: 'looking at the pg_hba files',
    });
    const changedAt = changed_at ?? undefined;
    return { source: 'files', rules, freshness: freshnessOf(condition, rules, changedAt) };
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

async function readView(session: Session, condition: Condition, majorVersion: number): Promise<HbaReading | undefined> {
  try {
    const rows = await readRows(session, hbaFileRowShape, {
      sql: rowsSql(majorVersion),
      values: [condition.file ?? 'pg_hba.conf'],
      doing: 'reading pg_hba_file_rules',
    });
    const rules = hbaFromRows(rows, { majorVersion });
    return { source: 'view', rules, freshness: freshnessOf(condition, rules, undefined) };
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function sourceOf(session: Session, { lists_directories }: Condition): ReadHbaSource {
  return async ({ kind, path }) => {
    if (kind === 'file') return readText(session, path);
    if (!lists_directories) throw new Unreadable(`${path} can't be listed`);
    const rows = await readRows(session, entryShape, {
      sql: directorySql,
      values: [path],
      doing: `listing ${printable(path)}`,
    });
    if (rows.length === 0) return undefined;
    return rows.filter(({ is_directory }) => !is_directory).map(({ name }) => name);
  };
}

/** No pg_hba.conf is larger; a larger one is left to the view. */
const largestFileBytes = 16 * 2 ** 20;

async function readText(session: Session, path: string): Promise<string | undefined> {
  const { content } = await readRow(session, contentShape, {
    sql: fileSql,
    values: [path, largestFileBytes],
    doing: `reading ${printable(path)}`,
  });
  if (content === null) return undefined;
  if (content.length >= largestFileBytes) throw new Unreadable(`${path} is larger than ${largestFileBytes} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new Unreadable(`${path} is not UTF-8`);
  }
}

class Unreadable extends Error {}

// https://www.postgresql.org/docs/current/errcodes-appendix.html: no right to it, not there, a directory, not readable.
function isRefusal(error: unknown): boolean {
  if (error instanceof Unreadable) return true;
  const code = (error as { code?: unknown } | null)?.code;
  return (
    typeof code === 'string' &&
    (['42501', '42883', '0A000', '22023', '58P01', '42809'].includes(code) || code.startsWith('58'))
  );
}

function freshnessOf(condition: Condition, rules: HbaRules, changedAt: Date | undefined): HbaFreshness {
  const doubt = doubtOf(condition, rules, changedAt);
  return {
    loadedAt: condition.loaded_at,
    ...(changedAt !== undefined && { changedAt }),
    ...(doubt !== undefined && { doubt }),
  };
}

function doubtOf(
  { loaded_at, is_pending }: Condition,
  { broken }: HbaRules,
  changedAt: Date | undefined,
): string | undefined {
  if (broken.length > 0) return 'the server does not load this file as it is: rules from before are in force';
  if (changedAt !== undefined && changedAt.getTime() >= loaded_at.getTime()) {
    return 'the file was changed after the server last loaded it: SELECT pg_reload_conf() loads it';
  }
  if (is_pending) return 'the setting hba_file was changed: another file is read after a restart';
  if (changedAt === undefined)
    return 'when the file was last changed can not be seen: it may have been after the last load';
  return undefined;
}
