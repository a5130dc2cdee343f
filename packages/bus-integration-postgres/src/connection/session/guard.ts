// The statement that goes before ours, in the same round trip and transaction, wherever a session's own settings are not
// proven: it empties search_path, so that no object of a database can stand for a function or operator that we name.

import type { Client, Query, QueryConfig } from 'pg';
import { literal } from '../../text/sql-text.ts';
import type { StartupSettings } from './startup-settings.ts';

/** What a guard answers: the search_path that it found, and the server process that it found it in. */
export interface GuardAnswer {
  readonly search_path: string;
  readonly pid: number | undefined;
}

/** Settings that a session is to have to its end. */
export interface LastingSettings {
  readonly settings: StartupSettings;
  /**
   * The server process that logged us in: in another one, a pooler's, they hold for the transaction only. Undefined where
   * the login named none (BackendKeyData may be left out): then no process is known to be that one.
   */
  readonly pid: number | undefined;
}

/**
 * Until the end of the transaction, an implicit one included: a pooler hands the server's session on, and the next client
 * must not find our settings. Without any name to look up but qualified functions, called with exactly their types.
 *
 * @param settings beside search_path
 * @param lasting set for the session where no pooler stands between
 * @param isReadOnly for statements that read only: what should be found all the same can then write nothing
 */
export function guardStatement(settings: StartupSettings, isReadOnly: boolean, lasting?: LastingSettings): string {
  const wanted = { ...settings, search_path: '', ...(isReadOnly && { transaction_read_only: 'on' }) };
  const setting =
    (isLocal: string) =>
    ([name, value]: readonly [string, string]) =>
      `pg_catalog.set_config(${literal(name)}, ${literal(value)}, ${isLocal})`;
  // set_config takes NULL for false: what is compared must be a number.
  const isElsewhere =
    lasting?.pid === undefined ? 'true' : `pg_catalog.int4ne(pg_catalog.pg_backend_pid(), ${lasting.pid})`;
  const columns = [
    ...Object.entries(lasting?.settings ?? {}).map(setting(isElsewhere)),
    ...Object.entries(wanted).map(setting('true')),
  ];
  // The server evaluates from left to right: what was found is read before it is replaced.
  return `SELECT pg_catalog.current_setting('search_path') AS search_path, pg_catalog.pg_backend_pid() AS pid, ${columns.join(', ')}`;
}

/**
 * The guard of a session's first statement where no pooler stands between: what is set holds to the session's end, and
 * SET needs none of the look-ups that take a new session's server process half a millisecond.
 */
export function directGuard(lasting: StartupSettings): readonly string[] {
  return Object.entries({ ...lasting, search_path: '' }).map(([name, value]) => `SET ${name} = ${literal(value)}`);
}

/**
 * Where a statement's rows wait: no more than `mostRows` are sent, and the rest can be had, or passed over, by this name for
 * as long as the transaction stands. https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-QUERY-CONCEPTS
 */
export interface StatementPortal {
  readonly name: string;
  readonly mostRows: number;
}

/** A script with its guard, and which of its results is the guard's. After BEGIN, which decides what may be written. */
export function guardedScript(text: string, guard: string): { readonly text: string; readonly at: number } {
  const begin = /^\s*BEGIN[^;]*/i.exec(text)?.[0];
  if (begin === undefined) return { text: `${guard};\n${text}`, at: 0 };
  return { text: `${begin};\n${guard}${text.slice(begin.length)}`, at: 1 };
}

/**
 * One statement with its guard before it, by the driver's own query; answers the results of all. Before one Sync all is
 * one transaction, of which the server runs nothing after an error: what follows a guard that failed never runs.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export function runGuarded(
  client: Client,
  query: typeof Query,
  config: QueryConfig,
  guard: readonly string[],
  portal?: StatementPortal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const extended = { ...config, queryMode: 'extended', ...(portal !== undefined && { portal: portal.name }) };
    const guarded = new query(extended, (error, results) => (error ? reject(error) : resolve(results)));
    const prepared = guarded as unknown as PreparedQuery;
    const prepare = prepared.prepare.bind(prepared);
    prepared.prepare = (wire) => {
      for (const text of guard) {
        wire.parse({ text });
        wire.bind({ values: [] });
        wire.describe({ type: 'P' });
        wire.execute({});
      }
      prepare(wire);
    };
    if (portal !== undefined) {
      prepared._getRows = (wire) => {
        wire.execute({ portal: portal.name, rows: portal.mostRows });
        wire.sync();
      };
      // The rest is left in the portal, which goes with the transaction.
      prepared.handlePortalSuspended = () => {};
    }
    client.query(guarded);
  });
}

// What the driver's query has beside what its types tell.
interface PreparedQuery {
  prepare(wire: ExtendedWire): void;
  _getRows(wire: ExtendedWire): void;
  handlePortalSuspended(wire: ExtendedWire): void;
}

interface ExtendedWire {
  parse(message: { readonly text: string }): void;
  bind(message: { readonly values: readonly unknown[] }): void;
  describe(message: { readonly type: 'P' }): void;
  execute(message: { readonly portal?: string; readonly rows?: number }): void;
  sync(): void;
}
