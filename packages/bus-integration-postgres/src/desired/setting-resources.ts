// What a manifest says of settings, as resources. Pure.
import { type SettingPlace, type StoredSetting, settingOf } from '../kinds/setting-content.ts';
import type { ExpandedDatabase } from '../manifest/databases.ts';
import type { ExpandedRole } from '../manifest/expand.ts';

export function settingsOfRole(role: string, { settings }: ExpandedRole): StoredSetting[] {
  return settingsOf({ role }, settings);
}

export function settingsIn(name: string, { settings, search_path }: ExpandedDatabase): StoredSetting[] {
  const path = search_path === undefined || search_path === 'keep' ? [] : [search_path];
  return [
    ...settingsOf({ database: name }, settings),
    ...path.map((schemas) => settingOf({ database: name }, 'search_path', schemas)),
  ];
}

function settingsOf(place: SettingPlace, settings: ExpandedRole['settings'] = {}): StoredSetting[] {
  return Object.entries(settings).map(([name, value]) => settingOf(place, name, value));
}
