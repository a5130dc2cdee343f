// The rows of a manifest's verify: each statement tried in the session of its role, alone and in a transaction that is
// rolled back. Shown by role, database and number; of what it answers, or of what the server says of data, nothing is told.
import { randomBytes } from 'node:crypto';
import { advise, type Check, printable } from 'bus-integration-database';
import type { Session } from '../../connection/session/session.ts';
import type { ExpandedManifest } from '../../manifest/expand.ts';
import { shown } from '../../text/shown.ts';
import { serverText, sqlstateOf } from '../../text/sqlstate.ts';

export interface DeclaredStatement {
  /** From 1, in the order of the file. */
  readonly number: number;
  readonly role: string;
  readonly database: string;
  readonly sql: string;
  readonly mustFail: boolean;
}

export function declaredStatements({ verify }: ExpandedManifest): DeclaredStatement[] {
  return verify.map(({ role, database, sql, must }, index) => ({
    number: index + 1,
    role,
    database,
    sql,
    mustFail: must === 'fail',
  }));
}

const longestMs = 10_000;

/**
 * In the session of a login that has shown all else, and in another one after a row that ended it. Three round trips for
 * each, four for one of many rows.
 *
 * @param open logs in as the same role once more
 * @throws the signal's reason
 */
export async function tryDeclared(
  session: Session,
  open: () => Promise<Session>,
  statements: readonly DeclaredStatement[],
  signal: AbortSignal,
): Promise<Check[]> {
  const checks: Check[] = [];
  let current = session;
  try {
    for (const statement of statements) {
      const check = await tryOne(current, statement, signal);
      checks.push(check ?? lostWith(statement));
      if (check !== undefined || checks.length === statements.length) continue;
      if (current !== session) await current.close();
      const next = await open().catch(() => undefined);
      signal.throwIfAborted();
      if (next === undefined) break;
      current = next;
    }
  } finally {
    if (current !== session) await current.close();
  }
  const left = statements.slice(checks.length);
  return [
    ...checks,
    ...left.map((one) => declaredCheck(one, 'unknown', 'was not tried: its role could not log in once more')),
  ];
}

function lostWith(statement: DeclaredStatement): Check {
  return declaredCheck(
    statement,
    'unknown',
    'was not seen to its end: the connection was lost',
    'see whether the statement ends its own session: then nothing shows that it passes',
  );
}

