// The `pg` client on a socket that is already open (and encrypted): startup packet, authentication and the parsing of
// answers are taken in hand here, so that the driver reads no environment, sends no password and survives garbage.
// https://www.postgresql.org/docs/current/protocol-flow.html
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { OperationError } from 'bus-integration-database';
import { networkReason, serverText, sqlstateOf } from '../../text/sqlstate.ts';
import {
  type AuthenticationRecord,
  type AuthenticationRules,
  type AuthenticationWire,
  answerAuthentication,
} from '../authentication/authenticate.ts';
import { checkAnswers } from './checked-answers.ts';
import { runGuarded, type StatementPortal } from './guard.ts';
import { hidePasswords } from './sent-passwords.ts';

/** A NOTICE or WARNING of the server. */
export interface Notice {
  readonly sqlstate: string;
  readonly severity: string;
  readonly message: string;
}

/** What one command came to. */
export interface CommandResult {
  /** `SELECT`, `GRANT`; null for an empty statement. */
  readonly command: string | null;
  readonly rows: Record<string, unknown>[];
}

/** A logged-in client. */
export interface Driver {
  /** From BackendKeyData; undefined without one, and where no process can have it. */
  readonly pid: number | undefined;
  readonly parameterStatus: Readonly<Record<string, string>>;
  /** Of the last request, the first hundred, and one that says that a GRANT or REVOKE did nothing. */
  readonly notices: readonly Notice[];
  /** Settles with the socket's end. */
  readonly closed: Promise<void>;
  /** Why the connection is no good any more; undefined while it is. */
  loss(): Error | undefined;
  /** Gives the connection up, for this reason. */
  lose(reason: Error): void;
  /**
   * With a `name` the server keeps the parsed statement, and its plan, under it for as long as the connection stands.
   * The statements of `guard` go first, in the same round trip and transaction; their results come first too. With them
   * the statement may have a portal.
   */
  run(
    text: string,
    values: readonly unknown[],
    name?: string,
    guard?: readonly string[],
    portal?: StatementPortal,
  ): Promise<CommandResult[]>;
  /** Sends Terminate; `closed` settles when the server has hung up. */
  end(): void;
}

export interface LoginOptions {
  readonly socket: Socket;
  /** Names and values of the startup packet. */
  readonly startup: Readonly<Record<string, string>> & { readonly user: string; readonly database: string };
  readonly rules: AuthenticationRules;
  /** Filled in while the login goes on. */
  readonly record: AuthenticationRecord;
  /** Masked in every message of the server, as is a password that it asks for in plaintext. */
  readonly sentPasswords: Set<string>;
  readonly signal: AbortSignal;
}

/**
 * Logs in over an open socket, which is destroyed when that fails.
 *
 * @throws {OperationError} authentication-failed or unreachable; the driver's own error for what the server refused.
 */
export async function logIn(options: LoginOptions): Promise<Driver> {
  const { socket, startup, rules, signal } = options;
  const { Client, Query } = await import('pg');
  // Nobody hears of what happened to the socket in between.
  if (signal.aborted || socket.destroyed) throw cut(signal, rules.where);
  const client = new Client({
    user: startup.user,
    database: startup.database,
    ssl: false,
    sslnegotiation: 'postgres',
    stream: () => asUnconnected(socket),
    // The driver would take one from the environment; ours are never given to it.
    password: () => Promise.reject(new Error('the driver asked for a password')),
  });
  const wire = client.connection as unknown as DriverWire;
  const parameterStatus: Record<string, string> = {};
  const notices: Notice[] = [];
  let loss: Error | undefined;
  const lose = (reason: Error): void => {
    loss ??= reason;
    socket.destroy();
  };
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      loss ??= new Error('the server closed it');
      resolve();
    });
  });
  client.on('error', lose);
  client.on('notice', ({ code, severity, message }) => {
    const isKept =
      notices.length < mostNotices ||
      (isIgnoredPrivilege(code) && !notices.some(({ sqlstate }) => isIgnoredPrivilege(sqlstate)));
    if (!isKept) return;
    notices.push({ sqlstate: code ?? '', severity: severity ?? '', message: serverText(message ?? '') });
  });
  wire.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
    const isKept = parameterName in parameterStatus || Object.keys(parameterStatus).length < mostParameters;
    if (isKept) parameterStatus[parameterName] = parameterValue;
  });
  for (const event of ['errorMessage', 'notice'])
    wire.on(event, (message: Record<string, unknown>) => {
      const { password } = rules;
      if (options.record.method === 'password' && password !== undefined) options.sentPasswords.add(password.reveal());
      hidePasswords(message, options.sentPasswords);
    });
  sendOwnStartup(wire, startup);
  checkAnswers(wire, rules.where, lose);

  const onAbort = (): void => lose(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    await new Promise<void>((resolve, reject) => {
      void closed.then(() => reject(loss));
      client.connect((error: Error | null | undefined) => (error ? reject(loss ?? error) : resolve()));
      answerAuthentication(wire, rules, options.record);
    });
    if (loss !== undefined) throw loss;
  } catch (error) {
    socket.destroy();
    if (error instanceof OperationError || sqlstateOf(error) !== undefined) throw error;
    throw lost(error, rules.where);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  return {
    pid: processOf(client as unknown as { readonly processID: number | null }),
    parameterStatus,
    notices,
    closed,
    loss: () => loss,
    lose,
    run: async (text, values, name, guard = [], portal = undefined) => {
      notices.length = 0;
      const query = { text, values: [...values], ...(name !== undefined && { name }) };
      const result =
        guard.length === 0 ? await client.query(query) : await runGuarded(client, Query, query, guard, portal);
      return (Array.isArray(result) ? result : [result]) as CommandResult[];
    },
    end: () => void client.end().catch(() => {}),
  };
}

/** Poolers make up numbers, which need not be positive. */
function processOf({ processID }: { readonly processID: number | null }): number | undefined {
  return processID !== null && processID > 0 ? processID : undefined;
}

/** PostgreSQL reports some fifteen parameters; extensions may add a few. */
const mostParameters = 100;
const mostNotices = 100;

/**
 * privilege_not_revoked, privilege_not_granted: https://www.postgresql.org/docs/current/errcodes-appendix.html
 * @example
 * isIgnoredPrivilege('01007'); // true
 */
export function isIgnoredPrivilege(sqlstate: string | undefined): boolean {
  return sqlstate === '01006' || sqlstate === '01007';
}

function cut(signal: AbortSignal, where: string): unknown {
  return signal.aborted ? signal.reason : lost(new Error('the server closed it'), where);
}

function lost(reason: unknown, where: string): OperationError {
  return new OperationError(
    'unreachable',
    `lost the connection to ${where} during the login: ${networkReason(reason)}`,
    {
      code: 'connection-lost',
      target: where,
      remedy: "look into the server's log",
      cause: reason,
    },
  );
}

// What the driver's connection has beside what its types tell.
interface DriverWire extends AuthenticationWire {
  startup(packet: Readonly<Record<string, string>>): void;
  attachListeners(stream: EventEmitter): void;
}

interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

// The driver connects its stream itself; this one is connected, so only the news of it is sent.
function asUnconnected(socket: Socket): Socket {
  socket.connect = () => {
    process.nextTick(() => socket.emit('connect'));
    return socket;
  };
  return socket;
}

// The driver's packet would carry PGAPPNAME, PGOPTIONS and PGREPLICATION, and no settings of our own.
function sendOwnStartup(wire: DriverWire, packet: Readonly<Record<string, string>>): void {
  const send = wire.startup.bind(wire);
  wire.startup = () => send(packet);
}
