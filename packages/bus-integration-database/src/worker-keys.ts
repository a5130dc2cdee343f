// The keys of a worker that are not quite those: likely typing errors. Other programs share the prefixes, so a key that
// resembles none of ours is theirs. Pure.
import type { Diagnostic } from './response.ts';
import { unknownKeys } from './unknown-keys.ts';

const workerKeys = [
  'BUS_EVENTS_API_URL',
  'BUS_EVENTS_TOKEN_FILE',
  'BUS_EVENTS_GROUP',
  'BUS_EVENTS_CONSUMER',
  'BUS_EVENTS_LISTENER_RETRY',
  'BUS_EVENTS_LISTENER_RETRY_MIN',
  'BUS_EVENTS_LISTENER_RETRY_MAX',
  'BUS_EVENTS_LISTENER_REPLAY',
  'BUS_EVENTS_LISTENER_REQUIRED',
  'BUS_EVENTS_LISTENER_TOKEN_REFRESH',
  'BUS_EVENTS_MAX_AGE',
  'BUS_NATS_URL',
  'BUS_NATS_CREDS_FILE',
  'BUS_NATS_STREAM',
  'BUS_NATS_ACK_WAIT',
];

/**
 * A warning for each key that was probably meant to be one of a worker's.
 *
 * @example
 * misspelledWorkerKeys({ BUS_EVENTS_GRUOP: 'x' })[0]?.message; // 'BUS_EVENTS_GRUOP is no key of ours; did you mean …'
 */
export function misspelledWorkerKeys(env: Readonly<Record<string, string | undefined>>): readonly Diagnostic[] {
  return unknownKeys(env, ['BUS_EVENTS_', 'BUS_NATS_'], workerKeys).flatMap(({ key, nearest }) =>
    nearest === undefined
      ? []
      : [
          {
            severity: 'warn' as const,
            code: 'unknown-key',
            message: `${key} is no key of ours; did you mean ${nearest}?`,
            target: key,
            remedy: 'rename it, or list it in BUS_OPERATOR_DATABASE_ENV_ALLOW',
          },
        ],
  );
}
