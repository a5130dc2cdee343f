// `bus`: which program a command line means, and what it is given. Reads no environment and no streams but those handed in.
import { parseGlobalFlags, withHelpWord } from './command-line/flags.ts';
import type { Installation, ProcessContext } from './family.ts';
import { say } from './say.ts';

/**
 * Runs one `bus` command line and resolves to its exit status. Answers --version without loading anything else.
 *
 * @example
 * process.exitCode = await dispatch(process.argv.slice(2), processContext, installation);
 */
export async function dispatch(
  argv: readonly string[],
  processContext: ProcessContext,
  installation: Installation,
): Promise<number> {
  const flags = withHelpWord(parseGlobalFlags(argv));
  if ('version' in flags && flags.version) {
    return say(`bus ${installation.version()}\n`, 'bus', flags, processContext);
  }
  const [{ busHelp, busUsage, helpFormat }, { searchPathOf }] = await Promise.all([
    import('./usage.ts'),
    import('./search-path.ts'),
  ]);
  const searchPath = searchPathOf(processContext);
  if ('problem' in flags) {
    processContext.stderr.write(`bus: ${flags.problem}\n${busUsage(searchPath)}`);
    return 2;
  }
  if (flags.help) {
    return say(busHelp(searchPath, helpFormat(flags.passedOn), installation.version()), 'bus', flags, processContext);
  }
  const [word, ...args] = flags.words;
  if (word === undefined) {
    processContext.stderr.write(busUsage(searchPath));
    return 2;
  }
  if (word === 'completion') {
    const { completion } = await import('./completion.ts');
    return completion([...flags.passedOn, ...args], processContext, installation);
  }
  const { runWord } = await import('./run-word.ts');
  return runWord(word, args, flags, processContext, installation);
}
