// The directory that `bus -C DIR COMMAND` has entered for a command: the dispatcher tells its child, and nobody else.

import { remedyIn } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import type { Environment } from '../text/environment.ts';
import { printable } from '../text/printable.ts';

/** Withheld from every ./.env, as all BUS_DOTENV_ names are. */
const name = 'BUS_DOTENV_DIRECTORY';

/** What the dispatcher of that process id puts into its child's environment; undefined takes another one's out. */
export function enteredVariable(pid: number, given: string | undefined): Record<string, string | undefined> {
  return { [name]: given === undefined ? undefined : `${pid}:${given}` };
}

/**
 * The directory as it was given to the dispatcher, where that is this process's parent.
 *
 * @example
 * enteredDirectory(process.env, process.ppid); // './deploy'
 */
export function enteredDirectory(env: Environment, parentPid: number): string | undefined {
  const [, pid, given] = /^(\d+):(.+)$/s.exec(env[name] ?? '') ?? [];
  return Number(pid) === parentPid ? given : undefined;
}

/** Where a command line was typed that works elsewhere: relative paths mean others there. */
export interface Entered {
  /** As -C had it. */
  readonly given: string;
  /** The same, absolute. */
  readonly directory: string;
}

/** Of this process, once it stands where it works; undefined where it was started there. */
export function enteredOf(env: Environment, given: string | undefined): Entered | undefined {
  const entered = enteredDirectory(env, process.ppid) ?? given;
  return entered === undefined ? undefined : { given: entered, directory: process.cwd() };
}

/** What is said of a finding, and what to do. */
export type Told = Pick<Diagnostic, 'message' | 'remedy' | 'advice'>;

/**
 * What was found in the directory of -C, for who stands outside: its paths are said to be of there, and commands about
 * files enter it.
 */
export function findingText(entered: Entered | undefined, finding: Told): string {
  const remedy = remedyIn(entered?.directory, finding);
  const text = remedy === undefined ? finding.message : `${finding.message}\n  next: ${remedy}`;
  return entered === undefined ? text : `in ${printable(entered.given)}: ${text}`;
}
