// Privileges of one grantee on what is in a schema: on all tables, sequences and routines that are there now, and on named
// ones. What its owner gave beyond that is taken; what others gave is told. Its steps are those of grants.
import type { Diagnostic } from 'bus-integration-database';
import type { Observation } from '../observe/observation.ts';
import type { ObservedObjects } from '../observe/observed-objects.ts';
import { printable, shown } from '../text/shown.ts';
import type { ContentsDifference, ContentsGrant, ContentsHolder, ContentsPart } from './access/contents.ts';
import { contentsDifference } from './access/contents-difference.ts';
import { contentsFindings } from './access/contents-findings.ts';
import { givenAway } from './access/contents-owner.ts';
import { onObject } from './access/contents-step.ts';
import { granteeName } from './access/grant-object.ts';
import type { StepPrivileges } from './access/privileges.ts';
import { findExtension } from './databases/extension-faults.ts';
import type { grantActions } from './grant.ts';
import { isUnseen } from './kind/found.ts';
import { type Meaning, meanings, type Registered, type Row, type Scope, type StepsOfKind } from './kind/kind.ts';
import { mayActAs } from './owners/acting.ts';
import { letsNobodyIn } from './owners/entrants.ts';

type Steps = StepsOfKind<typeof grantActions>;

export const contentsGrant: Row<ContentsGrant, Steps> & { readonly registered: Registered; readonly actions: object } =
  {
    registered: {},
    actions: {},
    isInside: true,
    asksDetails: () => [],
    identity: ({ database, schema, grantee }) => [database, schema, granteeName(grantee)],
    database: ({ database }) => database,
    // As grants are grouped.
    group: ({ database, grantee }) => JSON.stringify([database, granteeName(grantee)]),

    isManaged: ({ database }, { databases, seen }) => {
      const standing = databases.get(database);
      return standing !== undefined && standing !== 'refused' && !isUnseen(seen, database);
    },

    observed: (scope, desired) => {
      const known = granteesByPlace(desired);
      return [
        ...desired.map((wanted) => asFound(wanted, scope)),
        ...desired
          .filter(({ grantee }) => 'everyone' in grantee)
          .flatMap((place) => undesired(place, known.get(place.database)?.get(place.schema), scope))
          .map((one) => asFound(one, scope))
          .filter(({ difference }) => difference !== undefined),
      ];
    },

    made: untold,
    changed: ({ difference }, after, scope) =>
      meanings(difference === undefined ? untold() : steps(difference, after, scope)),
    gone: (before, scope) =>
      meanings(before.difference === undefined ? untold() : steps(before.difference, before, scope)),

    findings: (wanted, scope) => contentsFindings(wanted, found(wanted, scope), scope),
    status: () => ({}),
  };

/** By database, then by schema. */
function granteesByPlace(desired: readonly ContentsGrant[]): Map<string, Map<string, Set<string | null>>> {
  const databases = new Map<string, Map<string, Set<string | null>>>();
  for (const { database, schema, grantee } of desired) {
    const schemas = databases.get(database) ?? new Map<string, Set<string | null>>();
    databases.set(database, schemas);
    const grantees = schemas.get(schema) ?? new Set<string | null>();
    schemas.set(schema, grantees.add(granteeName(grantee)));
  }
  return databases;
}

function asFound(wanted: ContentsGrant, scope: Scope): ContentsGrant {
  const difference = withinReach(found(wanted, scope), scope, wanted);
  return isNone(difference) && !isUnsupported(wanted, scope.seen) ? wanted : { ...wanted, difference };
}

/** Of each declared role that has something in a schema where it is to have nothing. */
function undesired(
  { isClosed, ...place }: ContentsGrant,
  known: ReadonlySet<string | null> | undefined,
  { seen, declared }: Scope,
): ContentsGrant[] {
  const objects = seen.inside.get(place.database)?.objects;
  const roles = new Set<string>();
  for (const { schema, acl } of [...(objects?.patterns ?? []), ...(objects?.columns ?? [])]) {
    if (schema !== place.schema) continue;
    for (const { grantee } of acl)
      if (grantee !== null && grantee !== place.owner && declared.roles.has(grantee) && !known?.has(grantee))
        roles.add(grantee);
  }
  const nothing = { tables: [], sequences: [], named: [], ...(isClosed && { routines: [], isClosed }) };
  return [...roles].map((role) => ({ ...place, grantee: { role }, ...nothing }));
}

function untold(): never {
  throw new Error('internal error: what is in a schema is neither made nor gone with its privileges');
}

