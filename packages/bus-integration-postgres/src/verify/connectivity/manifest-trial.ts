// What is tried of a manifest in the session of one login, beside what is tried of every service.
import type { Check } from 'bus-integration-database';
import type { Session } from '../../connection/connect.ts';
import { boolean, list, nullable, record, shaped, text } from '../../connection/session/shape.ts';
import { type FreshDefault, type FreshTable, freshQuery } from '../../sql/verify/fresh-query.ts';
import type { SessionAtLogin } from '../../sql/verify/verify-query.ts';
import { declaredStatements, tryDeclared } from '../access/declared-statements.ts';
import { freshChecks, readersOf } from '../access/fresh-findings.ts';
import { tryAccess } from '../access/try-access.ts';
import type { ServiceFacts } from './facts.ts';
import type { LoginFindings, Looked } from './login-answer.ts';
import type { LoginTrial } from './login-trial.ts';

/** Nothing of what lists declare. */
export async function accessOf(
  session: Session,
  { pair, login, isNegative, adminRole }: LoginTrial,
  standing: SessionAtLogin,
  { catchesErrors }: ServiceFacts,
): Promise<{ readonly checks: readonly Check[]; readonly looked?: Looked }> {
  if (login === undefined) return { checks: [] };
  const { manifest } = login;
  const others = login.takeOthers();
  const { checks, roles } = await tryAccess(session, {
    pair,
    manifest,
    standing,
    catchesErrors,
    isNegative,
    others: others ?? [],
    isFirst: others !== undefined,
    adminRole,
  });
  return { checks, looked: { database: pair.database, roles, rows: [] } };
}

/** Its rows of verify, once all else was seen: a row may end its session. */
export async function withRows(
  findings: LoginFindings,
  session: Session,
  open: () => Promise<Session>,
  { pair, login, isNegative, signal }: LoginTrial,
): Promise<LoginFindings> {
  const { looked } = findings;
  if (login === undefined || looked === undefined) return findings;
  const rows = declaredStatements(login.manifest).filter(
    ({ role, database, mustFail }) => role === pair.role && database === pair.database && (isNegative || !mustFail),
  );
  const checks = await tryDeclared(session, open, rows, signal);
  return {
    ...findings,
    checks: [...findings.checks, ...checks],
    looked: { ...looked, rows: rows.map(({ number }) => number) },
  };
}

/** What the script of a manifest's login does beside: it asks what others may on what was made. */
export function manifestScript({ pair, login, schemas }: LoginTrial, probe: string, versionNum: number) {
  if (login === undefined) return {};
  const readers = readersOf(login.manifest, pair.database, login.works);
  const also =
    schemas.length === 0 || readers.length === 0
      ? []
      : [freshQuery([probe, `${probe}_unqualified`], readers, versionNum)];
  return { also, isWriting: true };
}

const freshShape = record<{ readonly fresh: FreshTable }>({
  fresh: record<FreshTable>({
    schema: text,
    role: text,
    owner: text,
    privileges: list(text),
    defaults: list(record<FreshDefault>({ privilege: text, grantee: nullable(text), isEverywhere: boolean })),
  }),
});

export function freshOf(
  { pair, login }: LoginTrial,
  rows: readonly Record<string, unknown>[],
  where: string,
  doing: string,
): Check[] {
  if (login === undefined) return [];
  const fresh = rows.filter((row) => 'fresh' in row).map((row) => shaped(row, freshShape, where, doing).fresh);
  return freshChecks(fresh, login.manifest, pair.database);
}
