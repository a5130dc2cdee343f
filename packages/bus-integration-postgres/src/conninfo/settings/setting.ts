// One connection setting: what was given, and where; and how it is read as a word, a number or a list.
// Errors name the keyword and the place it came from, never the value: a slip of quoting puts passwords anywhere.
import { OperationError, type Remedy, say, type Wording } from 'bus-integration-database';
import type { ConnectionKeyword } from '../../dsn/keywords.ts';

export interface Setting {
  readonly value: string;
  /** Where it was given: `the connection string`, `PGSSLMODE`, `FILE, line 3` of a service. */
  readonly origin: Wording;
}

/** What was given for each keyword; defaults are not in it. An empty value is a value, as it is to libpq. */
export type ConnectionSettings = ReadonlyMap<ConnectionKeyword, Setting>;

/** The value where it is given and not empty. */
export function textOf(settings: ConnectionSettings, keyword: ConnectionKeyword): string | undefined {
  return settings.get(keyword)?.value || undefined;
}

/** The value as one of `words`, or the default where none is given; libpq refuses an empty one, so do we. */
export function wordOf<Word extends string, Default extends Word | undefined>(
  settings: ConnectionSettings,
  keyword: ConnectionKeyword,
  words: readonly Word[],
  whenAbsent: Default,
): Word | Default {
  const given = settings.get(keyword)?.value;
  if (given === undefined) return whenAbsent;
  const word = words.find((one) => one === given);
  if (word === undefined)
    throw settingError(settings, keyword, `must be ${listed(words)}`, `set ${keyword} to ${listed(words)}`);
  return word;
}

/** The value as a whole number in C's `int`, blanks around it allowed, or undefined where none is given. */
export function integerOf(settings: ConnectionSettings, keyword: ConnectionKeyword): number | undefined {
  const given = settings.get(keyword)?.value;
  if (given === undefined) return undefined;
  const number = parseInteger(given);
  if (number === undefined) throw settingError(settings, keyword, 'must be a whole number');
  return number;
}

export function parseInteger(text: string): number | undefined {
  const number = /^[ \t\n\v\f\r]*[+-]?\d+[ \t\n\v\f\r]*$/.test(text) ? Number(text) : Number.NaN;
  return number === (number | 0) ? number : undefined;
}

/** The `invalid-request` error for one keyword: `sslmode (from PGSSLMODE) must be …`. */
export function settingError(
  settings: ConnectionSettings,
  keyword: ConnectionKeyword,
  trouble: Wording,
  remedy?: Remedy,
): OperationError {
  const origin = settings.get(keyword)?.origin;
  const place = origin === undefined ? '' : say` (from ${origin})`;
  return new OperationError('invalid-request', say`${keyword}${place} ${trouble}`, {
    code: 'connection-setting',
    target: keyword,
    remedy,
  });
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
