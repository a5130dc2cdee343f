// The binary bus-integration-postgres: reads the command line and hands it to the command that it names. Does no
// command's work itself.
import {
  eventNames,
  type GlobalFlags,
  masked,
  nodeDebugFault,
  printable,
  type Response,
  readGlobalFlags,
  writeResult,
} from 'bus-integration-database';
import { suggestion } from 'bus-integration-database/suggest';
import { hbaCommand } from './commands/hba.ts';
import { renderHbaCommand } from './commands/render-hba.ts';
import { dryRun } from './dry-run.ts';
import { providerName } from './respond.ts';
import { selfTest } from './self-test.ts';

const versionText = 'bus-integration-postgres 0.1.0\n';

const help = `bus-integration-postgres: the PostgreSQL provider of bus operator database.

usage: bus-integration-postgres [flags] --events
       bus-integration-postgres [flags] --self-test
       bus-integration-postgres [flags] --dry-run plan
       bus-integration-postgres [flags] hba --help
       bus-integration-postgres [flags] serve --help
       bus-integration-postgres [flags] render-hba [--major N]

  --events             the provider and the event names, one a line
  --self-test          check the provider's own parts: no server is asked
  --dry-run plan       what a plan for an empty server holds, always as JSON; takes BUS_DEPLOYMENT_ID,
                       BUS_DATABASE_NAMES, BUS_DATABASE_SERVICE_ROLE, BUS_DATABASE_SCHEMAS
  hba                  which line of pg_hba.conf a client would meet, and why none above it
  render-hba           the block of pg_hba.conf that satisfies the listener policy of the deployment in the
                       environment, for the server's major version N (default 18); edits nothing
  -C, --directory DIR  run as if started in DIR
  -f, --format FORMAT  text (default) or json
  -o, --output FILE    write the result to FILE (0600) instead of stdout
  -h, --help           this text
  -V, --version        name and version
  -q, -v, -vv, --trace, --color WHEN, --no-color change nothing here

exit status: 0 done, 1 the self-test failed, 2 wrong usage
`;

const commands = new Map([
  ['hba', hbaCommand],
  ['render-hba', renderHbaCommand],
]);

async function main(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const flags = readGlobalFlags(argv, { takesDirectory: true });
  if ('problem' in flags) return refuse(`${flags.problem}; see --help`);
  const fault = enter(flags.directory);
  if (fault !== undefined) return refuse(fault);
  const { word, rest } = commandOf(flags.words);
  const command = commands.get(word);
  if ((command !== undefined || word === 'serve') && rest.some((one) => one === '-V' || one === '--version'))
    return print(versionText, flags);
  const printing = command !== undefined ? nodeDebugFault() : undefined;
  if (printing !== undefined) return refuse(`${printing.message}; ${printing.diagnostics[0]?.remedy}`);
  if (word === 'serve') {
    const { serve } = await import('./commands/serve.ts');
    // The client of NATS may leave a socket open on which nobody answered.
    process.exit(await serve(rest, env, flags.output));
  }
  if (command !== undefined) {
    const surroundings = { env, cwd: process.cwd(), uid: process.getuid?.() ?? 0 };
    const { status, text, complaint } = await command(rest, flags.format, surroundings);
    if (complaint !== undefined) process.stderr.write(masked(`bus-integration-postgres: ${complaint}\n`));
    return text === undefined ? status : print(text, flags) || status;
  }
  const line = word === '' ? (flags.words[0] ?? '') : flags.words.join(' ');
  switch (line) {
    case '--help':
    case '-h':
      return print(help, flags);
    case '--version':
    case '-V':
      return print(versionText, flags);
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
  const unknown = flags.words.find((one) => !known.includes(one)) ?? word;
  const hint = suggestion(unknown, known, otherWords) ?? 'see --help';
  return refuse(`unexpected arguments ${JSON.stringify(printable(line))}; ${hint}`);
}

const known = ['hba', 'render-hba', 'serve', '--events', '--self-test', '--dry-run', '--help', '--version'];
const otherWords = ['doctor', 'plan', 'apply', 'status', 'verify'].map(
  (verb) => [`did you mean bus operator database ${verb}?`, verb] as const,
);

/** `-h` and `-V` may stand before the command, too. */
function commandOf(words: readonly string[]): { word: string; rest: readonly string[] } {
  const at = words.findIndex((word) => !['-h', '--help', '-V', '--version'].includes(word));
  return { word: words[at] ?? '', rest: words.filter((_, index) => index !== at) };
}

/** Why the directory can't be entered; undefined when we are there. */
function enter(directory: string | undefined): string | undefined {
  if (directory === undefined) return undefined;
  try {
    process.chdir(directory);
    return undefined;
  } catch (error) {
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'no such directory',
      ENOTDIR: 'not a directory',
      EACCES: 'permission denied',
    };
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return `-C ${printable(directory)}: ${reasons[code] ?? code}`;
  }
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
  return response.ok ? printed : 2;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function print(text: string, { output }: GlobalFlags): number {
  const fault = writeResult(text, output);
  return fault === undefined ? 0 : refuse(fault);
}

function refuse(why: string): number {
  process.stderr.write(masked(`bus-integration-postgres: ${why}\n`));
  return 2;
}

// Last, since what stands above must be there first.
process.exitCode = await main(process.argv.slice(2), process.env);
