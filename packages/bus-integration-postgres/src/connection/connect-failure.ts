// Why no session came of connecting, in words: what was waited for, which addresses failed, whether others may do better.
import { OperationError, remedyOf } from 'bus-integration-database';
import { sqlstateOf } from '../text/sqlstate.ts';
import type { Stage } from './attempt.ts';
import type { Extent } from './network/silence.ts';
import { tlsFailed } from './tls/tls.ts';

// What is being waited for, for the message when the time is up.
export interface ConnectProgress extends Extent {
  where: string;
  stage: 'looking-up' | Stage;
  isConnected: boolean;
  isHeard: boolean;
}

export function expired({ where, stage }: ConnectProgress, timeoutMs: number): OperationError {
  const waited = `${Math.round(timeoutMs / 100) / 10} s`;
  const seen = {
    'looking-up': `can't look up host ${where}: no answer within ${waited}`,
    dialling: `can't reach ${where}: no answer within ${waited}`,
    answering: `${where} accepted the connection, then said nothing for ${waited}`,
  }[stage];
  return new OperationError('timeout', seen, {
    target: where,
    remedy: 'check host and port, firewalls and the load of the server; or give more time with --timeout',
  });
}

/** A time limit of the whole run doesn't know what it was spent on. */
export function cutShort(reason: unknown, { where, stage }: ConnectProgress): unknown {
  if (!(reason instanceof OperationError)) return reason;
  const seen = {
    'looking-up': `host ${where} was still being looked up`,
    dialling: `${where} has not answered`,
    answering: `${where} accepted the connection, then said nothing`,
  }[stage];
  const [diagnostic] = reason.diagnostics;
  return new OperationError(reason.errorClass, `${reason.message}: ${seen}`, {
    remedy: remedyOf(diagnostic),
    target: where,
    cause: reason,
  });
}

// As libpq: who refuses a login ends the search, who can't be reached or isn't ready yet doesn't.
export function othersMayDo(error: OperationError): boolean {
  if (error.errorClass !== 'unreachable' && error.errorClass !== 'timeout') return false;
  const sqlstate = sqlstateOf(error);
  return (sqlstate === undefined || sqlstate === '57P03') && error.diagnostics[0]?.code !== tlsFailed;
}

export function summary(failures: readonly OperationError[]): OperationError {
  const last = failures.at(-1);
  if (last === undefined) return new OperationError('invalid-request', 'the DSN names no host to connect to');
  if (failures.length === 1) return last;
  const diagnostics = failures.flatMap((failure) => failure.diagnostics);
  return new OperationError(last.errorClass, failures.map(({ message }) => message).join('; '), {
    diagnostics,
    cause: last,
  });
}
