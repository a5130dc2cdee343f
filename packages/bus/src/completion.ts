// `bus completion`: the scripts for shells, and the candidates that they ask for. Runs no program but those of the family,
// for their help; prints no value of the environment but declared names.
import { execFile } from 'node:child_process';
import { basename, resolve } from 'node:path';
import { OperationError, printable, writeAbout, writeResult } from 'bus-integration-database';
import { commonFlags, helpText, openCliText, quoted, readFlags } from 'bus-integration-database/help';
import { arrive, type CompletionCandidate, complete, startingWith } from './completion/complete.ts';
import { type DocumentedCommand, readDocument } from './completion/document.ts';
import { completionHelp } from './completion/help.ts';
import { completionScript, type Shell, shells } from './completion/scripts.ts';
import { overlayEnvFile } from './environment/env-overlay.ts';
import type { Installation, ProcessContext } from './family.ts';
import { findExecutable, listExecutables, type SearchPath, searchPathOf } from './search-path.ts';
import { busDocument, operatorDocument } from './usage.ts';

/** The programs that are installed together. */
const family = [
  'bus',
  'bus-operator',
  'bus-operator-database',
  'bus-integration-postgres',
  'bus-integration-database',
  'bus-api-provider-database',
];

/** Runs `bus completion …` and resolves to the exit status. */
export async function completion(
  argv: readonly string[],
  processContext: ProcessContext,
  installation: Installation,
): Promise<number> {
  const { words, problem, asks, hasHelpWord, has, last } = readFlags(argv, commonFlags);
  const [word, ...others] = words;
  const directory = resolve(processContext.cwd, last('chdir') ?? '.');
  const say = (text: string) => writeAbout(text, last('output') ?? '-', directory, 'bus completion', processContext);
  if (asks === 'version') return say(`bus ${installation.version()}\n`);
  if (asks === 'help' || hasHelpWord) {
    const command = { ...completionHelp, name: 'bus completion' };
    const isText = (last('format') ?? 'text') === 'text';
    return say(isText ? helpText(command) : openCliText(command, installation.version()));
  }
  // What is being completed is no command line of ours, whatever stands in it.
  if (argv[0] === 'candidates')
    return print(await candidateLines(argv.slice(1), processContext, installation), processContext);
  const shell = shells.find((one) => one === word);
  const fault = problem ?? wordFault(shell, word, others);
  if (fault !== undefined || shell === undefined) {
    processContext.stderr.write(`bus completion: ${fault}; see bus completion --help\n`);
    return 2;
  }
  if (has('quiet')) return 0;
  const output = last('output');
  const script = completionScript(shell, family);
  if (output === undefined || output === '-') return print(script, processContext);
  const why = writeResult(script, resolve(directory, output), isCompletion);
  if (why === undefined) return 0;
  processContext.stderr.write(`bus completion: ${why}\n`);
  return 1;
}

function wordFault(shell: Shell | undefined, word: string | undefined, others: readonly string[]): string | undefined {
  const expected = `expected ${shells.join(', ').replace(/, ([^,]*)$/, ' or $1')}`;
  if (word === undefined) return `no shell is named; ${expected}`;
  if (shell === undefined) return `unknown shell ${quoted(word)}; ${expected}`;
  return others[0] === undefined ? undefined : `unexpected argument ${quoted(others[0])} after ${shell}`;
}

