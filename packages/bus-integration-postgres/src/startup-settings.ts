// Settings that a connection begins with: in the startup packet where they are taken, by SET where only a pooler is in
// the way, left out where the server doesn't have them. https://www.postgresql.org/docs/current/protocol-message-formats.html
import type { Session } from './session.ts';
import { sqlstateOf } from './sqlstate.ts';

export type Settings = Readonly<Record<string, string>>;

/** What an address was found not to take: a setting in the startup packet, or a setting at all. */
export type SettingRefusals = Map<string, 'in-packet' | 'at-all'>;

/** The settings that the startup packet may carry. */
export function packetSettings(settings: Settings, refusals: SettingRefusals): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !refusals.has(name)));
}

/**
 * Learns from a failed login; true when it was for the settings, so that another login without them may go well.
 * PgBouncer takes hardly any and says so with 08P01. A server names the one that it doesn't know (42704), or that its
 * platform can't do (22023), in quotes.
 *
 * @param sent the settings that the packet carried; another connection may have learnt of them meanwhile
 */
export function noteRefusal(error: unknown, sent: readonly string[], refusals: SettingRefusals): boolean {
  const isForAll = sqlstateOf(error) === '08P01' && /startup parameter/i.test(String(error));
  const named = isForAll ? sent : settingsNamed(error, sent);
  for (const name of named) refusals.set(name, isForAll ? 'in-packet' : 'at-all');
  return named.length > 0;
}

/** Sets what could not go into the startup packet, in one round trip where the server knows all of it. */
export async function setTheRest(
  session: Session,
  settings: Settings,
  refusals: SettingRefusals,
  timeoutMs: number,
): Promise<void> {
  for (;;) {
    const rest = Object.entries(settings).filter(([name]) => refusals.get(name) === 'in-packet');
    if (rest.length === 0) return;
    const calls = rest.map((_, index) => `pg_catalog.set_config($${2 * index + 1}, $${2 * index + 2}, false)`);
    try {
      await session.query(`SELECT ${calls.join(', ')}`, rest.flat(), { doing: 'setting up the session', timeoutMs });
      return;
    } catch (error) {
      const named = settingsNamed(
        error,
        rest.map(([name]) => name),
      );
      if (named.length === 0) throw error;
      for (const name of named) refusals.set(name, 'at-all');
    }
  }
}

function settingsNamed(error: unknown, names: readonly string[]): readonly string[] {
  if (!['42704', '22023'].includes(sqlstateOf(error) ?? '')) return [];
  return names.filter((name) => String(error).includes(`"${name}"`));
}
