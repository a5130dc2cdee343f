// The binary bus-integration-postgres: reads the command line and hands it to the command that it names. Does no
// command's work itself.
import {
  changeDirectory,
  eventNames,
  type GlobalFlags,
  masked,
  nodeDebugFault,
  printable,
  type Response,
  readGlobalFlags,
  writeResult,
} from 'bus-integration-database';
import { helpText, openCliText } from 'bus-integration-database/help';
import { suggestion } from 'bus-integration-database/suggest';
import { hbaCommand } from './commands/hba.ts';
import { renderHbaCommand } from './commands/render-hba.ts';
import { dryRun } from './dry-run.ts';
import { helpOf } from './main-help.ts';
import { providerName } from './respond.ts';
import { selfTest } from './self-test.ts';

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
    const surroundings = { env, cwd: process.cwd(), uid: process.getuid?.() ?? 0 };
    const { status, text, complaint } = await command(rest, flags.format === 'json' ? 'json' : 'text', surroundings);
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
    case 'plan --dry-run':
      return answer(await dryRun(env), flags);
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
