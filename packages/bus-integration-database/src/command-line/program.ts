// What the mains of the binaries share: how help and version are asked for, and where what they say goes.

import { masked } from '../secrets/mask.ts';
import { writeResult } from '../secrets/result-file.ts';
import { isResult, type OwnResults } from '../secrets/written-before.ts';
import { type CommandHelp, helpText } from './command-help.ts';
import { openCliText } from './open-cli.ts';
import type { FlagReading } from './read-flags.ts';
import { changeDirectory } from './working-directory.ts';
import { writeAbout } from './write-about.ts';

const version = '0.1.0';

/**
 * The helpers of a binary's main; each returns the exit status. `-o` writes over what is empty or one of its results.
 *
 * @example
 * createProgram('bus-integration-database', results).refuse('nothing asked for'); // 2
 */
export function createProgram(name: string, results: OwnResults) {
  const complain = (why: string, status: number): number => {
    process.stderr.write(masked(`${name}: ${why}\n`));
    return status;
  };
  const fail = (why: string) => complain(why, 1);
  const refuse = (why: string) => complain(why, 2);
  return {
    fail,
    refuse,
    /** A result, to where `-o` says. */
    print: (text: string, flags: FlagReading): number => {
      const fault = flags.has('quiet')
        ? undefined
        : writeResult(text, flags.last('output'), (there) => isResult(there, results));
      return fault === undefined ? 0 : fail(fault);
    },
    /**
     * Answers what every command answers the same: help, version, wrong flags; then enters the directory of `-C`.
     * Undefined where the command itself is to go on.
     *
     * @param word the command's own, below the binary
     */
    begin: (flags: FlagReading, help: CommandHelp, word?: string): number | undefined => {
      const { asks, hasHelpWord, has, last } = flags;
      const isLoud = has('verbose') || has('trace');
      const problem = flags.problem ?? (has('quiet') && isLoud ? '-q and -v contradict each other' : undefined);
      const say = (text: string) => writeAbout(text, last('output') ?? '-', last('chdir') ?? '.', name, process);
      if (asks === 'version') return say(`${name} ${version}\n`);
      if (asks === 'help' || hasHelpWord)
        return say(
          last('format') === undefined || last('format') === 'text' ? helpText(help) : openCliText(help, version),
        );
      if (problem !== undefined)
        return refuse(`${word === undefined ? '' : `${word}: `}${problem}; see ${word ?? name} --help`);
      const fault = changeDirectory(last('chdir'));
      return fault === undefined ? undefined : fail(fault);
    },
  };
}