/** Undefined where the session is lost. */
async function tryOne(session: Session, statement: DeclaredStatement, signal: AbortSignal): Promise<Check | undefined> {
  const { sql, mustFail, number } = statement;
  const [word = ''] = /^[a-z]+/i.exec(withoutComments(sql)) ?? [];
  if (ending.includes(word.toLowerCase()))
    return declaredCheck(
      statement,
      'fail',
      `begins with ${word.toUpperCase()}, which is not tried: it would leave the transaction that is rolled back`,
      'let the row be one statement that reads or writes',
    );
  const doing = `row ${number} of verify`;
  const options = { doing, isAsLoggedIn: true } as const;
  try {
    // What a role may must not rest on default_transaction_read_only, which it can set off itself.
    const begin = [
      mustFail ? 'BEGIN READ WRITE' : 'BEGIN',
      `SET LOCAL statement_timeout = '${longestMs}'`,
      "SET LOCAL lock_timeout = '3000'",
    ];
    await session.script(begin.join(';\n'), options);
    let error: unknown;
    try {
      await carryOut(session, sql, options);
    } catch (cause) {
      error = cause;
    }
    signal.throwIfAborted();
    if (error !== undefined && sqlstateOf(error) === undefined) throw error;
    await session.script('ROLLBACK', options);
    return judged(statement, error);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** So many rows are sent. */
const mostRows = 10;

/** To its end: the server passes over the rows that are left, which may fail at any of them. */
async function carryOut(
  session: Session,
  sql: string,
  options: { readonly doing: string; readonly isAsLoggedIn: true },
) {
  const name = `bus_verify_${randomBytes(6).toString('hex')}`;
  const beginMs = performance.now();
  const within = { ...options, timeoutMs: longestMs + 5_000 };
  // With parameters, be they none, it is one message for one statement: several are refused as a whole.
  const [, rows] = await session.queryAfter('SELECT 1', sql, [], { ...within, portal: { name, mostRows } });
  if (rows.length < mostRows) return;
  const leftMs = Math.max(1, Math.floor(longestMs - (performance.now() - beginMs)));
  await session.script(`SET LOCAL statement_timeout = '${leftMs}';\nMOVE FORWARD ALL IN ${name}`, within);
}

/** What ends a transaction, or leaves something behind that its end does not take back; and what speaks another protocol. */
const ending = [...['begin', 'start', 'commit', 'end', 'rollback', 'abort', 'savepoint', 'release', 'prepare', 'copy']];

/** A statement from its first word on: comments nest. https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-COMMENTS */
function withoutComments(sql: string): string {
  let rest = sql.replace(/^[\s;]+/, '');
  while (rest.startsWith('--') || rest.startsWith('/*')) {
    rest = rest.startsWith('--') ? rest.replace(/^--[^\n\r]*/, '') : afterBlock(rest);
    rest = rest.replace(/^[\s;]+/, '');
  }
  return rest;
}

function afterBlock(text: string): string {
  let depth = 0;
  for (const { 0: mark, index } of text.matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1;
    if (depth === 0) return text.slice(index + 2);
  }
  return '';
}

/** What was not shown either way: out of time, a lock, a deadlock, a server that ends or has no room. */
const inconclusive = /^(57|40|53|58|55P03|55006|25P0|08|XX)/;

function judged(statement: DeclaredStatement, error: unknown): Check {
  const { mustFail } = statement;
  const sqlstate = sqlstateOf(error);
  if (sqlstate === undefined) {
    return mustFail
      ? declaredCheck(statement, 'fail', 'is carried out; expected that it is refused', 'take the right from the role')
      : declaredCheck(statement, 'ok', 'is carried out');
  }
  const said = messageOf(error, sqlstate);
  if (inconclusive.test(sqlstate)) return declaredCheck(statement, 'unknown', `was not seen to its end: ${said}`);
  if (sqlstate === '42501') {
    return mustFail
      ? declaredCheck(statement, 'ok', 'is refused, as it must be')
      : declaredCheck(statement, 'fail', `is refused: ${said}`, 'give the role what it lacks, or change the row');
  }
  const isWrong = sqlstate.startsWith('42') || sqlstate === '3F000' || sqlstate === '0A000' || sqlstate === '25001';
  const remedy = isWrong
    ? 'correct the statement in the manifest'
    : `see the server's words: run it as the role in psql`;
  if (!mustFail) return declaredCheck(statement, 'fail', `fails: ${said}`, remedy);
  return declaredCheck(
    statement,
    'fail',
    isWrong
      ? `can't be carried out by anybody, which shows nothing of rights: ${said}`
      : `is allowed and fails at the data: ${said}; expected that the role lacks the right`,
    remedy,
  );
}

/** What the server says of names; of data, and what a function of somebody raises, only the code. */
function messageOf(error: unknown, sqlstate: string): string {
  const { routine, message } = (error ?? {}) as { readonly routine?: unknown; readonly message?: unknown };
  const isOfNames = sqlstate.startsWith('42') && routine !== 'exec_stmt_raise' && typeof message === 'string';
  return isOfNames ? `${printable(serverText(message))} (SQLSTATE ${sqlstate})` : `SQLSTATE ${sqlstate}`;
}

/** @param seen the end of a sentence that begins with the row */
export function declaredCheck(
  { number, role, database }: DeclaredStatement,
  result: Check['result'],
  seen: string,
  remedy?: string,
): Check {
  return {
    id: 'declared-statement',
    kind: 'connectivity',
    result,
    target: `${printable(role)}@${printable(database)}`,
    database,
    seen: `row ${number} of verify, as ${shown(role)} in ${shown(database)}: ${seen}`,
    ...advise(remedy),
  };
}
