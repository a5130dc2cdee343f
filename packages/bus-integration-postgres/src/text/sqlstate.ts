// What went wrong, from PostgreSQL's SQLSTATE or the network's error code, in an operator's words. Never shows a
// verifier, nor control characters that a server might send to a terminal.
import { type ErrorClass, masked, OperationError, type Remedy } from 'bus-integration-database';
import { anyDatabase, runs, superuser } from './psql-remedy.ts';
import { printable } from './shown.ts';
import { identifier } from './sql-text.ts';

/**
 * Turns any error of a server or a socket into the OperationError that tells an operator what to do.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 *
 * @param what the thing that was tried, which begins the message: `create role app`
 * @example
 * throw toOperationError(error, 'create role app'); // 'create role app: permission denied to create role'
 */
export function toOperationError(error: unknown, what: string): OperationError {
  if (error instanceof OperationError) return error;
  const sqlstate = sqlstateOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (sqlstate === undefined) {
    const code = (error as { code?: unknown } | undefined)?.code;
    if (code === 'ABORT_ERR') return new OperationError('cancelled', `${what}: interrupted`, { cause: error });
    const isNetwork = typeof code === 'string' && code in networkReasons;
    const seen = isNetwork ? networkReason(error) : serverText(message);
    return new OperationError(isNetwork ? 'unreachable' : 'internal', `${what}: ${seen}`, { cause: error });
  }
  const { errorClass, remedy } = judge(sqlstate, message);
  const details = { code: sqlstate, cause: error, ...(remedy !== undefined && { remedy }) };
  return new OperationError(errorClass, `${what}: ${serverMessage(error)}`, details);
}

/** The SQLSTATE that an error carries, of the driver's own errors and of OperationErrors made from them. */
export function sqlstateOf(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  const own = error instanceof OperationError ? error.diagnostics[0]?.code : code;
  // EPIPE and kin have five capitals too, but no digit.
  if (typeof own === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(own)) return own;
  return error instanceof OperationError && cause instanceof OperationError ? sqlstateOf(cause) : undefined;
}

/** True when the same transaction may well succeed if it is run again. */
export function isRetryable(error: unknown): boolean {
  const sqlstate = sqlstateOf(error);
  if (sqlstate === undefined) return false;
  if (['40001', '40P01', '55006', '55P03', '53200', '53300', '57P03'].includes(sqlstate)) return true;
  // Two GRANTs on one object at once; PostgreSQL has no code of its own for it.
  return sqlstate === 'XX000' && /tuple concurrently (updated|deleted)/.test((error as Error).message);
}

/** A statement waited for a lock for as long as lock_timeout says. */
export function isLockTimeout(error: unknown): boolean {
  return sqlstateOf(error) === '55P03';
}

/** What a socket's error means: `connection refused`. */
export function networkReason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return networkReasons[code ?? ''] ?? serverText(message ?? String(error));
}

/** A server's message and its detail where that is safe to show. */
export function serverMessage(error: unknown): string {
  const { message, detail } = error as { message: string; detail?: string };
  const isTellingOfRows = /^2[23]/.test(sqlstateOf(error) ?? '');
  return serverText(detail === undefined || isTellingOfRows ? message : `${message} (${detail})`);
}

/**
 * Text from a server as it may go to a terminal or a log: on one line, known secrets, verifiers and hashes masked. What is longer than
 * 8192 characters ends in an ellipsis.
 */
