// One connection as the rest of the provider uses it: statements one after the other, each with its deadline.
// Opens nothing and retries nothing.
import { OperationError } from 'bus-integration-database';
import { isRetryable, networkReason, sqlstateOf } from '../../text/sqlstate.ts';
import type { AuthenticationRecord } from '../authentication/authenticate.ts';
import { timerMs } from '../network/deadline.ts';
import type { PinnedAddress } from '../network/dial.ts';
import type { Meter } from '../network/meter.ts';
import { type OnWait, startTelling, tellOfRetry } from '../network/waiting.ts';
import type { TlsState } from '../tls/tls.ts';
import { type CommandResult, type Driver, isIgnoredPrivilege, type Notice } from './driver.ts';
import { createGuardedDriver, type GuardedFacts, type StatementOptions } from './guarded-driver.ts';

/** What may be said of one request. */
export interface RequestOptions extends StatementOptions {
  /** Default: the session's. When it passes, the connection is gone. */
  readonly timeoutMs?: number;
  /** What is being done, for messages: `reading the roles`. Default: `a statement`. */
  readonly doing?: string;
  /** When it was first tried, of `performance.now()`, where this is another try. */
  readonly firstTriedAt?: number | undefined;
}

export interface Session extends AsyncDisposable {
  /** The server, as messages name it: `db.example.com:5432 (10.0.3.7)`. */
  readonly where: string;
  /** The address really dialled; give it to later connections of the run. */
  readonly pinned: PinnedAddress;
  readonly user: string;
  readonly database: string;
  /** From BackendKeyData, which may be left out; behind a pooler it is not the backend's. */
  readonly pid: number | undefined;
  /** 180004 for 18.4; 0 when the server doesn't say. */
  readonly serverVersionNum: number;
  /** `server_version`, `in_hot_standby`, `is_superuser` …, kept up to date as the server reports them. */
  readonly parameterStatus: Readonly<Record<string, string>>;
  readonly tls: TlsState | null;
  /** How the login went; `none` is trust, peer or a client certificate. */
  readonly authentication: Readonly<AuthenticationRecord>;
  /** Milliseconds from a request to its answer, the fastest so far, those of the login too. */
  readonly answerMs: number | undefined;
  /** What the server remarked on the last request, oldest first; of very many the first hundred. */
  readonly notices: readonly Notice[];
  /** Settings that the server doesn't have. */
  readonly refusedSettings: readonly string[];
  /** Settles when the connection ends: undefined after `close()`, else why it was lost. */
  readonly closed: Promise<Error | undefined>;
  /**
   * Runs one statement; where the session's own search_path is not proven to be empty, in a READ ONLY transaction that
   * empties it, without a further round trip.
   *
   * @throws the driver's error, SQLSTATE in `code`, for what the server refused; OperationError timeout or unreachable;
   * insufficient-privilege for a GRANT or REVOKE that only warned (01006, 01007): it did nothing.
   * @example
   * const roles = await session.query<{ rolname: string }>('SELECT rolname FROM pg_catalog.pg_roles WHERE oid = $1', [10]);
   */
  query<Row>(text: string, values?: readonly unknown[], options?: RequestOptions): Promise<Row[]>;
  /**
   * As `query`, with another statement before it, in the same round trip and transaction, that runs in the session as its
   * login left it. The rows of both.
   */
  queryAfter(
    first: string,
    text: string,
    values?: readonly unknown[],
    options?: RequestOptions,
  ): Promise<[Record<string, unknown>[], Record<string, unknown>[]]>;
  /**
   * Runs several statements in one round trip and returns the rows of each; without BEGIN they are one transaction. It
   * begins by emptying search_path where that is not proven to be empty.
   *
   * @throws as `query` does; a warned GRANT is known only when all statements have run, a COMMIT among them too.
   */
  script(text: string, options?: RequestOptions): Promise<Record<string, unknown>[][]>;
  /** Something on the way took no settings at the login: only poolers do so. Then every transaction begins with them. */
  readonly setsPerTransaction: boolean;
  /** True when a pooler stands between: it took no settings, or the backend's pid is not the one we were given. Asks once. */
  isPooled(): Promise<boolean>;
  /** Takes leave of the server; never throws, and takes no longer than a second. */
  close(): Promise<void>;
}

export interface SessionFacts extends GuardedFacts {
  readonly pinned: PinnedAddress;
  readonly user: string;
  readonly database: string;
  readonly tls: TlsState | null;
  readonly authentication: AuthenticationRecord;
  /** Default deadline of a request. */
  readonly queryTimeoutMs: number;
  readonly meter: Meter | undefined;
  /** Hears of every request that takes long, or failed of what passes. */
  readonly onWait: OnWait | undefined;
}

