// What a manifest says of one login, tried in its session: that it may what its access gives and nothing beyond, that its
// memberships and settings are in effect. Once for each database also the roles that do not log in.
import { advise, type Check, type FilePair, printable } from 'bus-integration-database';
import type { Session } from '../../connection/session/session.ts';
import type { ExpandedManifest } from '../../manifest/expand.ts';
import { mostAlike } from '../../sql/verify/access-query.ts';
import type { SeenAccess } from '../../sql/verify/seen-access.ts';
import type { SessionAtLogin } from '../../sql/verify/verify-query.ts';
import { boundedChecks } from '../../text/bounded.ts';
import { shown } from '../../text/shown.ts';
import { readAccesses } from './access-shape.ts';
import { withoutActing } from './acting.ts';
import { type ExpectedAccess, expectedAccess, worksAs } from './declared-access.ts';
import { type AccessFinding, list } from './finding-words.ts';
import { membershipFindings } from './memberships.ts';
import { policyChecks } from './need-findings.ts';
import { publicFindings } from './public-findings.ts';
import { readFindings } from './read-findings.ts';
import { settingFindings } from './session-settings.ts';
import { trialsOf, triedFindings, triedText, tryStatements } from './tries.ts';
import { undeclaredChecks } from './undeclared.ts';

export interface AccessTrial {
  readonly pair: Pick<FilePair, 'role' | 'database' | 'path'>;
  readonly manifest: ExpandedManifest;
  readonly standing: SessionAtLogin;
  /** PL/pgSQL may be used, which catches refusals. */
  readonly catchesErrors: boolean;
  /** Whether what must be refused is tried. */
  readonly isNegative: boolean;
  /** Roles that have access and do not log in here, and that nobody has looked at yet. */
  readonly others: readonly string[];
  /** Nobody has looked at the database yet. */
  readonly isFirst: boolean;
  readonly adminRole: string;
}

/** The roles that it says something of. */
export interface AccessAnswer {
  readonly checks: readonly Check[];
  readonly roles: readonly string[];
}

export async function tryAccess(session: Session, trial: AccessTrial): Promise<AccessAnswer> {
  const { pair, manifest, standing } = trial;
  const doing = `trying ${pair.path}`;
  const works = worksAs(pair.role, manifest);
  const expected = expectedAccess(manifest, works, pair.database);
  if (expected === undefined) return { checks: [], roles: [] };
  const itself = works === pair.role ? expected : expectedAccess(manifest, pair.role, pair.database);
  const others = trial.others.flatMap((role) => expectedAccess(manifest, role, pair.database) ?? []);
  const asked = [...new Set([expected, ...(itself === undefined ? [] : [itself]), ...others])];
  const answers = await readAccesses(session, asked, doing);
  const seenOf = (one: ExpectedAccess) => answers[asked.indexOf(one)] as SeenAccess;
  const acting = works === pair.role || !trial.isNegative ? [] : await actingFindings(session, trial, doing);
  const memberships = membershipFindings(
    pair.role,
    manifest,
    itself === undefined ? { groups: [], edges: [] } : seenOf(itself),
    session.serverVersionNum,
  );
  const settings = await settingFindings(session, pair, manifest, standing);
  const checks = [
    ...(await accessChecks(session, trial, expected, seenOf(expected), doing)),
    ...checksOf('acts-as', pair, acting),
    ...(works !== pair.role && acting.length === 0 && trial.isNegative && trial.catchesErrors
      ? [actsWell(pair, works)]
      : []),
    ...policyChecks(pair, seenOf(expected)),
    ...checksOf('membership', pair, memberships),
    ...checksOf('session-setting', pair, settings),
    ...others.flatMap((one) => otherChecks(session, trial, one, seenOf(one))),
    ...(trial.isFirst && trial.isNegative ? publicChecks(expected, seenOf(expected), pair.database) : []),
    ...(trial.isFirst && trial.isNegative
      ? await undeclaredChecks(session, manifest, { database: pair.database, admin: trial.adminRole }, doing)
      : []),
  ];
  return { checks, roles: [pair.role, ...trial.others] };
}

async function actingFindings(session: Session, { pair, manifest, catchesErrors }: AccessTrial, doing: string) {
  return catchesErrors ? await withoutActing(session, pair, manifest, doing) : [];
}

