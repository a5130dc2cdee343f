// Statements as a session sends them: behind what keeps a database's own objects out of them, for as long as it is not
// proven that the session's search_path is empty. docs/decisions/0014-guard-before-statements.md
import { OperationError } from 'bus-integration-database';
import { printable } from '../../text/shown.ts';
import type { CommandResult, Driver } from './driver.ts';
import { directGuard, type GuardAnswer, guardedScript, guardStatement, type StatementPortal } from './guard.ts';
import { laterSettings, type SettingRefusals, type StartupSettings } from './startup-settings.ts';

/** How a statement is sent. */
export interface StatementOptions {
  /**
   * True for a statement that this session will run again: the server parses and plans it once. Not behind a pooler,
   * which may hand the next run to a backend that knows nothing of it. Default: false.
   */
  readonly isPrepared?: boolean;
  /**
   * True for a statement that must be one message with nothing before it: CREATE DATABASE takes no transaction. Refused
   * where the session's search_path is not proven to be empty, which the statement before it shows. Default: false.
   */
  readonly isAlone?: boolean;
  /**
   * True for what must run in the session as its login left it, with whatever search_path the role has: only for what a
   * service does as itself, to see whether it works, and for what asks how the login left it. Default: false.
   */
  readonly isAsLoggedIn?: boolean;
  /** For what answers nobody knows how many rows. Only with a statement before it. */
  readonly portal?: StatementPortal;
}

export interface GuardedFacts {
  readonly where: string;
  readonly refusals: SettingRefusals;
  /** Addresses where a session was the server's own, not a pooler's; a session that finds out adds its address. */
  readonly direct: Set<string>;
  /** What each transaction sets because the startup packet could not. */
  readonly transactionSettings: StartupSettings;
  /** What the connection was to begin with. */
  readonly settings: StartupSettings;
  /** Names of those that the first statement sets. */
  readonly deferred: readonly string[];
}

export interface GuardedDriver {
  /** Something on the way took no settings at the login. */
  readonly setsPerTransaction: boolean;
  /** The results of `first` and of the statement, without those of what went before them. */
  query(
    text: string,
    values: readonly unknown[],
    options: StatementOptions,
    first?: readonly string[],
  ): Promise<CommandResult[]>;
  script(text: string, options: StatementOptions): Promise<CommandResult[]>;
  /** A statement has shown which process answers. */
  hasLooked(): boolean;
  /** It was the one that logged us in. */
  isOwnProcess(): boolean;
}

export function createGuardedDriver(driver: Driver, facts: GuardedFacts, serverVersionNum: number): GuardedDriver {
  const { where } = facts;
  const setsPerTransaction = [...facts.refusals.values()].includes('in-packet');
  const lasting = { settings: laterSettings(facts.settings, serverVersionNum, facts.deferred), pid: driver.pid };
  // Made when wanted: most sessions of a run need none.
  const guard = (isReadOnly: boolean) => guardStatement(facts.transactionSettings, isReadOnly, lasting);
  // What the first guard found. A pooler may have taken the settings and not passed them on, or give another server
  // process to each transaction: only where the process is the one that logged us in does what it says hold for all.
  let found: GuardAnswer | undefined;
  const isOwnProcess = () => driver.pid !== undefined && found?.pid === driver.pid;
  const isProven = () => !setsPerTransaction && isOwnProcess() && found?.search_path === '';
  // For a session that was to have an empty search_path to its end. In a transaction that is rolled back SET would be
  // undone: the first statement runs in none.
  const isOurs = facts.settings.search_path === '' && !setsPerTransaction && driver.pid !== undefined;
  const isDirect = () => isOurs && found === undefined && facts.direct.has(where);
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? `s${names.size}`;
    names.set(text, name);
    return name;
  };

  const query = async (
    text: string,
    values: readonly unknown[],
    options: StatementOptions,
    first: readonly string[] = [],
  ): Promise<CommandResult[]> => {
    const name = options.isPrepared ? nameOf(text) : undefined;
    if (isProven() || options.isAsLoggedIn) return await driver.run(text, values, name, first, options.portal);
    if (options.isAlone) throw unproven(where, found);
    if (!isDirect()) return withoutGuard(await driver.run(text, values, name, [...first, guard(true)]), first.length);
    const guards = directGuard(lasting.settings);
    const results = await driver.run(text, values, name, [...first, ...guards]);
    found = { search_path: '', pid: driver.pid };
    return results.filter((_, index) => index < first.length || index >= first.length + guards.length);
  };

  const script = async (text: string, options: StatementOptions): Promise<CommandResult[]> => {
    // A transaction that failed takes nothing before its end, and its end names nothing.
    if (isProven() || options.isAsLoggedIn || text === 'ROLLBACK') return await driver.run(text, []);
    if (isDirect() && isWholeTransaction(text)) {
      const guards = directGuard(lasting.settings);
      const results = await driver.run([...guards, text].join(';\n'), []);
      found = { search_path: '', pid: driver.pid };
      return results.slice(guards.length);
    }
    const script = guardedScript(text, guard(false));
    return withoutGuard(await driver.run(script.text, []), script.at);
  };

  const withoutGuard = (results: readonly CommandResult[], at: number): CommandResult[] => {
    found = results[at]?.rows[0] as GuardAnswer | undefined;
    if (isProven()) facts.direct.add(where);
    return results.filter((_, index) => index !== at);
  };

  return { setsPerTransaction, query, script, hasLooked: () => found !== undefined, isOwnProcess };
}

/** What is set before it holds where it is committed; where it fails, all of it was undone. */
function isWholeTransaction(text: string): boolean {
  return /^BEGIN\b/.test(text) && /;\s*COMMIT$/.test(text);
}

function unproven(where: string, found: GuardAnswer | undefined): OperationError {
  const seen = found === undefined ? 'is not known' : `is ${printable(found.search_path)}, or another session's`;
  return new OperationError('unsafe', `${where}: the session's search_path ${seen}; expected an empty one`, {
    code: 'search-path',
    target: where,
    remedy: 'point the admin DSN at the server itself, without a pooler or proxy that drops startup settings',
  });
}
