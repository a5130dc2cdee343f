// What ends a run from outside: a signal, or the time limit of the whole run. The first aborts it in order, a second
// signal ends the process at once.
import { constants } from 'node:os';
import { OperationError } from 'bus-integration-database';
import { timeText } from './figures.ts';

const watched = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Watched = (typeof watched)[number];

export interface Interruption extends Disposable {
  /** Aborted by a signal (the reason is its name) or by the time limit (the reason is an OperationError). */
  readonly signal: AbortSignal;
  /** 128+n once signal n was caught. */
  readonly exitStatus: () => number | undefined;
}

export interface InterruptionOptions {
  readonly timeoutMs?: number | undefined;
  /** Says that the first signal was heard. */
  readonly onSignal: (name: string) => void;
  /** The second signal: print nothing more, leave. */
  readonly leave: (exitStatus: number) => void;
}

/** Listens until it is disposed of. */
export function listenForInterruption({ timeoutMs, onSignal, leave }: InterruptionOptions): Interruption {
  const controller = new AbortController();
  let caught: Watched | undefined;
  const listener = (name: Watched) => {
    const exitStatus = 128 + constants.signals[name];
    if (caught !== undefined) return leave(exitStatus);
    caught = name;
    onSignal(name);
    controller.abort(name);
  };
  for (const name of watched) process.on(name, listener);
  const timer =
    timeoutMs === undefined ? undefined : setTimeout(() => controller.abort(timeoutError(timeoutMs)), timeoutMs);
  return {
    signal: controller.signal,
    exitStatus: () => (caught === undefined ? undefined : 128 + constants.signals[caught]),
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      for (const name of watched) process.off(name, listener);
    },
  };
}

/** Why a run was ended from outside, as the error of what it cut off. */
export function interruptionError(reason: unknown): OperationError {
  if (reason instanceof OperationError) return reason;
  if (reason instanceof DOMException && reason.name === 'TimeoutError')
    return new OperationError('timeout', 'no answer within a minute');
  return new OperationError('cancelled', `interrupted by ${String(reason)}`, { code: 'cancelled' });
}

function timeoutError(timeoutMs: number): OperationError {
  return new OperationError('timeout', `not done within ${timeText(timeoutMs)} (--timeout)`, {
    remedy: ['allow more time with --timeout, then ', { kind: 'again' }],
  });
}
