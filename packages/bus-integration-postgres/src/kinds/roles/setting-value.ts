// Values of settings as the server compares them: by unit, by word, by element; and which it would not take. Pure.
// https://www.postgresql.org/docs/current/config-setting.html
import { nearest } from 'bus-integration-database/suggest';
import type { ObservedParameter } from '../../observe/observed-details.ts';

/** The server stores these as quoted elements; no extension can add one (variable_is_guc_list_quote in its source). */
export const quotedLists = [
  ...['search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries'],
  ...['shared_preload_libraries', 'unix_socket_directories'],
];
/** Of these too it takes several elements, and stores what was written. */
const plainLists = ['datestyle', 'restrict_nonsystem_relation_kind', 'wal_consistency_checking'];

/** One element for what is no list; of a list without elements an empty one, as the server has it. */
export function normalValues(name: string, value: string | readonly string[]): readonly string[] {
  const values = typeof value === 'string' ? [value] : value;
  return values.length === 0 && quotedLists.includes(name) ? [''] : values;
}

/** What stands in pg_db_role_setting, as elements. */
export function storedValues(name: string, stored: string): readonly string[] {
  return quotedLists.includes(name) ? elementsOf(stored) : [stored];
}

/** @example elementsOf('app, "a ""b""", "$user"'); // ['app', 'a "b"', '$user'] */
export function elementsOf(stored: string): readonly string[] {
  const found = [...stored.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*?))\s*(?:,|$)/gy)];
  // Where the text ends after a comma's element, the pattern meets the end once more.
  const whole = found.filter(([match], index) => match !== '' || index === 0);
  return whole.map(([, quoted, bare = '']) => quoted?.replaceAll('""', '"') ?? bare.toLowerCase());
}

/** Whether two values are the same to the server. */
export function isSameValue(
  parameter: ObservedParameter | undefined,
  one: readonly string[],
  other: readonly string[],
): boolean {
  if (one.length === other.length && one.every((value, index) => value === other[index])) return true;
  const name = parameter?.name ?? '';
  if (quotedLists.includes(name)) return false;
  if (plainLists.includes(name)) return withoutBlanks(one) === withoutBlanks(other);
  const [first, second] = [one, other].map((values) =>
    values.length === 1 ? meaningOf(parameter, values[0] ?? '') : undefined,
  );
  return first !== undefined && first === second;
}

function withoutBlanks(values: readonly string[]): string {
  return values.join(',').replaceAll(/\s/g, '').toLowerCase();
}

/** What a value comes to; undefined of one that the setting can't have. */
function meaningOf(parameter: ObservedParameter | undefined, value: string): string | number | boolean | undefined {
  switch (parameter?.type) {
    case 'bool':
      return booleanOf(value);
    case 'integer':
    case 'real':
      return numberOf(value, parameter);
    case 'enum':
      return wordOf(value, parameter.words ?? []);
    default:
      return value;
  }
}

/** Any beginning of a word that is that word's alone. */
function booleanOf(value: string): boolean | undefined {
  const lower = value.toLowerCase();
  const isBeginning = (...words: string[]) =>
    words.some((word) => lower !== '' && lower !== 'o' && word.startsWith(lower));
  if (isBeginning('true', 'yes', 'on', '1')) return true;
  return isBeginning('false', 'no', 'off', '0') ? false : undefined;
}

/** Some settings were boolean once, and take those words still. */
function wordOf(value: string, words: readonly string[]): string | undefined {
  const lower = value.toLowerCase();
  if (words.includes(lower)) return lower;
  const flag = words.includes('on') && words.includes('off') ? booleanOf(value) : undefined;
  return flag === undefined ? undefined : flag ? 'on' : 'off';
}

const bytes: Readonly<Record<string, number>> = { B: 1, kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };
const microseconds: Readonly<Record<string, number>> = {
  ...{ us: 1, ms: 1_000, s: 1_000_000, min: 60_000_000, h: 3_600_000_000, d: 86_400_000_000 },
};

/** In the setting's own unit, `8kB` for one. */
function numberOf(value: string, { type, unit }: ObservedParameter): number | undefined {
  const match = /^\s*([+-]?)(0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z]*)\s*$/i.exec(value);
  if (match === null) return undefined;
  const [, sign, digits = '', written = ''] = match;
  const number = (sign === '-' ? -1 : 1) * Number(digits);
  const factor = written === '' ? 1 : factorOf(written, unit);
  if (factor === undefined) return undefined;
  return type === 'integer' ? Math.round(number * factor) : number * factor;
}

function factorOf(written: string, unit: string | null): number | undefined {
  const [, count = '', base = ''] = /^(\d*)(\D+)$/.exec(unit ?? '') ?? [];
  for (const units of [bytes, microseconds]) {
    const [from, to] = [units[written], units[base]];
    if (from !== undefined && to !== undefined) return from / (to * Number(count || 1));
  }
  return undefined;
}

/** Why a setting can't have a value, as the end of a sentence that begins with it. */
export function valueFault(parameter: ObservedParameter, values: readonly string[]): string | undefined {
  const { name, type, unit, least, most, words } = parameter;
  if (values.length !== 1)
    return [...quotedLists, ...plainLists].includes(name) ? undefined : 'is a list; expected one value';
  const [value = ''] = values;
  const meaning = meaningOf(parameter, value);
  switch (type) {
    case 'bool':
      return meaning === undefined ? 'is neither on nor off' : undefined;
    case 'enum': {
      if (meaning !== undefined || words === null) return undefined;
      const close = nearest(value.toLowerCase(), words);
      // Old words are taken that are not told: https://www.postgresql.org/docs/current/view-pg-settings.html
      return hiddenWords.includes(value.toLowerCase())
        ? undefined
        : `is not among its values; ${close === undefined ? `expected ${words.join(', ')}` : `did you mean ${close}?`}`;
    }
    case 'integer':
    case 'real': {
      const bounds = `${least} to ${most}${unit === null ? '' : ` (in ${unit})`}`;
      if (typeof meaning !== 'number')
        return `is not a number${unit === null ? '' : ` with a unit like ${unit}`}; expected ${bounds}`;
      return meaning < Number(least) || meaning > Number(most) ? `is not in ${bounds}` : undefined;
    }
    default:
      return undefined;
  }
}

const hiddenWords = ['debug', 'info', 'fatal', 'panic', 'safe_encoding', 'true', 'false', 'yes', 'no', '1', '0'];
