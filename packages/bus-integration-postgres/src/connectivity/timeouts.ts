// Timeouts stored for a service that end what it does in the middle, though the few statements that verify tries were
// quick enough. Pure.
import { type Check, printable } from 'bus-integration-database';
import type { FilePair } from '../dsn-pair.ts';
import { shown } from '../shown.ts';
import type { Declared } from './declared.ts';
import { settingOf } from './refused.ts';

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
export function timeoutChecks(pair: FilePair, declared: Declared | undefined): Check[] {
  return names.flatMap((name): Check[] => {
    const stored = settingOf(pair, name, declared);
    const ms = stored === undefined ? undefined : millisecondsOf(stored.value);
    if (stored === undefined || ms === undefined || ms <= 0 || ms >= shortMs) return [];
    return [
      {
        id: 'short-timeout',
        kind: 'connectivity',
        result: ms < uselessMs && name !== 'lock_timeout' ? 'fail' : 'warn',
        target: `${printable(pair.role)}@${printable(pair.database)}`,
        seen: `${name} = ${printable(stored.value)} (${stored.where}) ends what ${shown(pair.role)} does`,
        remedy: stored.reset,
      },
    ];
  });
}

const unitsMs: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A setting as it was written: https://www.postgresql.org/docs/current/config-setting.html#CONFIG-SETTING-NAMES-VALUES */
function millisecondsOf(value: string): number | undefined {
  const [, number, unit = 'ms'] = /^\s*(\d*\.?\d+)\s*(us|ms|s|min|h|d)?\s*$/.exec(value) ?? [];
  return number === undefined ? undefined : Number(number) * (unitsMs[unit] ?? 1);
}