/** What is to be done is asked for, and what is to be told of it. */
const founds = new WeakMap<Scope, WeakMap<ContentsGrant, ContentsDifference>>();

function found(wanted: ContentsGrant, scope: Scope): ContentsDifference {
  const known = founds.get(scope) ?? new WeakMap<ContentsGrant, ContentsDifference>();
  founds.set(scope, known);
  const difference = known.get(wanted) ?? findDifference(wanted, scope);
  known.set(wanted, difference);
  return difference;
}

/** Nothing is in what is not there yet. */
function findDifference(wanted: ContentsGrant, scope: Scope): ContentsDifference {
  const { seen } = scope;
  const { database, schema } = wanted;
  const objects = givenAway(seen.inside.get(database)?.objects ?? noObjects, wanted, scope);
  return contentsDifference(wanted, schema, objects, holderOf(wanted, scope), isExtended(wanted, seen));
}

function isExtended({ database, extensions = [] }: ContentsGrant, seen: Observation): boolean {
  return extensions.some(({ name, schema, version }) => {
    const found = findExtension({ database, name }, seen);
    return found?.schema !== schema || (version !== undefined && found.version !== version);
  });
}

const noObjects: ObservedObjects = { patterns: [], columns: [], defaults: [], relations: [], routines: [], used: [] };

/** What roles of the file have may be taken from them in the same run: a declaration rests on other groups alone. */
function holderOf({ grantee, database }: ContentsGrant, { seen, declared }: Scope): ContentsHolder {
  const databaseOwner = seen.databases.get(database)?.owner;
  if (!('role' in grantee)) return { role: null, databaseOwner };
  const { inherits = [] } = seen.roles.get(grantee.role) ?? {};
  return {
    role: { name: grantee.role, inherits: inherits.filter((name) => !declared.roles.has(name)) },
    databaseOwner,
  };
}

/** Without what belongs to a role that this admin can't act as: that is told. */
function withinReach(difference: ContentsDifference, scope: Scope, wanted: ContentsGrant): ContentsDifference {
  if (isNone(difference)) return difference;
  const isReached = ({ owner }: ContentsPart) => mayActAs(owner, scope, wanted.database);
  return {
    missing: difference.missing.filter(isReached),
    extra: difference.extra.filter(isReached),
    again: difference.again.filter(isReached),
    absent: [],
  };
}

function isNone({ missing, extra, again }: ContentsDifference): boolean {
  return missing.length === 0 && extra.length === 0 && again.length === 0;
}

function steps({ missing, extra, again }: ContentsDifference, wanted: ContentsGrant, scope: Scope): Meaning<Steps>[] {
  const { seen } = scope;
  const target = printable(wanted.database);
  const made: Meaning<Steps>[] = [];
  if (isUnsupported(wanted, seen)) made.push({ refusal: maintainRefusal(wanted, seen) });
  if (missing.length > 0) {
    made.push({ step: { action: 'grant-privileges', target, risk: 'grant', after: inStep(wanted, missing) } });
  }
  if (extra.length > 0) {
    const after = again.length > 0 ? { after: inStep(wanted, again) } : {};
    // What a template's routines let everyone do is nobody's yet where nobody is let in.
    const risk = 'everyone' in wanted.grantee && letsNobodyIn(wanted.database, scope) ? 'grant' : 'revoke';
    made.push({
      step: { action: 'revoke-privileges', target, risk, before: inStep(wanted, extra), ...after },
    });
  }
  return made;
}

function isUnsupported({ tables = [], named }: ContentsGrant, { server }: Observation): boolean {
  if (server.versionNum >= 170000) return false;
  const all = [...tables, ...named.flatMap((one) => ('relation' in one ? one.tables : []))];
  return all.includes('MAINTAIN');
}

/** https://www.postgresql.org/docs/17/ddl-priv.html */
function maintainRefusal({ database, grantee }: ContentsGrant, { server }: Observation): Diagnostic {
  return {
    severity: 'fail',
    code: 'unknown-privilege',
    message: `PostgreSQL ${server.version} has no privilege MAINTAIN, which ${shown(granteeName(grantee) ?? 'PUBLIC')} is to have in ${shown(database)}; expected 17 or newer`,
    target: printable(database),
    remedy: 'leave MAINTAIN out of its access',
  };
}

function inStep({ database, schema, grantee }: ContentsGrant, parts: readonly ContentsPart[]): StepPrivileges {
  return { database, grantee: granteeName(grantee), on: parts.map((part) => onObject(schema, part)) };
}
