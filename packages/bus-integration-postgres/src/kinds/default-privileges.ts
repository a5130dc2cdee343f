// Default privileges: what others may do with what a role makes later. They bind to the role that makes it; what stands is
// what one layer holds for all of the database and another adds for one schema.
// https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html
import { advise, type Diagnostic } from 'bus-integration-database';
import { inDatabase, runs } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { type DefaultPrivileges, defaultRows, observedDefaults } from './access/default-privileges-held.ts';
import {
  defaultsShape,
  defaultsStatements,
  defaultsSummary,
  joinedDefaults,
  type StepDefaults,
} from './access/default-privileges-step.ts';
import { granteeName } from './access/grant-object.ts';
import { isUnseen } from './kind/found.ts';
import { type Kind, type Meaning, meanings, type Registered, type Scope, type StepsOfKind } from './kind/kind.ts';
import { letsNobodyIn, makesNothingYet } from './owners/entrants.ts';

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

  observed: observedDefaults,

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
  const isEmpty = defaultRows(database, seen).some(
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
