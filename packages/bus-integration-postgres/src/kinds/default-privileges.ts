// Default privileges: what others may do with what a role makes later. They bind to the role that makes it; what stands is
// what one layer holds for all of the database and another adds for one schema.
// https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html
import { advise, type Diagnostic } from 'bus-integration-database';
import type { AclEntry } from '../observe/acl-entry.ts';
import type { Observation } from '../observe/observation.ts';
import type { ObjectClass, ObservedDefaults } from '../observe/observed-objects.ts';
import { effectivePrivileges, isJust } from '../ownership/effective.ts';
import { inDatabase, runs } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import {
  defaultsShape,
  defaultsStatements,
  defaultsSummary,
  joinedDefaults,
  type StepDefaults,
} from './access/default-privileges-step.ts';
import { type Grantee, granteeName } from './access/grant-object.ts';
import { isUnseen } from './kind/found.ts';
import { type Kind, type Meaning, meanings, type Registered, type Scope, type StepsOfKind } from './kind/kind.ts';
import { letsNobodyIn, makesNothingYet } from './owners/entrants.ts';

export interface DefaultPrivileges {
  readonly kind: 'default-privileges';
  readonly database: string;
  readonly creator: string;
  /** Of what is made there; everywhere in the database where none is named. */
  readonly schema?: string;
  readonly of: ObjectClass;
  readonly grantee: Grantee;
  /** Sorted, without duplicates. */
  readonly privileges: readonly string[];
  /** Those of them that may be granted on; no file gives that. */
  readonly grantable?: readonly string[];
  /** It only says that what this role makes later is looked at. */
  readonly isPlace?: true;
  /** What is beyond it is told, and left. */
  readonly isKept?: true;
}

const registered = {
  // PUBLIC has EXECUTE on routines from the start: what is made new loses it in the step that gives the others theirs.
  'set-default-privileges': { before: defaultsShape, after: defaultsShape },
  'revoke-default-privileges': { before: defaultsShape },
} satisfies Registered;
type Steps = StepsOfKind<typeof registered>;

export const defaultPrivileges: Kind<DefaultPrivileges, typeof registered> = {
  registered,
  isInside: true,
  asksDetails: () => [],
  identity: ({ database, creator, schema, of, grantee }) => [
    database,
    creator,
    schema ?? null,
    of,
    granteeName(grantee),
  ],
  database: ({ database }) => database,
  group: ({ database, creator, grantee }) => JSON.stringify([database, creator, granteeName(grantee)]),

  isManaged: ({ database }, { databases, seen }) => {
    const standing = databases.get(database);
    return standing !== undefined && standing !== 'refused' && !isUnseen(seen, database);
  },

  observed: (scope, desired) => {
    const databases = new Map<string, DefaultPrivileges[]>();
    for (const one of desired) {
      const here = databases.get(one.database);
      if (here === undefined) databases.set(one.database, [one]);
      else here.push(one);
    }
    return [
      ...desired.flatMap((wanted) => heldOfDesired(wanted, scope) ?? []),
      ...[...databases].flatMap(([database, here]) => undeclared(database, here, scope)),
    ];
  },

  made: (after, scope) => meanings(changes(after, [], scope)),
  changed: (before, after, scope) => meanings(changes(after, before.privileges, scope, before.grantable)),
  gone: (before, scope) => meanings(changes({ ...before, privileges: [] }, before.privileges, scope)),

  findings: () => [],

  actions: {
    'set-default-privileges': {
      place: 'grant',
      summary: ({ before, after }) =>
        [
          ...(after === undefined ? [] : [defaultsSummary('GRANT', after)]),
          ...(before === undefined ? [] : [defaultsSummary('REVOKE', before)]),
        ].join('; '),
      statements: ({ before, after }) => [
        ...(after === undefined ? [] : defaultsStatements('GRANT', after)),
        ...(before === undefined ? [] : defaultsStatements('REVOKE', before)),
      ],
      lacks: () => [],
      changes: ({ before, after }) => ({ database: (after ?? before)?.database ?? '' }),
      join: ([first, ...others]) => {
        const all = [first, ...others];
        const after = joinedDefaults(all.flatMap(({ after }) => after ?? []));
        const before = joinedDefaults(all.flatMap(({ before }) => before ?? []));
        return { ...first, ...(before && { before }), ...(after && { after }) };
      },
    },
    'revoke-default-privileges': {
      place: 'revocation',
      summary: ({ before }) => (before === undefined ? '' : defaultsSummary('REVOKE', before)),
      statements: ({ before }) => (before === undefined ? [] : defaultsStatements('REVOKE', before)),
      lacks: () => [],
      changes: () => undefined,
      join: ([first, ...others]) => {
        const before = joinedDefaults([first, ...others].flatMap(({ before }) => before ?? []));
        return { ...first, ...(before && { before }) };
      },
    },
  },

  status: () => ({}),
};

