// Timeouts of a service's session that end what it does in the middle, though the few statements that verify tries were
// quick enough. Pure.
import { advise, type Check, type FilePair, printable } from 'bus-integration-database';
import type { SessionAtLogin } from '../../../sql/verify/verify-query.ts';
import { shown } from '../../../text/shown.ts';
import type { DeclaredObjects } from '../objects/declared-objects.ts';
import { effectiveSetting } from './effective-setting.ts';

/** Where one of these ends ordinary work; waiting for a lock may be meant to be short. */
const names = [
  'statement_timeout',
  'transaction_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'lock_timeout',
] as const;

const uselessMs = 100;
const shortMs = 1_000;

/**
 * Those below a second: `fail` below 100 ms, except of waiting for locks.
 * https://www.postgresql.org/docs/current/runtime-config-client.html
 */
export function timeoutChecks(pair: FilePair, session: SessionAtLogin, declared: DeclaredObjects | undefined): Check[] {
  return names.flatMap((name): Check[] => {
    const stored = effectiveSetting(pair, name, session, declared);
    const ms = stored === undefined ? undefined : millisecondsOf(stored.value);
    if (stored === undefined || ms === undefined || ms <= 0 || ms >= shortMs) return [];
    return [
      {
        id: 'short-timeout',
        kind: 'connectivity',
        result: ms < uselessMs && name !== 'lock_timeout' ? 'fail' : 'warn',
        target: `${printable(pair.role)}@${printable(pair.database)}`,
        seen: `${name} = ${printable(stored.value)} (${stored.where}) ends what ${shown(pair.role)} does`,
        ...advise(stored.reset),
      },
    ];
  });
}

/** The largest first. */
const unitsMs: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
  ['us', 0.001],
];

/**
 * A setting as it was written, in whole milliseconds, as the server rounds it: also hexadecimal (with a fraction, too),
 * octal, and with an exponent; undefined for what the server would refuse.
 * https://www.postgresql.org/docs/current/config-setting.html#CONFIG-SETTING-NAMES-VALUES
 *
 * @example
 * millisecondsOf('1e2ms'); // 100
 */
export function millisecondsOf(value: string): number | undefined {
  const [, sign, number, unit = 'ms'] =
    /^\s*([+-]?)(0[xX][\da-fA-F]+(?:\.[\da-fA-F]*)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(
      value,
    ) ?? [];
  if (number === undefined) return undefined;
  const place = unitsMs.findIndex(([name]) => name === unit);
  const [, unitMs = 1] = unitsMs[place] ?? [];
  // First to a multiple of the next smaller unit: 0.0001d is no hour, and so no timeout.
  const [, smallerMs] = unitsMs[place + 1] ?? [];
  const ms = numberOf(number) * unitMs;
  const rounded = smallerMs === undefined ? ms : toEven(ms / smallerMs) * smallerMs;
  return toEven(rounded) * (sign === '-' ? -1 : 1);
}

/** As rint(3) does, halves go to the even neighbour. */
function toEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function numberOf(text: string): number {
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  if (!/^0x/i.test(text)) return Number(text);
  const [whole = '', fraction = ''] = text.slice(2).split('.');
  return Number.parseInt(whole + fraction, 16) / 16 ** fraction.length;
}