function actsWell(pair: AccessTrial['pair'], works: string): Check {
  return {
    ...base('acts-as', pair),
    result: 'ok',
    seen: `works as ${shown(works)}, and after SET ROLE NONE may nothing of it`,
  };
}

async function accessChecks(
  session: Session,
  { pair, catchesErrors, isNegative }: AccessTrial,
  expected: ExpectedAccess,
  seen: SeenAccess,
  doing: string,
): Promise<Check[]> {
  const read = readFindings(expected, seen, pair.database).filter(({ isBeyond }) => isNegative || isBeyond !== true);
  const trials = catchesErrors ? trialsOf(expected, seen).filter(({ isExpected }) => isNegative || isExpected) : [];
  const outcomes = await tryStatements(
    session,
    trials.map(({ sql }) => sql),
    doing,
  );
  const tried = triedFindings(trials, outcomes, read);
  const findings = [...read.map(tried.told), ...tried.findings];
  const unseen = [
    ...tried.unclear,
    ...(catchesErrors ? [] : ['nothing was tried, as PL/pgSQL may not be used; privileges were read']),
    ...(seen.relations.length > mostAlike || seen.routines.length > mostAlike
      ? ['there are too many lists of privileges to read']
      : []),
  ];
  return [
    ...checksOf('access', pair, findings),
    ...(unseen.length === 0
      ? []
      : [{ ...base('access', pair), result: 'unknown' as const, seen: unseen.slice(0, 5).join('; ') }]),
    ...(findings.length > 0 || unseen.length > 0
      ? []
      : [{ ...base('access', pair), result: 'ok' as const, seen: `${summary(expected)}; ${triedText(trials)}` }]),
  ];
}

/** Once for a database: it is nobody's alone. */
function publicChecks(expected: ExpectedAccess, seen: SeenAccess, database: string): Check[] {
  const target = printable(database);
  const checks = publicFindings(expected, seen, database).map(
    ({ result, seen, remedy }): Check => ({
      ...{ id: 'public-privilege', kind: 'connectivity', target, database, result, seen },
      ...advise(remedy),
    }),
  );
  return boundedChecks(checks, `privileges of PUBLIC in ${shown(database)}`);
}

/** Roles that do not log in, by what the catalogs say. */
function otherChecks(
  session: Session,
  { pair, manifest }: AccessTrial,
  expected: ExpectedAccess,
  seen: SeenAccess,
): Check[] {
  const { database } = pair;
  const { role } = expected;
  const at = { role, database };
  const findings = readFindings(expected, seen, database);
  const isLogin = manifest.roles[role]?.login === true;
  const why = isLogin ? 'no file holds its password' : 'the manifest gives it no login';
  return [
    ...checksOf('access', at, findings),
    ...checksOf('membership', at, membershipFindings(role, manifest, seen, session.serverVersionNum)),
    ...(findings.length > 0
      ? []
      : [
          {
            ...base('access', at),
            // What was not tried is not known to work.
            result: isLogin ? ('unknown' as const) : ('ok' as const),
            seen: `${summary(expected)}; read, not tried: ${why}`,
          },
        ]),
  ];
}

/** `reads and writes what its access gives …` */
function summary({ isOwner, schemas }: ExpectedAccess): string {
  if (isOwner) return 'owns what is in its schemas';
  const given = [...schemas].map(([, { schema, tables, relations }]) => {
    if (tables.size > 0) return `${list([...tables])} on tables`;
    if (relations.size > 0) return 'single tables';
    return schema.has('CREATE') ? 'its own tables' : 'nothing';
  });
  return `may what its access gives, and nothing beyond (${[...new Set(given)].join('; ')})`;
}

export function checksOf(
  id: string,
  pair: Pick<FilePair, 'role' | 'database'>,
  findings: readonly Pick<AccessFinding, 'result' | 'seen' | 'remedy'>[],
): Check[] {
  const checks = findings.map(({ result, seen, remedy }) => ({ ...base(id, pair), result, seen, ...advise(remedy) }));
  return boundedChecks(checks, `findings on ${shown(pair.role)} in ${shown(pair.database)}`);
}

function base(id: string, { role, database }: Pick<FilePair, 'role' | 'database'>) {
  return { id, kind: 'connectivity' as const, target: `${printable(role)}@${printable(database)}`, database };
}
