// What flags' values mean: durations and numbers.
import { OperationError, parseDuration, printable } from 'bus-integration-database';

/** Milliseconds of a flag's duration; undefined when it isn't given. */
export function flagDuration(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    throw new OperationError('invalid-request', `${flag}: ${error.message}`, { code: 'usage' });
  }
}

/** As `flagDuration`, for what takes some time. */
export function positiveFlagDuration(flag: string, text: string | undefined): number | undefined {
  const durationMs = flagDuration(flag, text);
  if (durationMs !== 0) return durationMs;
  throw new OperationError('invalid-request', `${flag} is 0, expected a duration like 30s`, { code: 'usage' });
}

/** `--jobs`, 1 to 64. */
export function flagJobs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d?$/.test(text) && Number(text) <= 64) return Number(text);
  throw new OperationError('invalid-request', `--jobs ${printable(text)}: expected a number from 1 to 64`, {
    code: 'usage',
  });
}
