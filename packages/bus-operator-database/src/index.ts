// The public face of bus-operator-database: the command line as a function, for the dispatcher and for programs.
import { resolve } from 'node:path';
import type { ProcessContext } from 'bus-integration-database';
import { verbs } from './command-line/flag-table.ts';
import { readInvocation } from './command-line/flags.ts';
import { databaseHelp } from './command-line/help.ts';
import { version } from './command-line/version.ts';
import type { ProviderRoot } from './providers.ts';

export type { ProcessContext } from 'bus-integration-database';
export type { ProviderRoot } from './providers.ts';

/**
 * Runs one command line and answers with the exit status; everything printed goes to the given streams. While it works
 * it listens for SIGINT, SIGTERM and SIGHUP. The heavy parts load only when a verb runs. `roots` are the providers that
 * there are; default: those that are built in.
 *
 * @example
 * process.exitCode = await main(['plan', '--check'], { env: process.env, cwd: process.cwd(), stdin, stdout, stderr });
 */
export async function main(
  argv: readonly string[],
  processContext: ProcessContext,
  roots?: readonly ProviderRoot[],
): Promise<number> {
  const invocation = readInvocation(argv);
  if ('problem' in invocation) {
    processContext.stderr.write(`bus operator database: ${invocation.problem}\n`);
    await tellProgram(argv, invocation.problem, processContext);
    return 2;
  }
  const { verb, flags } = invocation;
  if (flags.help || flags.version) {
    const isDocument = flags.help && flags.format !== 'text';
    const text = async () => {
      if (!isDocument) return databaseHelp(verb);
      const { openCliAnswer } = await import('./commands/open-cli.ts');
      return await openCliAnswer(verb, await listOf(roots));
    };
    const about = flags.help ? await text() : `bus-operator-database ${version}\n`;
    if (flags.output !== undefined) {
      const { writeAbout } = await import('./commands/write-about.ts');
      const directory = resolve(processContext.cwd, flags.directory ?? '.');
      return writeAbout(about, flags.output, directory, 'bus operator database', processContext);
    }
    processContext.stdout.write(about);
    return 0;
  }
  if (verb === undefined) {
    processContext.stderr.write(databaseHelp());
    await tellProgram(argv, `no verb is given; expected one of ${Object.keys(verbs).join(', ')}`, processContext);
    return 2;
  }
  if (verb === 'validate' || (verb === 'plan' && flags.expand)) {
    const [{ validate }, list] = await Promise.all([import('./commands/validate.ts'), listOf(roots)]);
    return validate(flags, processContext, list);
  }
  if (verb === 'init') {
    const [{ init }, list] = await Promise.all([import('./commands/init.ts'), listOf(roots)]);
    return init(flags, processContext, list);
  }
  if (flags.explain !== undefined) {
    const [{ explain }, list] = await Promise.all([import('./commands/explain.ts'), listOf(roots)]);
    return explain(flags.explain, argv, flags, processContext, list);
  }
  if (verb === 'report' && flags.from.length > 0) {
    const { reportFrom } = await import('./commands/report.ts');
    return reportFrom(flags, processContext);
  }
  const [{ run }, list] = await Promise.all([import('./run.ts'), listOf(roots)]);
  return run(verb, flags, processContext, list);
}

async function listOf(roots: readonly ProviderRoot[] | undefined): Promise<readonly ProviderRoot[]> {
  return roots ?? (await import('./providers.ts')).providers;
}

/** A program that asked for JSON gets one document, whatever was wrong. */
async function tellProgram(argv: readonly string[], problem: string, { stdout }: ProcessContext): Promise<void> {
  const { usageProblem } = await import('./command-line/usage-problem.ts');
  const text = usageProblem(argv, problem);
  if (text !== '') stdout.write(text);
}
