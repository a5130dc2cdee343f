// What a manifest says of settings, as resources. Pure.
import { type SettingPlace, type StoredSetting, settingOf } from '../kinds/roles/setting-content.ts';
import type { ExpandedDatabase } from '../manifest/databases.ts';
import type { ExpandedManifest, ExpandedRole } from '../manifest/expand.ts';
import { loginsOf } from './manifest-names.ts';

export function settingsOfRole(role: string, { settings }: ExpandedRole): StoredSetting[] {
  return settingsOf({ role }, settings);
}

/** Its own, and those of roles in it. */
export function settingsIn(name: string, database: ExpandedDatabase, { roles }: ExpandedManifest): StoredSetting[] {
  const { settings, search_path } = database;
  const path = search_path === undefined || search_path === 'keep' ? [] : [search_path];
  return [
    ...settingsOf({ database: name }, settings),
    ...path.map((schemas) => settingOf({ database: name }, 'search_path', schemas)),
    ...loginsOf(database, roles).flatMap((role) => {
      const owner = roles[role]?.acts_as;
      return owner === undefined ? [] : [settingOf({ role, database: name }, 'role', owner)];
    }),
  ];
}

function settingsOf(place: SettingPlace, settings: ExpandedRole['settings'] = {}): StoredSetting[] {
  return Object.entries(settings).map(([name, value]) => settingOf(place, name, value));
}
