// The key that names a manifest, as long as plans are not made from one: nobody may believe that it was read.
import type { SettingsReader } from './settings.ts';

const key = 'BUS_DATABASE_MANIFEST_FILE';

/** Refuses the key where it is set, in whatever reads the other keys of what is declared. */
export function refuseManifest(settings: SettingsReader): void {
  if (!settings.isSet(key)) return;
  const remedy = `unset it, and declare the same with BUS_DATABASE_NAMES, BUS_DATABASE_SERVICE_ROLE, BUS_DATABASE_ROLE_NAMES and BUS_DATABASE_SCHEMAS`;
  settings.refuse({
    key,
    code: 'not-supported',
    message: `${key}: the manifest is not applied yet, only validate reads it`,
    remedy,
  });
}
