// Whether a request is too old to be run: its own deadline, or the oldest time that is known of it. Pure but for the clock.
import type { Envelope } from '../contract/envelope.ts';
import { OperationError } from '../contract/errors.ts';

/**
 * Why a request must not be run any more; undefined while it may.
 *
 * @example
 * staleness(envelope, new Date('2026-01-31T12:00:00Z'), 900_000);
 */
export function staleness(
  { time, deadline }: Pick<Envelope, 'time' | 'deadline'>,
  sentAt: Date | undefined,
  maxAgeMs: number,
  now = Date.now(),
): OperationError | undefined {
  if (deadline !== undefined && deadline.getTime() < now) {
    return tooOld(`its deadline ${deadline.toISOString()} has passed`);
  }
  if (time !== undefined && time.getTime() > now + aheadMs) return ahead(time);
  const times = [time, sentAt].flatMap((known) => (known === undefined ? [] : [known.getTime()]));
  const oldest = Math.min(...times);
  if (times.length === 0 || now - oldest <= maxAgeMs) return undefined;
  return tooOld(`it is of ${new Date(oldest).toISOString()}, and older than ${Math.round(maxAgeMs / 1_000)} s`);
}

/**
 * Why a request that may be a replayed one must not be run: nothing says of when it is. Undefined where something does.
 *
 * @example
 * ageless(envelope, { isMaybeReplayed: true });
 */
export function ageless(
  { time, deadline }: Pick<Envelope, 'time' | 'deadline'>,
  { sentAt, isMaybeReplayed = false }: { readonly sentAt?: Date; readonly isMaybeReplayed?: boolean },
): OperationError | undefined {
  if (!isMaybeReplayed || [time, deadline, sentAt].some((known) => known !== undefined)) return undefined;
  return new OperationError('timeout', 'the apply was not run: it may be an old one, and nothing says of when it is', {
    code: 'age-unknown',
    target: 'time',
    remedy: 'send it with time (RFC 3339), or run the worker without BUS_EVENTS_LISTENER_REPLAY',
  });
}

/** Clocks differ; a time far ahead would keep a request from ever becoming too old. */
const aheadMs = 300_000;

function ahead(time: Date): OperationError {
  return new OperationError('invalid-request', `the request was not run: its time ${time.toISOString()} is ahead`, {
    code: 'time-ahead',
    target: 'time',
    remedy: 'send it with the time at which it is sent (RFC 3339), and check the clocks',
  });
}

function tooOld(why: string): OperationError {
  return new OperationError('timeout', `the request was not run: ${why}`, {
    code: 'too-old',
    remedy: 'send it again with another correlation_id; check the clocks if it was just sent',
  });
}
