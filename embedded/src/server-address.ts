// How to reach a running server, and a way to ask it something; it starts and stops nothing.
import { Client } from 'pg';
import { readLog } from './postmaster.ts';
import type { Major } from './server-package.ts';
import { superuser } from './template.ts';

/** What one has to know of a server to use it; plain values, so that it can be handed to another process. */
export interface ServerFacts {
  readonly major: Major;
  /** As PostgreSQL says it: `18.4`. */
  readonly version: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Directory of the Unix socket, which the account that started the server (and root) can enter. */
  readonly socketDirectory: string;
  readonly dataDirectory: string;
  /** The pg_hba.conf in force. */
  readonly hbaFile: string;
  readonly logFile: string;
  readonly superuser: string;
  readonly password: string;
}

/** Who asks, and where; the superuser in `postgres` unless said otherwise. */
export interface Query {
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
  /** Values of `$1`, `$2` …. */
  readonly values?: readonly unknown[];
  /** Keeps the statement out of the server's log, for one with a secret in it; superusers only. */
  readonly isQuiet?: boolean;
}

export interface ServerAddress extends ServerFacts {
  /** A libpq URI over TCP; the superuser's unless a user and password are given. */
  dsn(database?: string, user?: string, password?: string): string;
  /** The same over the Unix socket. */
  socketDsn(database?: string, user?: string, password?: string): string;
  /** Runs SQL (several statements when there are no values) on a connection of its own; the last one's rows. */
  query<Row = Record<string, unknown>>(sql: string, query?: Query): Promise<readonly Row[]>;
  /** All that the server has logged so far. */
  log(): string;
}

/** Adds to the facts the ways of using them. */
export function serverAddress(facts: ServerFacts): ServerAddress {
  const login = (user = superuser, password = user === superuser ? facts.password : undefined) =>
    encodeURIComponent(user) + (password === undefined ? '' : `:${encodeURIComponent(password)}`);
  const address: ServerAddress = {
    ...facts,
    dsn: (database = 'postgres', user, password) =>
      `postgresql://${login(user, password)}@${facts.host}:${facts.port}/${encodeURIComponent(database)}`,
    socketDsn: (database = 'postgres', user, password) =>
      `postgresql://${login(user, password)}@${encodeURIComponent(facts.socketDirectory)}:${facts.port}/${encodeURIComponent(database)}`,
    query: async (sql, { database = 'postgres', user, password, values, isQuiet } = {}) => {
      const client = new Client({
        host: facts.host,
        port: facts.port,
        database,
        user: user ?? superuser,
        password: password ?? (user === undefined || user === superuser ? facts.password : undefined),
        ssl: false,
        ...(isQuiet && { options: unlogged }),
      });
      // The server may end the connection while nothing is asked of it; what matters shows in the answer.
      client.on('error', () => {});
      await client.connect();
      try {
        const result = await (values === undefined ? client.query(sql) : client.query(sql, [...values]));
        return (Array.isArray(result) ? result.at(-1) : result).rows;
      } finally {
        await client.end();
      }
    },
    log: () => readLog(facts.logFile),
  };
  return address;
}

const unlogged = '-c log_statement=none -c log_min_error_statement=panic -c log_min_duration_statement=-1';