/** Of whatever shell and version. */
function isCompletion(text: string): boolean {
  return /^(#compdef bus |# Completion of bus, )/.test(text);
}

function print(text: string, { stdout }: ProcessContext): number {
  stdout.write(text);
  return 0;
}

async function candidateLines(
  given: readonly string[],
  processContext: ProcessContext,
  installation: Installation,
): Promise<string> {
  const words = given[0] === '--' ? given.slice(1) : given;
  const found = await candidatesOf(words, processContext, installation);
  const lines = found.flatMap(({ value, about }) => {
    // A name with such a character would be another word in the shell, or none.
    if (/\p{C}|\p{Zl}|\p{Zp}/u.test(value)) return [];
    return [about ? `${value}\t${printable(about)}` : value];
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** What a line is about, once the words before the family's own are gone. */
interface CompletionTarget {
  readonly command: DocumentedCommand;
  readonly words: readonly string[];
  readonly isDatabase: boolean;
  /** The directory of a -C before the word. */
  readonly directory?: string;
  /** The dispatcher loads ./.env, the others do not. */
  readonly loadsEnvFile: boolean;
}

async function candidatesOf(
  words: readonly string[],
  processContext: ProcessContext,
  { uid, families }: Installation,
): Promise<readonly CompletionCandidate[]> {
  const [program = '', ...rest] = words;
  const target = await targetOf(basename(program), rest, processContext, Object.keys(families));
  if (target === undefined) return [{ value: ':files' }];
  const completion = complete(target.command, target.words);
  if ('candidates' in completion) return completion.candidates;
  if ('files' in completion) return [{ value: ':files' }];
  if ('directories' in completion) return [{ value: ':directories' }];
  if (!target.isDatabase) return [];
  const { names, prefix, typed, before } = completion;
  const { knownNames } = await import('bus-operator-database/completion');
  const known = await knownNames(names, before, contextOf(target, processContext, uid));
  return startingWith(
    prefix + typed,
    known.map((name) => ({ value: prefix + name })),
  );
}

async function targetOf(
  program: string,
  words: readonly string[],
  processContext: ProcessContext,
  families: readonly string[],
): Promise<CompletionTarget | undefined> {
  const searchPath = searchPathOf(processContext);
  const operator = operatorOf(families, searchPath);
  if (program === 'bus') return await below(busOf(operator, searchPath), words, searchPath, operator);
  if (program === 'bus-operator') return await below(operator, words, searchPath);
  const command = await programOf(program, searchPath);
  if (command === undefined) return undefined;
  return { command, words, isDatabase: program === 'bus-operator-database', loadsEnvFile: false };
}

interface Dispatcher extends DocumentedCommand {
  /** What stands before a word in the name of its program. */
  readonly prefix: 'bus-' | 'bus-operator-';
}

/** The program that the first word means, once another word follows it; until then, the words that there are. */
async function below(
  own: Dispatcher,
  words: readonly string[],
  searchPath: SearchPath,
  operator?: Dispatcher,
): Promise<CompletionTarget | undefined> {
  const loadsEnvFile = operator !== undefined;
  const at = wordAt(own, words.slice(0, -1));
  if (at === undefined) return { command: own, words, isDatabase: false, loadsEnvFile };
  const [word = '', ...rest] = words.slice(at);
  const directory = directoryIn(words.slice(0, at));
  const place = { loadsEnvFile, ...(directory !== undefined && { directory }) };
  if (operator !== undefined && word === 'operator') {
    const inner = await below(operator, rest, searchPath);
    return inner && { ...place, ...inner, loadsEnvFile };
  }
  const program = `${own.prefix}${word}`;
  const builtIn = operator !== undefined && word === completionHelp.name;
  const command = builtIn ? own.commands.find(({ name }) => name === word) : await programOf(program, searchPath);
  return command && { command, words: rest, isDatabase: program === 'bus-operator-database', ...place };
}

/** Where the first word stands that names a command. */
function wordAt(own: DocumentedCommand, words: readonly string[]): number | undefined {
  const at = words.findIndex((word, index) => {
    const { waiting, isOnlyWords } = arrive({ ...own, commands: [] }, words.slice(0, index));
    return waiting === undefined && word !== 'help' && (isOnlyWords || !word.startsWith('-'));
  });
  return at < 0 ? undefined : at;
}

function directoryIn(words: readonly string[]): string | undefined {
  return readFlags(words, commonFlags).last('chdir');
}

function busOf(operator: Dispatcher, searchPath: SearchPath): Dispatcher {
  const own = commandOf(busDocument());
  const commands = [{ ...operator, name: 'operator' }, ...own.commands];
  return { ...own, ...withWords(commands, listExecutables('bus-', searchPath)), prefix: 'bus-' };
}

function operatorOf(families: readonly string[], searchPath: SearchPath): Dispatcher {
  const words = [...families, ...listExecutables('bus-operator-', searchPath)];
  return { ...commandOf(operatorDocument(families)), ...withWords([], words), prefix: 'bus-operator-' };
}

function commandOf(document: string): DocumentedCommand {
  return readDocument(document) ?? none;
}

/** Commands, with those that are only known by a word. */
function withWords(
  known: readonly DocumentedCommand[],
  words: readonly string[],
): Pick<DocumentedCommand, 'commands' | 'arguments'> {
  const others = [...new Set(words)].filter((word) => known.every(({ name }) => name !== word));
  return { commands: [...known, ...others.map((name) => ({ ...none, name }))], arguments: [] };
}

const none: DocumentedCommand = { name: '', description: '', options: [], commands: [], arguments: [] };

/** What a program of the family says of itself; undefined of any other, which is never run to be asked. */
async function programOf(program: string, searchPath: SearchPath): Promise<DocumentedCommand | undefined> {
  if (program === 'bus-operator-database') {
    const { commandDocument } = await import('bus-operator-database/completion');
    return readDocument(commandDocument());
  }
  const file = family.includes(program) ? findExecutable(program, searchPath) : undefined;
  return file === undefined ? undefined : readDocument(await helpOf(file, searchPath));
}

function helpOf(file: string, { path }: SearchPath): Promise<string> {
  return new Promise((settle) => {
    const options = { timeout: 5_000, maxBuffer: 10_000_000, env: { PATH: path ?? '' } };
    execFile(file, ['help', '--format', 'opencli'], options, (_error, stdout) => settle(stdout));
  });
}

/** The context that the family would be run in; an env file that can't be read leaves the environment as it is. */
function contextOf(
  { directory = '.', words, loadsEnvFile }: CompletionTarget,
  processContext: ProcessContext,
  uid: number | undefined,
): ProcessContext {
  const { env, processEnv = env, stdin, stdout, stderr } = processContext;
  const cwd = resolve(processContext.cwd, directory);
  const base = { env, processEnv, cwd, stdin, stdout, stderr };
  const given = words.slice(0, -1);
  if (!loadsEnvFile || given.some((word) => /^--env-file(=|$)/.test(word))) return base;
  try {
    const overlay = overlayEnvFile(env, resolve(cwd, directoryIn(given) ?? '.'), uid);
    return { ...base, env: overlay.env, ...(overlay.dotenv !== undefined && { dotenv: overlay.dotenv }) };
  } catch (error) {
    if (error instanceof OperationError) return base;
    throw error;
  }
}
