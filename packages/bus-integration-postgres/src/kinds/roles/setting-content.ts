// What a setting is, as a resource, as a step says it, and as SQL. Pure.
import type { ContentOf, ShapeWords } from 'bus-integration-database';
import { identifier, literal } from '../../text/sql-text.ts';
import { normalValues } from './setting-value.ts';

export interface StoredSetting {
  readonly kind: 'setting';
  /** One of them at least. */
  readonly role?: string;
  readonly database?: string;
  /** In lower case. */
  readonly name: string;
  /** One element of what is no list. */
  readonly values: readonly string[];
}

/** Whose sessions they are for. */
export type SettingPlace = Pick<StoredSetting, 'role' | 'database'>;

/** @example settingOf({ role: 'svc' }, 'statement_timeout', '30s'); */
export function settingOf(place: SettingPlace, name: string, value: string | readonly string[]): StoredSetting {
  const lower = name.toLowerCase();
  return { kind: 'setting', ...place, name: lower, values: normalValues(lower, value) };
}

export const settingsShape = ({ shape, text, list, orNull, may }: ShapeWords) =>
  shape({
    role: may(text),
    database: may(text),
    settings: list(shape({ name: text, values: orNull(list(text)) })),
  });
export type SettingsContent = ContentOf<typeof settingsShape>;

/** Each element is quoted by itself: a list that is quoted once is one element. */
export function sqlOfSettings({ role, database, settings }: SettingsContent): string[] {
  const inDatabase = role === undefined || database === undefined ? '' : ` IN DATABASE ${identifier(database)}`;
  const of = role === undefined ? `DATABASE ${identifier(database ?? '')}` : `ROLE ${identifier(role)}${inDatabase}`;
  return settings.map(({ name, values }) => {
    return `ALTER ${of} SET ${quotedSetting(name)} TO ${(values ?? []).map(literal).join(', ')}`;
  });
}

/** @example quotedSetting('my.name'); // '"my"."name"' */
export function quotedSetting(name: string): string {
  return name.split('.').map(identifier).join('.');
}
