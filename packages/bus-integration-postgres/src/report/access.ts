// Who may do what in which database: the word in effect for each role, beside the declared one where it differs, and the
// objects behind it. Pure.
import type { ReportAccess, ReportGround } from 'bus-integration-database';
import type { Intent } from '../plan/intent.ts';
import { type AccessPart, givenTo, type HeldPart, heldOf, partsOf, touching } from './access-parts.ts';
import {
  type AccessExtent,
  type AccessSummary,
  changingPrivileges,
  declaredIn,
  nothing,
  wordOf,
  writePrivileges,
} from './access-word.ts';
import { createGrounds, groundsOf } from './grounds.ts';
import type { SeenCluster, SeenInsideAccess, SeenRole } from './read.ts';
import { createWays } from './via.ts';

export interface FoundAccess {
  readonly access: readonly ReportAccess[];
  readonly grounds: readonly (readonly ReportGround[])[];
}

export function accessOf(
  intent: Pick<Intent, 'desired'>,
  cluster: SeenCluster,
  insides: ReadonlyMap<string, SeenInsideAccess>,
): FoundAccess {
  const grounds = createGrounds();
  const access = cluster.databases.flatMap((database) => {
    const inside = insides.get(database.name);
    const ways = createWays(cluster, database.owner);
    const parts = partsOf(database, inside);
    const declaredSchemas = intent.desired.databases.get(database.name)?.schemas ?? new Set<string>();
    const isTouched = touching(parts);
    const declaredOf = declaredIn(intent, database.name);
    return cluster.roles.flatMap((role, index): ReportAccess[] => {
      if (role.isSuperuser) return [];
      const declared = declaredOf(role.name);
      if (!declared?.connects && !isTouched(role, index + 1)) return [];
      const held = parts.map((part) => heldOf(part, index + 1));
      if (declared === undefined && held.every(({ privileges }) => privileges.length === 0)) return [];
      const { summary, isVacant } = summarize(parts, held, index + 1, { role, declaredSchemas });
      const word = wordOf(summary);
      const wanted = declaredWord(declared, summary, isVacant);
      // What is no part of the deployment says nothing of roles that are none either.
      if (!database.isDeclared && !role.isDeclared) return [];
      if (word === 'none' && (wanted === undefined || wanted === 'none')) return [];
      const isOther = database.isDeclared && inside !== undefined && wanted !== undefined && wanted !== word;
      return [
        {
          role: role.name,
          database: database.name,
          word,
          ...(isOther && { declared: wanted }),
          ground: grounds.add(groundsOf(role, parts, held, ways)),
        },
      ];
    });
  });
  return { access, grounds: grounds.all };
}

interface Ground {
  readonly role: SeenRole;
  readonly declaredSchemas: ReadonlySet<string>;
}

/** `isVacant`: nothing is there by which reading and writing could be told. */
function summarize(
  parts: readonly AccessPart[],
  held: readonly HeldPart[],
  at: number,
  { role, declaredSchemas }: Ground,
): { readonly summary: AccessSummary; readonly isVacant: boolean } {
  const usable = new Set<string>();
  let summary: AccessSummary = nothing;
  const seen: Judged[] = [];
  // Nothing in a schema is of use without USAGE on it; schemas come before what is in them.
  const inUse = (privileges: readonly string[], { schema }: AccessPart) => (usable.has(schema) ? privileges : []);
  parts.forEach((part, index) => {
    const { privileges: all, isOwn } = held[index] as HeldPart;
    const isDeclared = declaredSchemas.has(part.schema);
    const privileges = isDeclared || part.kind === 'database' ? all : withoutEverybodys(all, part);
    const has = (privilege: string) => privileges.includes(privilege);
    if (part.kind === 'database') summary = { ...summary, connects: has('CONNECT') };
    else if (part.kind === 'schema') {
      if (all.includes('USAGE')) usable.add(part.schema);
      const owns = part.owners.has(at) && isDeclared;
      summary = { ...summary, owns: summary.owns || owns, creates: summary.creates || has('CREATE') };
    } else if (part.kind === 'later') {
      const isCreator = part.owner === role.name || role.inherits.includes(part.owner);
      if (!isCreator) seen.push({ isDeclared, kind: part.kind, privileges: inUse(givenTo(role, part), part) });
    } else if (part.kind !== 'sequence' && !isOwn)
      seen.push({ isDeclared, kind: part.kind, privileges: inUse(privileges, part) });
  });
  const objects = seen.filter(({ kind }) => kind !== 'later');
  // Default privileges tell what is meant where no table is there yet.
  const judged = objects.some(({ isDeclared }) => isDeclared) ? objects : seen;
  const reads = extentOf(judged, ['SELECT'], ['SELECT'], () => true);
  const writes = extentOf(judged, writePrivileges, changingPrivileges, (kind) => kind !== 'view');
  const found = { ...summary, reads, writes };
  // A group gives what it has to members that connect by themselves.
  const isGroupWithRights = !role.canLogin && (found.owns || reads !== 'none' || writes !== 'none');
  return { summary: { ...found, connects: found.connects || isGroupWithRights }, isVacant: !parts.some(isJudged) };
}

/** What every role of the server has in a schema that is not declared makes no word of one. */
function withoutEverybodys(privileges: readonly string[], { entries }: AccessPart): string[] {
  return privileges.filter((privilege) => !entries.some(([grantee, given]) => grantee === null && given === privilege));
}

/** By what it is told whether a role reads and writes. */
function isJudged({ kind }: AccessPart): boolean {
  return kind === 'table' || kind === 'view' || kind === 'later';
}

type Judged = {
  readonly isDeclared: boolean;
  readonly kind: AccessPart['kind'];
  readonly privileges: readonly string[];
};

function extentOf(
  judged: readonly Judged[],
  whole: readonly string[],
  any: readonly string[],
  counts: (kind: AccessPart['kind']) => boolean,
): AccessExtent {
  const tables = judged.filter(({ kind, isDeclared }) => kind !== 'columns' && isDeclared && counts(kind));
  const hasAll = ({ privileges }: Judged) => whole.every((privilege) => privileges.includes(privilege));
  if (tables.length > 0 && tables.every(hasAll)) return 'all';
  return judged.some(({ privileges }) => any.some((privilege) => privileges.includes(privilege))) ? 'part' : 'none';
}

/** Where no table tells, what is declared of tables is not compared. */
function declaredWord(
  declared: AccessSummary | undefined,
  { reads, writes }: AccessSummary,
  isVacant: boolean,
): string | undefined {
  if (declared === undefined) return undefined;
  return wordOf(isVacant ? { ...declared, reads, writes } : declared);
}
