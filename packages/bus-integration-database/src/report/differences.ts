// What became different between two reports, or two sets of answers. Pure.
import type { ReportContent, Response } from '../contract/response.ts';
import type { ReportInput } from './answers.ts';
import { findingsOf } from './finding-section.ts';
import { sizeText } from './parts.ts';
import { stepsOf, verdictOf } from './verdict.ts';

export interface ReportDifference {
  readonly area:
    | 'verdict'
    | 'access'
    | 'role'
    | 'database'
    | 'membership'
    | 'entrance'
    | 'ownership'
    | 'finding'
    | 'step'
    | 'size';
  readonly what: string;
  /** Absent where it was not there. */
  readonly before?: string;
  /** Absent where it is gone. */
  readonly after?: string;
}

/** Told only of what both hold. */
export function differencesOf(before: ReportInput, after: ReportInput): ReportDifference[] {
  const [old, now] = [before.response, after.response];
  const [was, is] = [verdictOf(before).state, verdictOf(after).state];
  const both = (part: 'plan' | 'status' | 'verify') => before.parts.has(part) && after.parts.has(part);
  return [
    ...(was === is ? [] : [{ area: 'verdict' as const, what: 'verdict', before: was, after: is }]),
    ...(old.report === undefined || now.report === undefined ? [] : ofReports(old.report, now.report)),
    ...(both('plan') ? compared('step', stepMap(old), stepMap(now)) : []),
    ...(both('verify') ? compared('finding', findingMap(old), findingMap(now)) : []),
    ...(both('status') ? grown(old, now) : []),
  ];
}

function ofReports(old: ReportContent, now: ReportContent): ReportDifference[] {
  const roles = ({ roles: all }: ReportContent) => new Map(all.map((one) => [one.name, roleText(one)]));
  const databases = ({ databases: all }: ReportContent) =>
    new Map(
      all.map(({ name, is_declared, owner }) => [name, `${is_declared ? 'declared' : 'not declared'}, owner ${owner}`]),
    );
  const access = ({ access: all }: ReportContent) =>
    new Map(all.map(({ role, database, word }) => [`${role} in ${database}`, word]));
  const memberships = ({ memberships: all }: ReportContent) =>
    new Map(
      all.map(({ member, group, inherit, set, admin }) => [
        `${member} in ${group}`,
        [inherit ? 'inherit' : 'no inherit', set ? 'set' : 'no set', ...(admin ? ['admin'] : [])].join(', '),
      ]),
    );
  const entrances = ({ entrances: all }: ReportContent) =>
    new Map(
      all.map(({ from, is_encrypted, roles: who, rule, method }) => [
        `${from}${is_encrypted === undefined ? '' : is_encrypted ? ' by TLS' : ' in plain text'}: ${rule?.text ?? 'no line'}`,
        `${method ?? 'refused'} for ${who.length <= 8 ? who.join(', ') : `${who.length} roles`}`,
      ]),
    );
  const ownership = ({ ownership: all }: ReportContent) =>
    new Map(all.map(({ owner, of, databases: where }) => [`${owner}: ${of}`, where.join(', ')]));
  return [
    ...compared('role', roles(old), roles(now)),
    ...compared('database', databases(old), databases(now)),
    ...compared('access', access(old), access(now)),
    ...compared('membership', memberships(old), memberships(now)),
    ...compared('ownership', ownership(old), ownership(now)),
    ...compared('entrance', entrances(old), entrances(now)),
  ];
}

function roleText({
  is_declared,
  can_login,
  powers,
  valid_until,
  connection_limit,
}: ReportContent['roles'][number]): string {
  return [
    is_declared ? 'declared' : 'not declared',
    can_login ? 'login' : 'group',
    ...powers,
    ...(valid_until === undefined ? [] : [`valid until ${valid_until}`]),
    ...(connection_limit === undefined ? [] : [`at most ${connection_limit} connections`]),
  ].join(', ');
}

function compared(
  area: ReportDifference['area'],
  old: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): ReportDifference[] {
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((what): ReportDifference[] => {
    const [before, after] = [old.get(what), now.get(what)];
    if (before === after) return [];
    return [{ area, what, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
  });
}

function stepMap(response: Response): ReadonlyMap<string, string> {
  return new Map(stepsOf(response).map(({ action, target, summary }) => [`${action} ${target}`, summary]));
}

function findingMap(response: Response): ReadonlyMap<string, string> {
  const found = findingsOf(response).filter(({ result }) => result !== 'skipped');
  return new Map(
    found.map(({ id, target, line, result, seen }) => [
      [id, target, line].filter(Boolean).join(' '),
      `${result}: ${seen}`,
    ]),
  );
}

/** Sizes that are another by a tenth, and a megabyte at least. */
function grown(old: Response, now: Response): ReportDifference[] {
  const sizes = new Map((old.databases ?? []).map(({ name, size_bytes }) => [name, size_bytes]));
  return (now.databases ?? []).flatMap(({ name, size_bytes: after }): ReportDifference[] => {
    const before = sizes.get(name);
    if (before === undefined || after === undefined) return [];
    if (Math.abs(after - before) < Math.max(1_000_000, before / 10)) return [];
    return [{ area: 'size', what: name, before: sizeText(before), after: sizeText(after) }];
  });
}