/** Wraps a logged-in driver. */
export function createSession(driver: Driver, facts: SessionFacts): Session {
  const { where, meter } = facts;
  let last: Promise<unknown> = Promise.resolve();
  let looking: Promise<unknown> | undefined;
  let closing: Promise<void> | undefined;
  let { answerMs } = facts.authentication;
  const serverVersionNum = versionNumber(driver.parameterStatus.server_version ?? '');
  const guarded = createGuardedDriver(driver, facts, serverVersionNum);

  // A request's deadline begins when the one before it has its answer.
  const request = (run: () => Promise<CommandResult[]>, desired: RequestOptions): Promise<CommandResult[]> => {
    const answer = last.then(() => send(run, desired));
    last = answer.catch(() => {});
    return answer;
  };

  const send = async (run: () => Promise<CommandResult[]>, desired: RequestOptions): Promise<CommandResult[]> => {
    const { doing = 'a statement', timeoutMs = facts.queryTimeoutMs } = desired;
    const timer = setTimeout(() => driver.lose(overdue(where, doing, timeoutMs)), timerMs(timeoutMs));
    const limitMs = desired.firstTriedAt === undefined ? timeoutMs : undefined;
    const endTelling = startTelling(doing, facts.onWait, limitMs, desired.firstTriedAt);
    try {
      if (closing !== undefined) throw new OperationError('internal', `${doing} was asked of a closed session`);
      if (driver.loss() !== undefined) throw lossOf(driver.loss(), where, doing);
      const startedAt = performance.now();
      const results = await run();
      answerMs = Math.min(answerMs ?? Number.POSITIVE_INFINITY, performance.now() - startedAt);
      if (meter !== undefined) {
        meter.roundTrips += 1;
        meter.statements += results.filter(({ command }) => command !== null).length;
      }
      checkNotices(driver.notices, where, doing);
      return results;
    } catch (error) {
      if (isRetryable(error)) tellOfRetry(doing, facts.onWait, error);
      if (error instanceof OperationError || sqlstateOf(error) !== undefined) throw error;
      throw lossOf(driver.loss() ?? error, where, doing);
    } finally {
      clearTimeout(timer);
      endTelling();
    }
  };

  const goodbye = async (): Promise<undefined> => {
    const timer = setTimeout(() => driver.lose(new Error('no goodbye')), longestGoodbyeMs);
    driver.end();
    await driver.closed;
    clearTimeout(timer);
  };

  const session: Session = {
    where,
    pinned: facts.pinned,
    user: facts.user,
    database: facts.database,
    tls: facts.tls,
    authentication: facts.authentication,
    get answerMs() {
      return answerMs;
    },
    get refusedSettings() {
      return [...facts.refusals].filter(([, extent]) => extent === 'at-all').map(([name]) => name);
    },
    setsPerTransaction: guarded.setsPerTransaction,
    pid: driver.pid,
    serverVersionNum,
    parameterStatus: driver.parameterStatus,
    notices: driver.notices,
    closed: driver.closed.then(() => (closing === undefined ? driver.loss() : undefined)),
    query: async <Row>(text: string, values: readonly unknown[] = [], options: RequestOptions = {}) =>
      ((await request(() => guarded.query(text, values, options), options)).at(-1)?.rows ?? []) as Row[],
    queryAfter: async (first, text, values = [], options = {}) => {
      const results = await request(() => guarded.query(text, values, options, [first]), options);
      return [results[0]?.rows ?? [], results.at(-1)?.rows ?? []];
    },
    script: async (text, options = {}) =>
      (await request(() => guarded.script(text, options), options)).map(({ rows }) => rows),
    isPooled: async () => {
      if (!guarded.hasLooked()) looking ??= session.query('SELECT 1', [], { doing: 'looking for a pooler' });
      await looking;
      return !guarded.isOwnProcess() || guarded.setsPerTransaction;
    },
    close: () => {
      closing ??= goodbye();
      return closing;
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
  return session;
}

const longestGoodbyeMs = 1_000;

function overdue(where: string, doing: string, timeoutMs: number): OperationError {
  return new OperationError('timeout', `${where} gave no answer to ${doing} within ${timeoutMs / 1000} s`, {
    target: where,
    remedy: "look at the server's load and locks, or give more time with --timeout",
  });
}

function lossOf(reason: unknown, where: string, doing: string): OperationError {
  if (reason instanceof OperationError && reason.errorClass !== 'unreachable') return reason;
  return new OperationError(
    'unreachable',
    `lost the connection to ${where} during ${doing}: ${networkReason(reason)}`,
    {
      code: 'connection-lost',
      target: where,
      cause: reason,
    },
  );
}

function checkNotices(notices: readonly Notice[], where: string, doing: string): void {
  const ignored = notices.find(({ sqlstate }) => isIgnoredPrivilege(sqlstate));
  if (ignored === undefined) return;
  throw new OperationError('insufficient-privilege', `${where} did not carry out ${doing}: ${ignored.message}`, {
    code: ignored.sqlstate,
    target: where,
  });
}

// `18.4 (Debian …)`, `19beta1`, `9.6.24`; the number is PostgreSQL's server_version_num.
function versionNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = /^\d+(?:\.\d+)*/.exec(version)?.[0].split('.').map(Number) ?? [];
  return major >= 10 ? major * 10_000 + minor : major * 10_000 + minor * 100 + patch;
}
