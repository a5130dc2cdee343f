// Settings that sessions of a role, of a database, or of a role in a database begin with. Those that the file does not name
// are left as they are. https://www.postgresql.org/docs/current/sql-alterrole.html
import type { Diagnostic } from 'bus-integration-database';
import type { Observation } from '../observe/observation.ts';
import { printable, shown } from '../text/shown.ts';
import type { Kind, Meanings, Registered, Scope, Statement, StepsOfKind } from './kind/kind.ts';
import { lacksDatabase } from './kind/kind-words.ts';
import { lacksRoleAdmin } from './roles/role-admin.ts';
import {
  type SettingPlace,
  type SettingsContent,
  type StoredSetting,
  settingsShape,
  sqlOfSettings,
} from './roles/setting-content.ts';
import { impossible, lacksForSettings } from './roles/setting-findings.ts';
import { isSameValue, storedValues } from './roles/setting-value.ts';

const registered = {
  'change-settings': { before: settingsShape, after: settingsShape },
} satisfies Registered;

export const setting: Kind<StoredSetting, typeof registered> = {
  registered,
  identity: (one) => [...placeOf(one), one.name],
  database: ({ database }) => database,
  group: (one) => JSON.stringify(placeOf(one)),
  asksDetails: ({ name }) => [name],

  isManaged: ({ role, database }, { roles, databases }) =>
    (role === undefined || isOurs(roles.get(role))) && (database === undefined || isOurs(databases.get(database))),

  observed: ({ seen: { details } }, desired) => {
    const stored = new Map(details?.settings.map((one) => [JSON.stringify([one.role, one.database, one.name]), one]));
    return desired.flatMap((wanted) => {
      const found = stored.get(JSON.stringify([...placeOf(wanted), wanted.name]));
      if (found === undefined) return [];
      const values = storedValues(wanted.name, found.value);
      const isSame = isSameValue(details?.parameters.get(wanted.name), values, wanted.values);
      return [{ ...wanted, values: isSame ? wanted.values : values }];
    });
  },

  made: (after, scope) => change(undefined, after, scope),
  changed: (before, after, scope) => change(before, after, scope),
  gone: () => {
    throw new Error('internal error: a setting that nobody names was compared');
  },
  findings: () => [],

  actions: {
    'change-settings': {
      place: 'setting',
      summary: ({ before, after }) => summaryOf(before, after),
      statements: ({ after }) => (after === undefined ? [] : settingStatements(after)),
      lacks: ({ after }, seen) => (after === undefined ? [] : lacksToSet(after, seen)),
      changes: ({ after = { settings: [] } }) =>
        after.role !== undefined
          ? { role: after.role }
          : after.database !== undefined
            ? { database: after.database }
            : undefined,
      join: (steps) => {
        const joined = (contents: readonly (SettingsContent | undefined)[]) => ({
          ...contents[0],
          settings: contents.flatMap((content) => content?.settings ?? []),
        });
        return {
          ...steps[0],
          before: joined(steps.map(({ before }) => before)),
          after: joined(steps.map(({ after }) => after)),
        };
      },
    },
  },

  status: () => ({}),
};

function isOurs(standing: string | undefined): boolean {
  return standing !== undefined && standing !== 'refused';
}

function placeOf({ role, database }: SettingPlace): readonly [string | null, string | null] {
  return [role ?? null, database ?? null];
}

function change(
  before: StoredSetting | undefined,
  after: StoredSetting,
  { seen }: Scope,
): Meanings<StepsOfKind<typeof registered>> {
  const refusal = impossible(after, seen);
  if (refusal !== undefined) return [{ refusal }];
  const { kind: _, name, values, ...place } = after;
  const contentWith = (held: readonly string[] | null) => ({ ...place, settings: [{ name, values: held }] });
  return [
    {
      step: {
        action: 'change-settings',
        target: printable(place.role ?? place.database ?? ''),
        risk: 'update',
        before: contentWith(before === undefined ? null : shownValues(before)),
        after: contentWith(values),
      },
    },
  ];
}

/** What a server holds of custom settings may be a secret, and nobody declared it. */
function shownValues({ name, values }: StoredSetting): readonly string[] {
  return name.includes('.') ? ['not shown'] : values;
}

/** Of a role alone they are set with the role; in a database as soon as there is one. */
function settingStatements(content: SettingsContent): Statement[] {
  const { role, database } = content;
  const where = database === undefined ? { phase: 'roles' as const } : { phase: 'open' as const, database };
  return sqlOfSettings(content).map((sql) => ({ ...where, ...(role !== undefined && { role }), sql }));
}

function lacksToSet(content: SettingsContent, seen: Observation): readonly Diagnostic[] {
  const { role, database } = content;
  return [
    ...(role !== undefined ? lacksRoleAdmin(role, seen) : lacksDatabase(database ?? '', 'changing its settings', seen)),
    ...lacksForSettings(content, seen),
  ];
}

function summaryOf(before: SettingsContent | undefined, after: SettingsContent | undefined): string {
  const was = new Map(before?.settings.map(({ name, values }) => [name, values]));
  const parts = (after?.settings ?? []).map(({ name, values }) => {
    const earlier = was.get(name);
    return `${name} = ${inWords(values)}${earlier == null ? '' : ` (was ${inWords(earlier)})`}`;
  });
  const where = after?.role !== undefined && after.database !== undefined ? `in ${shown(after.database)}: ` : '';
  return where + parts.join(', ');
}

function inWords(values: readonly string[] | null): string {
  return (values ?? []).map((value) => (value === '' ? '""' : value)).join(', ');
}
