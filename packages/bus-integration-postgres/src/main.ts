// The binary bus-integration-postgres: reads the command line and hands it to the command that it names. Does no
// command's work itself.
import {
  changeDirectory,
  type Diagnostic,
  eventNames,
  type GlobalFlags,
  masked,
  nodeDebugFault,
  OperationError,
  printable,
  type Response,
  readGlobalFlags,
  unreadEnvFile,
  writeResult,
} from 'bus-integration-database';
import { helpText, openCliText } from 'bus-integration-database/help';
import { suggestion } from 'bus-integration-database/suggest';
import { type CommandEnvironment, commandEnvironment } from './commands/command-environment.ts';
import { dryRun } from './commands/dry-run.ts';
import { hbaCommand } from './commands/hba.ts';
import { helpOf } from './commands/main-help.ts';
import { renderHbaCommand } from './commands/render-hba.ts';
import { selfTest } from './commands/self-test.ts';
import { providerName } from './plan/respond.ts';

const version = '0.1.0';

const commands = new Map([
  ['hba', hbaCommand],
  ['render-hba', renderHbaCommand],
]);

async function main(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const flags = readGlobalFlags(argv);
  if ('problem' in flags) return refuse(`${flags.problem}; see --help`);
  const { words } = flags;
  const [word = '', ...rest] = words[0]?.startsWith('-') ? [] : words;
  if (flags.asks === 'help') return say(shownHelp(word, flags));
  if (flags.asks === 'version') return say(`bus-integration-postgres ${version}\n`);
  const fault = changeDirectory(flags.directory);
  if (fault !== undefined) return failed(fault);
  const command = commands.get(word);
  const printing = command !== undefined ? nodeDebugFault() : undefined;
  if (printing !== undefined) return refuse(`${printing.message}; ${printing.diagnostics[0]?.remedy}`);
  if (word === 'serve') {
    const { serve } = await import('./commands/serve.ts');
    // The client of NATS may leave a socket open on which nobody answered.
    process.exit(await serve(rest, env));
  }
  if (command !== undefined) {
    const place = { cwd: process.cwd(), uid: process.getuid?.() ?? 0 };
    const here = environmentOf(word, rest, env, place);
    if (typeof here === 'string') return refuse(here);
    const { status, text, complaint } = await command(here.words, flags.format === 'json' ? 'json' : 'text', {
      ...place,
      ...here,
    });
    // A file's rules depend on no variable.
    const isOfEnvironment = !here.words.some((one) => /^--file(=.*)?$/.test(one));
    for (const warning of isOfEnvironment && !flags.isQuiet ? here.warnings : []) warn(warning);
    if (complaint !== undefined) process.stderr.write(masked(`bus-integration-postgres: ${complaint}\n`));
    return text === undefined ? status : print(text, flags) || status;
  }
  const line = words.join(' ');
  switch (line) {
    case '--events':
      return print(
        flags.format === 'json' ? json(capabilities()) : [`provider ${providerName}`, ...eventNames, ''].join('\n'),
        flags,
      );
    case '--self-test':
      return await tryItself(flags);
    case '--dry-run plan':
    case 'plan --dry-run': {
      const unread = unreadEnvFile(env, process.cwd(), 'bus integration-postgres --dry-run plan');
      if (unread !== undefined && !flags.isQuiet) warn(unread);
      return answer(await dryRun(env), flags);
    }
  }
  if (line === '') return refuse('nothing asked for; see --help');
  const unknown = words.find((one) => !known.includes(one)) ?? word;
  const hint = suggestion(unknown, known, otherWords) ?? 'see --help';
  return refuse(`unexpected arguments ${JSON.stringify(printable(line))}; ${hint}`);
}

const known = ['hba', 'render-hba', 'serve', '--events', '--self-test', '--dry-run', '--help', '--version'];
const otherWords = ['doctor', 'plan', 'apply', 'status', 'verify'].map(
  (verb) => [`did you mean bus operator database ${verb}?`, verb] as const,
);

/** What the command works in, or why it can't. */
function environmentOf(
  word: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  place: { readonly cwd: string; readonly uid: number },
): CommandEnvironment | string {
  try {
    return commandEnvironment(word, words, env, place);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const remedy = error.diagnostics[0]?.remedy;
    return remedy === undefined ? error.message : `${error.message}\n  next: ${remedy}`;
  }
}

function warn({ message, remedy }: Diagnostic): void {
  const next = remedy === undefined ? '' : `\n  next: ${remedy.replace(/^run: /, '')}`;
  process.stderr.write(masked(`bus-integration-postgres: warning: ${message}${next}\n`));
}

function shownHelp(word: string, { format }: GlobalFlags): string {
  const command = helpOf(word);
  return format === 'text' ? helpText(command) : openCliText(command, version);
}

function capabilities() {
  // Without a broker the same requests are answered in-process, which is how a deployment is first brought up.
  return {
    provider: providerName,
    providers: [providerName],
    events: eventNames,
    direct_bootstrap: true,
    provider_neutral: true,
  };
}

async function tryItself(flags: GlobalFlags): Promise<number> {
  try {
    await selfTest();
    return print(flags.format === 'json' ? json({ ok: true }) : 'OK bus-integration-postgres self-test\n', flags);
  } catch (error) {
    process.stderr.write(
      `bus-integration-postgres: self-test failed: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return 1;
  }
}

function answer(response: Response, flags: GlobalFlags): number {
  const printed = print(json(response), flags);
  if (response.ok) return printed;
  if (flags.isQuiet) for (const { message } of response.diagnostics) refuse(message);
  return 2;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

function print(text: string, { output, isQuiet }: GlobalFlags): number {
  const fault = isQuiet ? undefined : writeResult(text, output);
  return fault === undefined ? 0 : failed(fault);
}

function failed(why: string): number {
  process.stderr.write(masked(`bus-integration-postgres: ${why}\n`));
  return 1;
}

function refuse(why: string): number {
  process.stderr.write(masked(`bus-integration-postgres: ${why}\n`));
  return 2;
}

// Last, since what stands above must be there first.
process.exitCode = await main(process.argv.slice(2), process.env);
