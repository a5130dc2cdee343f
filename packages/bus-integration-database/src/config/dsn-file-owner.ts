// Who is to own the DSN files, as the configuration says it. Looks nobody up.
import { type SettingsReader, shownValue } from './settings.ts';

/** `BUS_DATABASE_DSN_FILE_OWNER`, `user[:group]`; undefined when it isn't set, or was refused. */
export function readOwner(settings: SettingsReader): { user: string; group?: string } | undefined {
  const key = 'BUS_DATABASE_DSN_FILE_OWNER';
  const owner = settings.value(key);
  if (owner === undefined) return undefined;
  const [, user, group] = /^([A-Za-z0-9_][A-Za-z0-9_.@-]*\$?)(?::([A-Za-z0-9_][A-Za-z0-9_.@-]*))?$/.exec(owner) ?? [];
  if (user === undefined) {
    const message = `${key} is ${shownValue(owner)}, expected user or user:group`;
    settings.refuse({ key, code: 'invalid-value', message, remedy: `write it like ${key}=bus:bus` });
    return undefined;
  }
  return { user, ...(group !== undefined && { group }) };
}
