// Which value of a setting a service works with, where it comes from, and what takes it away. Pure.
import type { FilePair, Remedy } from 'bus-integration-database';
import type { SessionAtLogin } from '../../../sql/verify/verify-query.ts';
import { anyDatabase, reload, runs, superuser } from '../../../text/psql-remedy.ts';
import type { DeclaredObjects } from '../objects/declared-objects.ts';
import { settingOf } from '../objects/refused.ts';

export interface EffectiveSetting {
  readonly value: string;
  /** `of role svc`, `of the server` */
  readonly where: string;
  readonly reset: Remedy;
}

/**
 * Of the file or stored for the role or database, where it is; else what its session was given at the login.
 * https://www.postgresql.org/docs/current/config-setting.html
 */
export function effectiveSetting(
  pair: FilePair,
  name: string,
  { settings }: SessionAtLogin,
  declared: DeclaredObjects | undefined,
): EffectiveSetting | undefined {
  const stored = settingOf(pair, name, declared);
  if (stored !== undefined) return stored;
  const value = (settings as Readonly<Record<string, string | null | undefined>>)[name];
  if (value === undefined || value === null) return undefined;
  const isOfServer = declared !== undefined;
  return {
    value,
    where: isOfServer ? 'of the server' : 'as its login finds it',
    reset: isOfServer
      ? [
          runs(superuser, anyDatabase, `ALTER SYSTEM RESET ${name};`),
          '; where postgresql.conf has it, take it out there; then ',
          reload(),
        ]
      : `reset ${name} where it is set`,
  };
}