export function serverText(text: string): string {
  // Before it is cut: half a secret is none that is known.
  const known = masked(text.slice(0, 4 * longestText));
  const cut = known.length > longestText ? `${wholeWords(known.slice(0, longestText)).trimEnd()} …` : known;
  const withoutHashes = cut
    .replaceAll(/SCRAM-SHA-256\$[^\s'")]*/g, 'SCRAM-SHA-256$***')
    .replaceAll(/\bmd5[0-9a-f]{32}\b/g, 'md5***');
  return printable(
    withoutHashes
      .split(/[\r\n]/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' '),
  );
}

const longestText = 8192;

/** Half a hash would no longer look like one, and stay unmasked. */
function wholeWords(text: string): string {
  const tail = text.slice(-256);
  const end = Math.max(...[' ', '\n', '\t', '"', "'"].map((separator) => tail.lastIndexOf(separator)));
  return text.slice(0, text.length - tail.length + Math.max(end, 0));
}

function judge(sqlstate: string, message: string): { errorClass: ErrorClass; remedy?: Remedy } {
  const [, kind, name] =
    (sqlstate === '53300' && /^too many connections for (role|database) "(.*)"$/.exec(message)) || [];
  if (kind !== undefined && name !== undefined)
    return {
      errorClass: 'unreachable',
      remedy: [
        'run it again with fewer --jobs, or ',
        runs(superuser, anyDatabase, `ALTER ${kind.toUpperCase()} ${identifier(name)} CONNECTION LIMIT -1;`),
      ],
    };
  if (sqlstate === '28000' && message.includes('client certificate')) {
    return { errorClass: 'authentication-failed', remedy: certificateRemedy };
  }
  const known = classes[sqlstate] ?? classes[sqlstate.slice(0, 2)];
  if (known !== undefined) return known;
  if (sqlstate !== '57014') return { errorClass: 'internal' };
  return { errorClass: message.includes('user request') ? 'cancelled' : 'timeout' };
}

const certificateRemedy =
  'name one with sslcert and sslkey in the admin DSN; DSN files of services hold none, so the line of pg_hba.conf that they match must ask for scram-sha-256 without clientcert';

const busy = { errorClass: 'not-converged', remedy: 'run it again when the other sessions are done' } as const;
const lost = { errorClass: 'unreachable' } as const;

// They hold while one logs in, when nothing can be set yet.
function storedTimeout(name: string): { readonly errorClass: ErrorClass; readonly remedy: string } {
  return {
    errorClass: 'timeout',
    remedy: `take the timeout away where it is stored. For a role or a database, which \\drds of psql shows, a superuser runs, in any database: ALTER ROLE or DATABASE … RESET ${name}. For the server: ALTER SYSTEM RESET ${name}; SELECT pg_reload_conf();`,
  };
}

const classes: Readonly<Record<string, { errorClass: ErrorClass; remedy?: string }>> = {
  '08': lost,
  '28': { errorClass: 'authentication-failed' },
  '28000': {
    errorClass: 'authentication-failed',
    remedy: 'check the role in the DSN, and the rules of pg_hba.conf for this client',
  },
  '28P01': {
    errorClass: 'authentication-failed',
    remedy: 'check role and password in the DSN; an expired password is refused the same way',
  },
  '0L': { errorClass: 'insufficient-privilege' },
  '0P': { errorClass: 'invalid-request' },
  '25006': {
    errorClass: 'insufficient-privilege',
    remedy: 'connect to the primary, or set default_transaction_read_only = off for the admin role',
  },
  '25P03': storedTimeout('idle_in_transaction_session_timeout'),
  '25P04': storedTimeout('transaction_timeout'),
  '2BP01': { errorClass: 'not-converged' },
  '3D000': { errorClass: 'invalid-request', remedy: 'name an existing database in the DSN, postgres for instance' },
  P0: {
    errorClass: 'insufficient-privilege',
    remedy:
      'this is said by a trigger; for an event trigger (\\dy of psql shows them) a superuser runs, in that database: ALTER EVENT TRIGGER … DISABLE; where it lets nobody in, with PGOPTIONS="-c event_triggers=off"',
  },
  '40': busy,
  '42': { errorClass: 'internal' },
  '42501': { errorClass: 'insufficient-privilege' },
  '42P04': { errorClass: 'not-converged' },
  '42710': { errorClass: 'not-converged' },
  '23505': { errorClass: 'not-converged' },
  '53': { errorClass: 'not-converged', remedy: "look at the server's disk and memory" },
  '53300': { errorClass: 'unreachable', remedy: 'run it again with fewer --jobs, or raise max_connections' },
  '55': busy,
  '55P03': { errorClass: 'timeout', remedy: 'run it again when the other sessions are done' },
  '57P01': lost,
  '57P02': lost,
  '57P03': { errorClass: 'unreachable', remedy: 'wait until the server has started' },
  '57P04': lost,
  '57P05': { ...storedTimeout('idle_session_timeout'), ...lost },
};

const networkReasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'no local address to dial from',
  EAI_AGAIN: 'the name service does not answer',
  EAI_FAIL: 'the name service failed',
  EAI_NODATA: 'no address for this name',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  ECONNABORTED: 'the connection was aborted',
  EHOSTDOWN: 'the host is down',
  EHOSTUNREACH: 'no route to the host',
  EMFILE: 'this process has too many open files',
  ENETDOWN: 'the network is down',
  ENETUNREACH: 'no route to the network',
  ENOENT: 'no such socket',
  ENOTFOUND: 'no such host name',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'no answer',
};

/** Errors that a look at the admin DSN may explain; 3D000 is a database that isn't there. */
export function isOfTheServer(error: OperationError): boolean {
  return (
    ['unreachable', 'authentication-failed', 'timeout'].includes(error.errorClass) || sqlstateOf(error) === '3D000'
  );
}
