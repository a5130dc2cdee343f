// One command of `bus`: moves to its directory, joins ./.env to its environment, finds it on PATH, runs it, times it.
import { realpathSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import {
  enteredVariable,
  enteringFault,
  failure,
  isLostDirectory,
  localEventsUrl,
  localTokenFile,
  lostDirectoryText,
  OperationError,
  printable,
} from 'bus-integration-database';
import { firstWord } from 'bus-integration-database/help';
import { runChild } from './child.ts';
import { familyFlags } from './command-line/family-flags.ts';
import { dispatcherFlags as flagTable } from './command-line/flag-table.ts';
import type { GlobalFlags } from './command-line/flags.ts';
import { commandHint } from './command-line/hints.ts';
import { dotenvWarnings } from './environment/dotenv-warnings.ts';
import { overlayEnvFile, withoutFile } from './environment/env-overlay.ts';
import type { Installation, ProcessContext } from './family.ts';
import { operate } from './operator.ts';
import { findExecutable, listExecutables, searchPathOf } from './search-path.ts';
import { busUsage } from './usage.ts';

/**
 * Runs `bus-WORD`, or the operator umbrella inside this process, and resolves to the exit status.
 *
 * @example
 * await runWord('operator', ['database', 'plan'], flags, processContext, installation);
 */
export async function runWord(
  word: string,
  args: readonly string[],
  flags: GlobalFlags,
  processContext: ProcessContext,
  installation: Installation,
): Promise<number> {
  const say = (line: string) => processContext.stderr.write(`bus: ${line}\n`);
  const searchPath = searchPathOf(processContext);
  const family = familyFlags(word, args, flags.passedOn);
  const refuse = (problem: string, remedy?: string, status = 2) => {
    say(remedy === undefined ? problem : `${problem}\n  next: ${remedy}`);
    if (family.isJson) processContext.stdout.write(problemText(problem, remedy));
    return status;
  };

  const directory = family.isHelp ? undefined : flags.directory;
  // Asked for as late as can be: it may be gone, and an absolute -C needs none.
  const cwd = () => (directory === undefined ? processContext.cwd : within(() => processContext.cwd, directory));
  let envDirectory: string;
  try {
    const fault = directory === undefined ? undefined : moveTo(cwd(), installation);
    if (fault !== undefined) return refuse(`-C ${printable(directory ?? '')}: ${fault}`, undefined, 1);
    envDirectory = family.isHelp ? '/' : within(cwd, family.directory ?? '.');
  } catch (error) {
    if (isLostDirectory(error)) return refuse(lostDirectoryText);
    throw error;
  }
  const overlay = loadEnvFile(processContext.env, envDirectory, family.hasEnvFile || family.isHelp, installation.uid);
  if (overlay instanceof OperationError)
    return refuse(`failed to load .env: ${overlay.message}`, overlay.diagnostics[0]?.remedy);
  for (const warning of dotenvWarnings(overlay)) say(`warning: ${warning}`);
  const env = {
    ...localEvents(overlay.env),
    ...overlay.env,
    ...enteredVariable(installation.pid, directory),
    ...(directory !== undefined && { PWD: cwd() }),
    ...(flags.perf && { BUS_PERF: '1' }),
  };

  const file = findExecutable(`bus-${word}`, searchPath);
  const isUmbrella = word === 'operator' && (file === undefined || isSameFile(file, installation.operatorFile));
  if (file === undefined && !isUmbrella) {
    const shown = printable(word);
    const hint = commandHint(word, ['operator', ...listExecutables('bus-', searchPath)], 'bus');
    say(`missing subcommand: ${shown}; expected executable named bus-${shown} in PATH${hint}`);
    processContext.stderr.write(busUsage(searchPath));
    return 127;
  }
  const begun = performance.now();
  const childArgs = [...flags.passedOn, ...args];
  const { dotenv } = overlay;
  const inner = (): ProcessContext => ({
    env,
    processEnv: processContext.env,
    stdin: processContext.stdin,
    stdout: processContext.stdout,
    stderr: processContext.stderr,
    ...(directory !== undefined && { directory }),
    ...(dotenv !== undefined && { dotenv }),
    get cwd() {
      return cwd();
    },
  });
  const status = isUmbrella
    ? await operate(childArgs, inner(), installation)
    : await runChild(file ?? '', childArgs, { env, cwd: cwd(), say });
  reportTime(word, args, flags, performance.now() - begun, processContext);
  return status;
}

/** The events API of this machine, for commands to which nobody named a broker; its token goes to no other address. */
function localEvents({
  BUS_NATS_URL,
  BUS_API_TOKEN,
  BUS_EVENTS_API_URL,
}: ProcessContext['env']): Record<string, string> {
  if (BUS_NATS_URL || (BUS_EVENTS_API_URL ?? localEventsUrl) !== localEventsUrl) return {};
  return {
    BUS_EVENTS_API_URL: localEventsUrl,
    ...(!BUS_API_TOKEN && { BUS_EVENTS_TOKEN_FILE: localTokenFile }),
  };
}

/** A directory as seen from another, which is asked for only when it matters. */
function within(base: () => string, directory: string): string {
  return isAbsolute(directory) ? resolve(directory) : resolve(base(), directory);
}

/** What our family would have answered, had it been reached. */
function problemText(problem: string, remedy?: string): string {
  const error = new OperationError('invalid-request', problem, {
    code: 'usage',
    ...(remedy !== undefined && { remedy }),
  });
  return `${JSON.stringify(failure({ deployment_id: '', provider: '' }, error), null, 2)}\n`;
}

function moveTo(directory: string, { changeDirectory }: Installation): string | undefined {
  try {
    changeDirectory(directory);
    return undefined;
  } catch (error) {
    return enteringFault(error);
  }
}

function loadEnvFile(env: ProcessContext['env'], directory: string, isReplaced: boolean, uid: number | undefined) {
  if (isReplaced) return withoutFile(env);
  try {
    return overlayEnvFile(env, directory, uid);
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
}

function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}

function reportTime(
  word: string,
  args: readonly string[],
  flags: GlobalFlags,
  elapsedMs: number,
  processContext: ProcessContext,
) {
  const level = ['INFO', 'DEBUG', 'TRACE'][Math.min(flags.verbosity, 2)];
  if (flags.isQuiet || !flags.perf) return;
  const first = firstWord(args, flagTable) ?? word;
  const seconds = (elapsedMs / 1000).toFixed(3);
  processContext.stderr.write(`${level} perf bus-${printable(word)} ${printable(first)} ${seconds}s\n`);
}