function keyOf({ database, creator, schema, of, grantee }: DefaultPrivileges): string {
  return JSON.stringify([database, creator, schema ?? null, of, granteeName(grantee)]);
}

function rowsOf(database: string, seen: Observation): readonly ObservedDefaults[] {
  return seen.inside.get(database)?.objects?.defaults ?? [];
}

/** A list that is empty acts as if there were none. */
function listOf(
  rows: readonly ObservedDefaults[],
  wanted: DefaultPrivileges,
  schema: string | null,
): readonly AclEntry[] {
  const row = rows.find((one) => one.creator === wanted.creator && one.of === wanted.of && one.schema === schema);
  if (row !== undefined && row.acl.length > 0) return row.acl;
  const isBuiltIn = schema === null && wanted.of === 'routines';
  return isBuiltIn ? [{ grantee: null, grantor: wanted.creator, privilege: 'EXECUTE', isGrantable: false }] : [];
}

/** What a grantee would have of it, by both layers, but for what the wider one gives to declared roles: it is taken there. */
function heldOfDesired(
  wanted: DefaultPrivileges,
  { seen, declared, isJustMade }: Scope,
): DefaultPrivileges | undefined {
  if (wanted.isPlace) return wanted;
  const { database, creator, grantee, schema, privileges } = wanted;
  const rows = rowsOf(database, seen);
  const wide = listOf(rows, wanted, null);
  if ('everyone' in grantee) {
    const held = wide.flatMap((entry) => (entry.grantee === null ? [entry.privilege] : []));
    return { ...wanted, privileges: sorted(held) };
  }
  const own = schema === undefined ? [] : listOf(rows, wanted, schema);
  if (isJust({ acl: own }, privileges, { grantee: grantee.role, grantor: creator })) return wanted;
  // What roles of the file have may be taken from them in the same run.
  const isLasting = ({ grantee }: AclEntry) => grantee !== null && !declared.roles.has(grantee);
  const object = { owner: creator, adminActsAsOwner: true, acl: [...own, ...wide.filter(isLasting)] };
  const { inherits = [] } = seen.roles.get(grantee.role) ?? {};
  const role = { name: grantee.role, inherits: inherits.filter((name) => !declared.roles.has(name)) };
  const effective = effectivePrivileges(object, role, new Set());
  const direct = own.flatMap((entry) => (entry.grantee === grantee.role ? [entry.privilege] : []));
  const held = sorted([...privileges.filter((one) => effective.privileges.has(one)), ...direct]);
  // What was shown as granted is granted in a new database, though a group's would do.
  const isNone = held.length === 0 || (isJustMade && direct.length === 0);
  if (isNone && privileges.length > 0) return undefined;
  const grantable = sorted(
    own.flatMap((entry) =>
      entry.grantee === grantee.role && entry.isGrantable && privileges.includes(entry.privilege)
        ? [entry.privilege]
        : [],
    ),
  );
  return { ...wanted, privileges: held, ...(grantable.length > 0 && { grantable }) };
}

