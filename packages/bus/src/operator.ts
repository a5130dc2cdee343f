// `bus-operator`: the umbrella over the operator's command families. Ours run inside this process, others from PATH.
import { parseGlobalFlags, withHelpWord } from './command-line/flags.ts';
import type { Installation, ProcessContext } from './family.ts';

/**
 * Runs one `bus-operator` command line and resolves to its exit status.
 *
 * @example
 * process.exitCode = await operate(['database', 'plan'], surroundings, installation);
 */
export async function operate(
  argv: readonly string[],
  surroundings: ProcessContext,
  installation: Installation,
): Promise<number> {
  const flags = withHelpWord(parseGlobalFlags(argv));
  if ('version' in flags && flags.version) {
    surroundings.stdout.write(`bus-operator ${installation.version()}\n`);
    return 0;
  }
  const ours = Object.keys(installation.families);
  const [family, ...args] = 'words' in flags ? flags.words : [];
  if ('words' in flags && !flags.help && family !== undefined) {
    const passedOn = [...(flags.directory === undefined ? [] : ['-C', flags.directory]), ...flags.passedOn, ...args];
    const load = Object.hasOwn(installation.families, family) ? installation.families[family] : undefined;
    return load === undefined
      ? runForeign(family, passedOn, surroundings, ours)
      : (await load())(passedOn, surroundings);
  }
  const [{ helpFormat, operatorHelp, operatorUsage }, { searchPathOf }] = await Promise.all([
    import('./usage.ts'),
    import('./search-path.ts'),
  ]);
  const searchPath = searchPathOf(surroundings);
  if ('help' in flags && flags.help) {
    surroundings.stdout.write(operatorHelp(ours, searchPath, helpFormat(flags.passedOn), installation.version()));
    return 0;
  }
  if ('problem' in flags) surroundings.stderr.write(`bus-operator: ${flags.problem}\n`);
  surroundings.stderr.write(operatorUsage(ours, searchPath));
  return 2;
}

async function runForeign(
  family: string,
  args: readonly string[],
  surroundings: ProcessContext,
  ours: readonly string[],
): Promise<number> {
  const [{ runChild }, { findExecutable, listExecutables, searchPathOf }, { operatorUsage }] = await Promise.all([
    import('./child.ts'),
    import('./search-path.ts'),
    import('./usage.ts'),
  ]);
  const say = (line: string) => surroundings.stderr.write(`bus-operator: ${line}\n`);
  const searchPath = searchPathOf(surroundings);
  const file = findExecutable(`bus-operator-${family}`, searchPath);
  if (file !== undefined) return runChild(file, args, { env: surroundings.env, cwd: surroundings.cwd, say });
  const shown = family.replace(/\p{C}/gu, '?');
  const { commandHint } = await import('./command-line/hints.ts');
  const hint = commandHint(family, [...ours, ...listExecutables('bus-operator-', searchPath)], 'bus operator');
  say(`missing subcommand: ${shown}; expected executable named bus-operator-${shown} in PATH${hint}`);
  surroundings.stderr.write(operatorUsage(ours, searchPath));
  return 127;
}
