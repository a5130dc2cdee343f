// Settings that a connection begins with: in the startup packet where they are taken, for each transaction where a pooler
// is in the way, left out where the server doesn't have them. https://www.postgresql.org/docs/current/protocol-message-formats.html
import { sqlstateOf } from '../../text/sqlstate.ts';

export type StartupSettings = Readonly<Record<string, string>>;

/** What an address was found not to take: a setting in the startup packet, or a setting at all. */
export type SettingRefusals = Map<string, 'in-packet' | 'at-all'>;

/**
 * The settings that the startup packet may carry; none before a pooler, which takes hardly any.
 *
 * @param deferred names that the session's first statement is to set instead
 */
export function packetSettings(
  settings: StartupSettings,
  refusals: SettingRefusals,
  deferred: readonly string[],
): StartupSettings {
  if (isPooler(refusals)) return {};
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => !refusals.has(name) && !deferred.includes(name)),
  );
}

/** The server version that a setting came with. */
const firstVersion: Readonly<Record<string, number>> = { transaction_timeout: 170_000 };

/**
 * Names of the settings that a server may not have: before the first login nobody knows which version will answer, and a
 * refusal would cost a login.
 *
 * @param versionNum of the server that answered there last
 */
export function uncertainSettings(settings: StartupSettings, versionNum = 0): readonly string[] {
  return Object.keys(settings).filter((name) => versionNum < (firstVersion[name] ?? 0));
}

/** Those of the `deferred` settings that the server has: for a session's first statement to set. */
export function laterSettings(
  settings: StartupSettings,
  serverVersionNum: number,
  deferred: readonly string[],
): StartupSettings {
  const later = Object.entries(settings).filter(
    ([name]) => deferred.includes(name) && serverVersionNum >= (firstVersion[name] ?? 0),
  );
  return Object.fromEntries(later);
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

/** The settings that each transaction is to begin with where the packet could not carry them; none where it could. */
export function localSettings(settings: StartupSettings, refusals: SettingRefusals): StartupSettings {
  if (!isPooler(refusals)) return {};
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => ofTransactions.includes(name) && refusals.get(name) !== 'at-all'),
  );
}

// The others rule over idle sessions and lost clients, which behind a pooler aren't ours.
const ofTransactions = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'];

function isPooler(refusals: SettingRefusals): boolean {
  return [...refusals.values()].includes('in-packet');
}

function settingsNamed(error: unknown, names: readonly string[]): readonly string[] {
  if (!['42704', '22023'].includes(sqlstateOf(error) ?? '')) return [];
  return names.filter((name) => String(error).includes(`"${name}"`));
}
