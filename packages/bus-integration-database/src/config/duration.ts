// Durations as Go and people write them, `30s`, `1h30m`. Pure.
import { OperationError } from '../contract/errors.ts';
import { printable } from '../text/printable.ts';

/** Timers count milliseconds in 31 bits; more would fire at once. */
const longestMs = 2 ** 31 - 1;

/** `µ` is a sign of its own and a Greek letter. */
const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  '\u00b5s': 1e-3,
  '\u03bcs': 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const partOf = () => /(\d+\.?\d*|\.\d+)([a-z\u00b5\u03bc]+)/y;

/**
 * Milliseconds of a duration by the rules of https://pkg.go.dev/time#ParseDuration, without negative ones: numbers with
 * units from `ns` to `h`, in any order. What is more than nothing is at least a millisecond; more than 24 days is, as
 * anything else, an `invalid-request` error.
 *
 * @example
 * parseDuration('1h30m'); // 5400000
 */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  let totalMs = 0;
  const part = partOf();
  let at = text.startsWith('+') ? 1 : 0;
  do {
    part.lastIndex = at;
    const [all = '', number = '', unit = ''] = part.exec(text) ?? [];
    const factor = Object.hasOwn(unitMs, unit) ? unitMs[unit] : undefined;
    if (factor === undefined) {
      const hint = /^\d+(\.\d+)?$/.test(text) ? `; did you mean ${text}s?` : '';
      return refuseDuration(`${printable(JSON.stringify(text))} is not a duration like 500ms, 30s, 2m or 1h30m${hint}`);
    }
    totalMs += Number(number) * factor;
    at += all.length;
  } while (at < text.length);
  if (totalMs > longestMs) return refuseDuration(`${text} is longer than 24 days`);
  return totalMs > 0 ? Math.max(1, Math.round(totalMs)) : 0;
}

function refuseDuration(message: string): never {
  throw new OperationError('invalid-request', message, { code: 'duration' });
}
