// The binary bus-integration-postgres: reads the command line and hands it to the command that it names. Does no
// command's work itself.
import {
  type CommandEnvironment,
  commandEnvironment,
  createProgram,
  type Diagnostic,
  type Entered,
  type Environment,
  enteredOf,
  eventNames,
  findingText,
  masked,
  nodeDebugFault,
  OperationError,
  printable,
  type Response,
  unreadEnvFile,
} from 'bus-integration-database';
import { type FlagReading, quoted } from 'bus-integration-database/help';
import { suggestion } from 'bus-integration-database/suggest';
import { dryRun } from './commands/dry-run.ts';
import { hbaCommand } from './commands/hba-command.ts';
import { commandFlags, helpOf } from './commands/main-help.ts';
import { renderHbaCommand } from './commands/render-hba-command.ts';
import { selfTest } from './commands/self-test.ts';
import { providerName } from './plan/respond.ts';

const { begin, print, fail, refuse } = createProgram('bus-integration-postgres', {
  // Events, self-test, hba, render-hba; as JSON the same in this order, but for the self-test, and the dry run.
  begins:
    /^(provider postgres\n|OK bus-integration-postgres |ok: (true|false)\n|# Deployment .*: who may log in to its databases)/,
  keys: ['direct_bootstrap', 'trials', 'pg_hba', 'dry_run'],
});

const commands = new Map([
  ['hba', hbaCommand],
  ['render-hba', renderHbaCommand],
]);

async function main(argv: readonly string[], env: Environment): Promise<number> {
  const { word, flags } = commandFlags(argv);
  const answered = begin(flags, helpOf(word), word);
  if (answered !== undefined) return answered;
  const entered = enteredOf(env, flags.last('chdir'));
  if (word === 'serve') {
    const { serveCommand } = await import('./commands/serve-command.ts');
    // The client of NATS may leave a socket open on which nobody answered.
    process.exit(await serveCommand(flags, env, entered?.directory));
  }
  if (word !== undefined) return await runCommand(word, flags, env, entered);
  const asked = ['events', 'self-test', 'dry-run'].filter(flags.has).map((name) => `--${name}`);
  const line = [...asked, ...flags.words].join(' ');
  switch (line) {
    case '--events':
      return print(
        isJson(flags) ? json(capabilities()) : [`provider ${providerName}`, ...eventNames, ''].join('\n'),
        flags,
      );
    case '--self-test':
      return await tryItself(flags);
    case '--dry-run plan': {
      const unread = unreadEnvFile(env, process.cwd(), 'bus integration-postgres --dry-run plan');
      if (unread !== undefined && !flags.has('quiet')) warn(unread, entered);
      return answer(await dryRun(env), flags);
    }
  }
  if (line === '') return refuse('nothing asked for; see --help');
  const unknown = flags.words.find((one) => !known.includes(one)) ?? line;
  const hint = suggestion(unknown, known, otherWords) ?? 'see --help';
  return refuse(`unexpected arguments ${JSON.stringify(printable(line))}; ${hint}`);
}

const known = ['hba', 'render-hba', 'serve'];
const otherWords = ['validate', 'doctor', 'plan', 'apply', 'status', 'verify', 'report'].map(
  (verb) => [`did you mean bus operator database ${verb}?`, verb] as const,
);

async function runCommand(
  word: string,
  flags: FlagReading,
  env: Environment,
  entered: Entered | undefined,
): Promise<number> {
  const printing = nodeDebugFault();
  if (printing !== undefined) return refuse(textOf(undefined, printing));
  const place = { cwd: process.cwd(), uid: process.getuid?.() ?? 0 };
  const here = environmentOf(word, flags, env, place);
  if (here instanceof OperationError) return refuse(textOf(entered, here));
  const command = commands.get(word);
  if (command === undefined) return refuse(`no such command: ${quoted(word)}`);
  const { status, text, complaint } = await command(flags, { ...place, ...here });
  // A file's rules depend on no variable.
  for (const warning of flags.has('file') || flags.has('quiet') ? [] : here.warnings) warn(warning, entered);
  if (complaint !== undefined) {
    const told = complaint.map((finding) => findingText(entered, finding)).join('\n');
    process.stderr.write(masked(`bus-integration-postgres: ${told}\n`));
  }
  return text === undefined ? status : print(text, flags) || status;
}

/** What the command works in, or why it can't. */
function environmentOf(
  word: string,
  flags: FlagReading,
  env: Environment,
  place: { readonly cwd: string; readonly uid: number },
): CommandEnvironment | OperationError {
  try {
    const through = `bus integration-postgres ${word}`;
    return commandEnvironment(through, flags.last('env-file'), env, place, holdsAdminDsn);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return error;
  }
}

/** The whole message, and what to do about the first of its findings. */
function textOf(entered: Entered | undefined, { message, diagnostics: [first] }: OperationError): string {
  return findingText(entered, { ...first, message });
}

function holdsAdminDsn({ BUS_POSTGRES_ADMIN_DSN }: Environment): boolean {
  return Boolean(BUS_POSTGRES_ADMIN_DSN);
}

function warn(warning: Diagnostic, entered: Entered | undefined): void {
  process.stderr.write(masked(`bus-integration-postgres: warning: ${findingText(entered, warning)}\n`));
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

async function tryItself(flags: FlagReading): Promise<number> {
  try {
    await selfTest();
  } catch (error) {
    return fail(`self-test failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  return print(isJson(flags) ? json({ ok: true }) : 'OK bus-integration-postgres self-test\n', flags);
}

function answer(response: Response, flags: FlagReading): number {
  const printed = print(json(response), flags);
  if (response.ok) return printed;
  if (flags.has('quiet')) for (const { message } of response.diagnostics) refuse(message);
  return 2;
}

function isJson(flags: FlagReading): boolean {
  return flags.last('format') === 'json';
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

// Last, since what stands above must be there first.
process.exitCode = await main(process.argv.slice(2), process.env);
