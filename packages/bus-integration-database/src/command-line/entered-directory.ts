// The directory that `bus -C DIR COMMAND` has entered for a command: the dispatcher tells its child, and nobody else.

import { remedyFor } from '../secrets/file-commands.ts';
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
export function enteredDirectory(
  env: Readonly<Record<string, string | undefined>>,
  parentPid: number,
): string | undefined {
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
export function enteredOf(
  env: Readonly<Record<string, string | undefined>>,
  given: string | undefined,
): Entered | undefined {
  const entered = enteredDirectory(env, process.ppid) ?? given;
  return entered === undefined ? undefined : { given: entered, directory: process.cwd() };
}

/**
 * What was found in the directory of -C, for who stands outside: its paths are said to be of there, and commands about
 * files, in lines that begin with `next: `, enter it.
 */
export function textFrom(entered: Entered | undefined, text: string): string {
  const lines = text.replaceAll(
    /^( *next: )(?:run: )?(.*)$/gm,
    (_, lead: string, remedy: string) => lead + remedyFor(entered?.directory, remedy),
  );
  return entered === undefined ? lines : `in ${printable(entered.given)}: ${lines}`;
}
