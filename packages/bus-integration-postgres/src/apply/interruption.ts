// What a run that was ended from outside says of its end. Pure.
import { OperationError } from 'bus-integration-database';

/**
 * Why a run ended: its signal's reason, the name of a signal or an error of a time limit. What the run met because it
 * was ended is left out, but for an error that tells what a time limit was spent on.
 *
 * @example
 * interruption('SIGINT', error); // OperationError cancelled: 'interrupted by SIGINT'
 */
export function interruption(reason: unknown, met: unknown): OperationError {
  if (!(reason instanceof OperationError)) {
    return new OperationError('cancelled', `interrupted by ${String(reason)}`, { code: 'cancelled', cause: met });
  }
  return met instanceof OperationError && met.cause === reason ? met : reason;
}