/** What declared roles gave to declared roles, and no longer do. Of routines only where they are closed. */
function undeclared(
  database: string,
  here: readonly DefaultPrivileges[],
  { seen, declared }: Scope,
): DefaultPrivileges[] {
  const closes = here.some(({ of }) => of === 'routines');
  const known = new Set(here.map(keyOf));
  const isKept = here.some((one) => one.isKept);
  return rowsOf(database, seen).flatMap(({ creator, schema, of, acl }) => {
    if (of === 'routines' && !closes) return [];
    const held = new Map<string, string[]>();
    for (const { grantee, privilege } of acl) {
      if (grantee === null || grantee === creator || !declared.roles.has(grantee)) continue;
      held.set(grantee, [...(held.get(grantee) ?? []), privilege]);
    }
    return [...held].flatMap(([role, privileges]): DefaultPrivileges[] => {
      const found: DefaultPrivileges = {
        kind: 'default-privileges',
        database,
        creator,
        ...(schema !== null && { schema }),
        of,
        grantee: { role },
        privileges: sorted(privileges),
        ...(isKept && { isKept }),
      };
      return known.has(keyOf(found)) ? [] : [found];
    });
  });
}

/** Where the file keeps them. */
function undeclaredFinding(
  { database, creator, schema, of, grantee, privileges }: DefaultPrivileges,
  grant_option?: true,
): Diagnostic {
  const on = [{ of, ...(schema !== undefined && { schema }), privileges, ...(grant_option && { grant_option }) }];
  const step = { database, creator, grantee: granteeName(grantee), on };
  const statements = defaultsStatements('REVOKE', step).map(({ sql }) => `${sql};`);
  return {
    severity: 'info',
    code: 'extra-privilege',
    message: `default privileges in ${shown(database)} that are not declared: ${defaultsSummary('GRANT', step)}`,
    target: printable(database),
    ...advise([
      'leave default_privileges: keep out of the manifest, or ',
      runs(`${shown(creator)} or a superuser`, inDatabase(database), statements.join(' ')),
    ]),
  };
}

function changes(
  after: DefaultPrivileges,
  before: readonly string[],
  scope: Scope,
  grantable: readonly string[] = [],
): Meaning<Steps>[] {
  const { databases, seen } = scope;
  const { database, creator, schema, of, grantee } = after;
  const target = printable(database);
  const missing = after.privileges.filter((one) => !before.includes(one));
  const unwanted = before.filter((one) => !after.privileges.includes(one));
  const isEmpty = rowsOf(database, seen).some(
    (row) => row.creator === creator && row.of === of && row.schema === (schema ?? null) && row.acl.length === 0,
  );
  const content = (privileges: readonly string[], grant_option?: true): StepDefaults => ({
    database,
    creator,
    grantee: granteeName(grantee),
    on: [
      {
        of,
        ...(schema !== undefined && { schema }),
        privileges,
        ...(grant_option && { grant_option }),
        ...(isEmpty && { list_is_empty: true }),
      },
    ],
  });
  // Nobody has anything to lose by what a new role makes, or by what is made in a new database.
  const isNew =
    ['missing', 'unfinished'].includes(databases.get(database) ?? '') ||
    !seen.roles.has(creator) ||
    ('everyone' in grantee && (letsNobodyIn(database, scope) || makesNothingYet(creator, database, scope)));
  const made: Meaning<Steps>[] = [];
  // What everyone has of routines is what `routines` of the file is about.
  const isLeft = after.isKept && 'role' in grantee;
  if (unwanted.length > 0 && isLeft) made.push({ finding: undeclaredFinding({ ...after, privileges: unwanted }) });
  if (missing.length > 0)
    made.push({ step: { action: 'set-default-privileges', target, risk: 'grant', after: content(missing) } });
  if (unwanted.length > 0 && isNew && !isLeft)
    made.push({ step: { action: 'set-default-privileges', target, risk: 'grant', before: content(unwanted) } });
  if (unwanted.length > 0 && !isNew && !isLeft)
    made.push({ step: { action: 'revoke-default-privileges', target, risk: 'revoke', before: content(unwanted) } });
  // What is made with it is granted on by whoever has it, to anybody.
  if (grantable.length > 0 && !isLeft)
    made.push({
      step: { action: 'revoke-default-privileges', target, risk: 'revoke', before: content(grantable, true) },
    });
  if (grantable.length > 0 && isLeft)
    made.push({ finding: undeclaredFinding({ ...after, privileges: grantable }, true) });
  return made;
}

function sorted(privileges: Iterable<string>): string[] {
  return [...new Set(privileges)].sort();
}
