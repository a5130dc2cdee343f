// `bus-operator`: the umbrella over the operator's command families. Ours run inside this process, others from PATH.
import { parseGlobalFlags, withHelpWord } from './command-line/flags.ts';
import type { Installation, ProcessContext } from './family.ts';
import { say } from './say.ts';

/**
 * Runs one `bus-operator` command line and resolves to its exit status.
 *
 * @example
 * process.exitCode = await operate(['database', 'plan'], processContext, installation);
 */
export async function operate(
  argv: readonly string[],
  processContext: ProcessContext,
  installation: Installation,
): Promise<number> {
  const flags = withHelpWord(parseGlobalFlags(argv));
  if ('version' in flags && flags.version) {
    return say(`bus-operator ${installation.version()}\n`, 'bus-operator', flags, processContext);
  }
  const ours = Object.keys(installation.families);
  const [family, ...args] = 'words' in flags ? flags.words : [];
  if ('words' in flags && !flags.help && family !== undefined) {
    const passedOn = [...(flags.directory === undefined ? [] : ['-C', flags.directory]), ...flags.passedOn, ...args];
    const load = Object.hasOwn(installation.families, family) ? installation.families[family] : undefined;
    return load === undefined
      ? runForeign(family, passedOn, processContext, ours)
      : (await load())(passedOn, processContext);
  }
  const [{ helpFormat, operatorHelp, operatorUsage }, { searchPathOf }] = await Promise.all([
    import('./usage.ts'),
    import('./search-path.ts'),
  ]);
  const searchPath = searchPathOf(processContext);
  if ('help' in flags && flags.help) {
    const text = operatorHelp(ours, searchPath, helpFormat(flags.passedOn), installation.version());
    return say(text, 'bus-operator', flags, processContext);
  }
  if ('problem' in flags) processContext.stderr.write(`bus-operator: ${flags.problem}\n`);
  processContext.stderr.write(operatorUsage(ours, searchPath));
  return 2;
}

async function runForeign(
  family: string,
  args: readonly string[],
  processContext: ProcessContext,
  ours: readonly string[],
): Promise<number> {
  const [{ runChild }, { findExecutable, listExecutables, searchPathOf }, { operatorUsage }] = await Promise.all([
    import('./child.ts'),
    import('./search-path.ts'),
    import('./usage.ts'),
  ]);
  const say = (line: string) => processContext.stderr.write(`bus-operator: ${line}\n`);
  const searchPath = searchPathOf(processContext);
  const file = findExecutable(`bus-operator-${family}`, searchPath);
  if (file !== undefined) return runChild(file, args, { env: processContext.env, cwd: processContext.cwd, say });
  const shown = family.replace(/\p{C}/gu, '?');
  const { commandHint } = await import('./command-line/hints.ts');
  const hint = commandHint(family, [...ours, ...listExecutables('bus-operator-', searchPath)], 'bus operator');
  say(`missing subcommand: ${shown}; expected executable named bus-operator-${shown} in PATH${hint}`);
  processContext.stderr.write(operatorUsage(ours, searchPath));
  return 127;
}
