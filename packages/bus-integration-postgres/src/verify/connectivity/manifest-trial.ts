// What is tried of a manifest in the session of one login, beside what is tried of every service.
import type { Check } from 'bus-integration-database';
import type { Session } from '../../connection/connect.ts';
import { list, record, shaped, text } from '../../connection/session/shape.ts';
import { type FreshTable, freshQuery } from '../../sql/verify/fresh-query.ts';
import type { SessionAtLogin } from '../../sql/verify/verify-query.ts';
import { freshChecks, readersOf } from '../access/fresh-findings.ts';
import { tryAccess } from '../access/try-access.ts';
import type { ServiceFacts } from './facts.ts';
import type { Looked } from './login-answer.ts';
import type { LoginTrial } from './login-trial.ts';

/** Nothing of what lists declare. */
export async function accessOf(
  session: Session,
  { pair, login, isNegative, signal }: LoginTrial,
  standing: SessionAtLogin,
  { catchesErrors }: ServiceFacts,
): Promise<{ readonly checks: readonly Check[]; readonly looked?: Looked }> {
  if (login === undefined) return { checks: [] };
  const { manifest } = login;
  const others = login.takeOthers();
  const { checks, roles, rows } = await tryAccess(session, {
    pair,
    manifest,
    standing,
    catchesErrors,
    isNegative,
    others: others ?? [],
    isFirst: others !== undefined,
    signal,
  });
  return { checks, looked: { database: pair.database, roles, rows } };
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
  fresh: record<FreshTable>({ schema: text, role: text, owner: text, privileges: list(text) }),
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
