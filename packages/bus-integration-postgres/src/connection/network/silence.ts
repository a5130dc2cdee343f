// Hosts that gave no answer in a run: the rest of it need not wait for them as long again. Only for where the run looks
// for a host anew; who dials the address that answered once isn't held up by this.
import { OperationError, remedyOf, say, wordingOfError } from 'bus-integration-database';
import { sqlstateOf } from '../../text/sqlstate.ts';
import { connectionRefused } from './dial.ts';

export interface Silence {
  /** An address took the connection and said nothing: one database alone may be the cause, so the next one is asked. */
  readonly isConnected: boolean;
  /** What the first one that waited was told. */
  readonly error: OperationError;
}

/** How long who comes later waits where the connection is taken and nothing said. */
export const laterWaitMs = 2_000;

/** How far a search for a server came. */
export interface Extent {
  readonly isConnected: boolean;
  /** A byte came. */
  readonly isHeard: boolean;
}

/**
 * The silence that failures came to; undefined where somebody answered, or all addresses refused at once, which costs no
 * wait and may change in a moment.
 */
export function silenceOf(failures: readonly OperationError[], extent: Extent): Silence | undefined {
  const last = failures.at(-1);
  const isQuiet = failures.every((one) => isOfNetwork(one) && sqlstateOf(one) === undefined);
  const isRefused = failures.every((one) => one.diagnostics.every(({ code }) => code === connectionRefused));
  if (last === undefined || extent.isHeard || !isQuiet || isRefused) return undefined;
  return { isConnected: extent.isConnected, error: last };
}

function isOfNetwork({ errorClass }: OperationError): boolean {
  return errorClass === 'timeout' || errorClass === 'unreachable';
}

/** What everybody is told who comes after the one that waited. */
export function notTriedAgain({ error }: Silence): OperationError {
  const [first] = error.diagnostics;
  return new OperationError(error.errorClass, say`not tried again: ${wordingOfError(error)}`, {
    cause: error,
    ...(first?.target !== undefined && { target: first.target }),
    remedy: remedyOf(first),
  });
}
