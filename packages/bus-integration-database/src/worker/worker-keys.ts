// The keys of a worker that are not quite those: likely typing errors. Other programs share the prefixes, so a key that
// resembles none of ours is theirs. Pure.

import { unknownKeys } from '../config/unknown-keys.ts';
import type { Diagnostic } from '../contract/response.ts';
import type { Environment } from '../text/environment.ts';
import { workerKeys } from './worker-key-table.ts';

const prefixes = ['BUS_EVENTS_', 'BUS_NATS_'];

/**
 * A warning for each key that was probably meant to be one of a worker's.
 *
 * @example
 * misspelledWorkerKeys({ BUS_EVENTS_GRUOP: 'x' })[0]?.message; // 'BUS_EVENTS_GRUOP is an unknown key; did you mean …'
 */
export function misspelledWorkerKeys(env: Environment): readonly Diagnostic[] {
  const known = workerKeys.map(({ name }) => name).filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
  return unknownKeys(env, prefixes, known).flatMap(({ key, nearest }) =>
    nearest === undefined
      ? []
      : [
          {
            severity: 'warn' as const,
            code: 'unknown-key',
            message: `${key} is an unknown key; did you mean ${nearest}?`,
            target: key,
            remedy: 'rename it, or list it in BUS_OPERATOR_DATABASE_ENV_ALLOW',
          },
        ],
  );
}
