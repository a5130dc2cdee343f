// What a role may in a database, tried in its own session: on one thing of each that are alike, what it must be able to do
// and what it must not.
import { printable } from 'bus-integration-database';
import type { Session } from '../../connection/session/session.ts';
import { list as listOf, record, shaped, text } from '../../connection/session/shape.ts';
import type { SeenAccess, SeenRelation } from '../../sql/verify/seen-access.ts';
import { privilegeTrials, type TrialRequest, trialScript } from '../../sql/verify/trial-script.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import { sqlstateOf } from '../../text/sqlstate.ts';
import type { ExpectedAccess } from './declared-access.ts';
import { type AccessFinding, list, things } from './finding-words.ts';
import { expectedOn } from './relation-findings.ts';

/** What came of one statement. */
export interface TrialOutcome {
  /** Absent where it was carried out. */
  readonly refusal?: { readonly sqlstate: string; readonly message: string };
}

const answer = record<{ readonly tried: readonly string[] }>({ tried: listOf(text) });

/** One round trip. What ends them all, as a timeout does, is what came of each. @throws where the connection is lost */
export async function tryStatements(
  session: Session,
  statements: readonly string[],
  doing: string,
  desired: TrialRequest = {},
): Promise<TrialOutcome[]> {
  if (statements.length === 0) return [];
  let rows: Record<string, unknown>[];
  try {
    rows = (await session.script(trialScript(statements, desired), { doing, isAsLoggedIn: true })).flat();
  } catch (error) {
    const sqlstate = sqlstateOf(error);
    if (sqlstate === undefined) throw error;
    await session.script('ROLLBACK', { doing, isAsLoggedIn: true });
    return statements.map(() => ({ refusal: { sqlstate, message: '' } }));
  }
  const { tried } = shaped(rows.at(-1), answer, session.where, doing);
  return tried.map((said) => (said === '' ? {} : { refusal: { sqlstate: said.slice(0, 5), message: said.slice(6) } }));
}

interface Trial {
  readonly relation: SeenRelation;
  readonly privilege: string;
  readonly sql: string;
  readonly isExpected: boolean;
}

/** Of very many lists of privileges in one database the first are tried; all are read. */
const mostTried = 30;

/** @param isOwnTried whether what the role owns, or has the rights of whose owner, is tried too */
export function trialsOf(
  expected: ExpectedAccess,
  { relations }: SeenAccess,
  { isOwnTried = false }: { readonly isOwnTried?: boolean } = {},
): Trial[] {
  // Planning a statement runs functions that views and policies name, with the rights of who asks: only the declared owner's
  // things are trusted with that. Of all others the privileges are read.
  return relations
    .filter(({ kind, owner }) => (kind === 'table' || kind === 'view') && owner === expected.owner)
    .slice(0, mostTried)
    .flatMap((relation) => {
      if (relation.isOwn && !isOwnTried) return [];
      const wanted = expectedOn(relation, expected);
      const hasColumns = relation.columns !== null && relation.columns.length > 0;
      const privileges = relation.kind === 'view' ? ['SELECT'] : Object.keys(privilegeTrials);
      return privileges.flatMap((privilege): Trial[] => {
        const isExpected = wanted.has(privilege);
        // Some columns alone are read, and said by their names.
        if (!isExpected && hasColumns) return [];
        const name = `${identifier(relation.schema)}.${identifier(relation.name)}`;
        const sql = privilegeTrials[privilege]?.(name, relation.column);
        return sql === undefined ? [] : [{ relation, privilege, sql, isExpected }];
      });
    });
}

export interface Tried {
  readonly findings: readonly AccessFinding[];
  /** What ended neither in success nor in a missing right. */
  readonly unclear: readonly string[];
  /** The same with what the server said to it; it has no effect where the server refuses all the same. */
  readonly told: (finding: AccessFinding) => AccessFinding;
}

/** What was tried against what is expected, where the catalogs did not say it already. Pure. */
export function triedFindings(
  trials: readonly Trial[],
  outcomes: readonly TrialOutcome[],
  known: readonly AccessFinding[],
): Tried {
  const pairs = trials.map((trial, index) => ({ ...trial, ...outcomes[index] }));
  const isKnown = ({ relation, privilege }: Trial) =>
    known.some(({ about }) => about?.privileges.includes(privilege) === true && about.relation === relation);
  const isRefused = (refusal: TrialOutcome['refusal']) => refusal?.sqlstate === '42501';
  return {
    findings: pairs
      .filter((pair) => !isKnown(pair) && pair.isExpected && isRefused(pair.refusal))
      .map(({ relation, privilege, refusal }) => ({
        result: 'fail' as const,
        seen: `${privilege} on ${things(relation)} in schema ${shown(relation.schema)} is refused, though granted: the server says: ${printable(refusal?.message ?? '')} (42501)`,
        remedy: `look at what ${relation.kind} ${shown(relation.name)} is made of: its owner ${shown(relation.owner)} needs the rights on what a view reads, and the role EXECUTE on what it calls`,
      })),
    unclear: pairs
      .filter(({ refusal, isExpected }) => (refusal === undefined ? !isExpected : !isRefused(refusal)))
      .filter((pair) => !isKnown(pair))
      .map(({ relation, privilege, refusal }) =>
        refusal === undefined
          ? `${privilege} on ${things(relation)} was allowed`
          : `${privilege} on ${things(relation)} ended with ${refusal.sqlstate}`,
      ),
    told: (finding) => {
      const { about, seen, isBeyond } = finding;
      const pair = pairs.find(
        ({ relation, privilege }) => about?.privileges.includes(privilege) === true && about.relation === relation,
      );
      if (pair === undefined) return finding;
      const { privilege, refusal } = pair;
      if (refusal === undefined) return { ...finding, seen: `${seen}; ${privilege} was allowed` };
      const words = `the server says: ${printable(refusal.message)} (${refusal.sqlstate})`;
      return { ...finding, seen: `${seen}; ${words}`, ...(isBeyond && { result: 'warn' as const }) };
    },
  };
}

/** What was tried, for the line that says that all is well. */
export function triedText(trials: readonly Trial[]): string {
  const names = [...new Set(trials.map(({ relation }) => `${shown(relation.schema)}.${shown(relation.name)}`))];
  return names.length === 0 ? 'there is nothing to try it on yet' : `tried on ${list(names.slice(0, 4))}`;
}
