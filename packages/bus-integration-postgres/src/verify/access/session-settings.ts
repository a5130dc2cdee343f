// Whether a login's session has the settings that a manifest stores for its role and its database.
import { ownCommand, printable, type Remedy } from 'bus-integration-database';
import type { Session } from '../../connection/session/session.ts';
import { list, nullable, readRow, record, text } from '../../connection/session/shape.ts';
import { isSameValue, normalValues, storedValues } from '../../kinds/roles/setting-value.ts';
import type { ExpandedManifest } from '../../manifest/expand.ts';
import type { ObservedParameter } from '../../observe/observed-details.ts';
import { sessionSettingsQuery } from '../../sql/verify/session-settings-query.ts';
import type { SessionAtLogin } from '../../sql/verify/verify-query.ts';
import { shown } from '../../text/shown.ts';

interface SeenSetting {
  readonly name: string;
  readonly value: string | null;
  readonly type: string | null;
  readonly unit: string | null;
  readonly words: readonly string[] | null;
}

const shape = record<{ readonly settings: readonly SeenSetting[] }>({
  settings: list(
    record<SeenSetting>({
      name: text,
      value: nullable(text),
      type: nullable(text),
      unit: nullable(text),
      words: nullable(list(text)),
    }),
  ),
});

/** What our own connections set, so that no session of ours shows what is stored. */
const ours = ['application_name', 'client_encoding'];

export interface SettingFinding {
  readonly result: 'fail';
  readonly seen: string;
  readonly remedy: Remedy;
}

interface Login {
  readonly role: string;
  readonly database: string;
}

/** By name, what counts for sessions of the role in the database: its own settings go before the database's. */
export function declaredSettings(
  { role, database }: Login,
  { roles, databases }: ExpandedManifest,
): ReadonlyMap<string, { readonly values: readonly string[]; readonly of: string }> {
  const { settings: ofDatabase = {}, search_path } = databases[database] ?? {};
  const path = search_path === undefined || search_path === 'keep' ? {} : { search_path };
  const places = [
    { of: `of database ${shown(database)}`, settings: { ...ofDatabase, ...path } },
    { of: `of role ${shown(role)}`, settings: roles[role]?.settings ?? {} },
  ];
  return new Map(
    places.flatMap(({ of, settings }) =>
      Object.entries(settings)
        .filter(([name]) => !ours.includes(name))
        .map(([name, value]) => [name, { values: normalValues(name, value), of }] as const),
    ),
  );
}

/** One statement, or none where nothing is declared. */
export async function settingFindings(
  session: Session,
  login: Login,
  manifest: ExpandedManifest,
  standing: SessionAtLogin,
): Promise<SettingFinding[]> {
  const declared = declaredSettings(login, manifest);
  if (declared.size === 0) return [];
  const values = [[...declared.keys()]];
  const doing = `reading settings of ${printable(login.role)}`;
  const { settings } = await readRow(session, shape, { sql: sessionSettingsQuery, values, doing });
  // What the session stood at after its login, before anything was set for our own statements.
  const atLogin: Readonly<Record<string, string | null>> = { ...standing.settings, search_path: standing.searchPath };
  return settings.flatMap(({ name, value: now, ...known }): SettingFinding[] => {
    const wanted = declared.get(name);
    const value = name in atLogin ? atLogin[name] : now;
    if (wanted === undefined) return [];
    const parameter = { name, ...known } as ObservedParameter;
    if (typeof value === 'string' && isSameValue(parameter, wanted.values, storedValues(name, value))) return [];
    const shownValue = name.includes('.') && value != null ? 'another value' : value;
    const [expected, seen] = [wanted.values.join(', '), shownValue ?? 'not known to the server'];
    return [
      {
        result: 'fail',
        seen: `${name} is ${printable(seen)} in sessions of ${shown(login.role)} in ${shown(login.database)}; expected ${printable(expected)} (${wanted.of})`,
        remedy: ownCommand('plan'),
      },
    ];
  });
}
