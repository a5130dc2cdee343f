// Durations as people write them, `30s`, `1h30m`. Pure.
import { OperationError } from './errors.ts';
import { printable } from './names.ts';

/** Timers count milliseconds in 31 bits; more would fire at once. */
const longestMs = 2 ** 31 - 1;

/**
 * Milliseconds of a duration made of hours, minutes, seconds and milliseconds, each at most once and in that order;
 * anything else, and more than 24 days, is an `invalid-request` error.
 *
 * @example
 * parseDuration('1h30m'); // 5400000
 */
export function parseDuration(text: string): number {
  const parts =
    /^(?=\d)(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(text);
  if (parts === null) {
    const hint = /^\d+(\.\d+)?$/.test(text) ? `; did you mean ${text}s?` : '';
    return refuse(`${printable(JSON.stringify(text))} is no duration like 500ms, 30s, 2m or 1h30m${hint}`);
  }
  const [hours, minutes, seconds, milliseconds] = parts.slice(1).map((part) => Number(part ?? 0));
  const total = (hours ?? 0) * 3_600_000 + (minutes ?? 0) * 60_000 + (seconds ?? 0) * 1000 + (milliseconds ?? 0);
  if (total > longestMs) return refuse(`${text} is longer than 24 days`);
  return Math.round(total);
}

function refuse(message: string): never {
  throw new OperationError('invalid-request', message, { code: 'duration' });
}
