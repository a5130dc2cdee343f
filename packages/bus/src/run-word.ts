// One command of `bus`: moves to its directory, joins ./.env to its environment, finds it on PATH, runs it, times it.
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { OperationError, printable } from 'bus-integration-database';
import { runChild } from './child.ts';
import { overlayEnvFile } from './env-overlay.ts';
import { familyFlags } from './family-flags.ts';
import type { GlobalFlags } from './flags.ts';
import { operate } from './operator.ts';
import { findExecutable } from './search-path.ts';
import type { Installation, Surroundings } from './surroundings.ts';
import { busUsage } from './usage.ts';

/**
 * Runs `bus-WORD`, or the operator umbrella inside this process, and resolves to the exit status.
 *
 * @example
 * await runWord('operator', ['database', 'plan'], flags, surroundings, installation);
 */
export async function runWord(
  word: string,
  args: readonly string[],
  flags: GlobalFlags,
  surroundings: Surroundings,
  installation: Installation,
): Promise<number> {
  const say = (line: string) => surroundings.stderr.write(`bus: ${line}\n`);
  const searchPath = { path: surroundings.env.PATH, base: surroundings.cwd };

  const cwd = flags.directory === undefined ? surroundings.cwd : resolve(surroundings.cwd, flags.directory);
  if (flags.directory !== undefined) {
    const fault = moveTo(cwd, installation);
    if (fault !== undefined) {
      say(`-C ${printable(flags.directory)}: ${fault}`);
      return 2;
    }
  }
  const family = familyFlags(word, args);
  const overlay = loadEnvFile(surroundings.env, resolve(cwd, family.directory ?? '.'), family.hasEnvFile);
  if (typeof overlay === 'string') {
    say(`failed to load .env: ${overlay}`);
    return 2;
  }
  for (const { key, line } of overlay.withheld) {
    say(
      `.env:${line}: ${key} is not passed on: it makes programs load other code; export it in the shell if it is meant`,
    );
  }
  const env = {
    ...overlay.env,
    ...(flags.directory !== undefined && { PWD: cwd }),
    ...(flags.perf && { BUS_PERF: '1' }),
  };

  const file = findExecutable(`bus-${word}`, searchPath);
  const isUmbrella = word === 'operator' && (file === undefined || isSameFile(file, installation.operatorFile));
  if (file === undefined && !isUmbrella) {
    const shown = printable(word);
    say(`missing subcommand: ${shown}; expected executable named bus-${shown} in PATH`);
    surroundings.stderr.write(busUsage(searchPath));
    return 127;
  }
  const begun = performance.now();
  const childArgs = [...flags.passedOn, ...args];
  const { stdin, stdout, stderr } = surroundings;
  const { dotenv } = overlay;
  const status = isUmbrella
    ? await operate(
        childArgs,
        { env, cwd, stdin, stdout, stderr, ...(dotenv !== undefined && { dotenv }) },
        installation,
      )
    : await runChild(file ?? '', childArgs, { env, cwd, say });
  reportTime(word, args, flags, performance.now() - begun, surroundings);
  return status;
}

function moveTo(directory: string, { changeDirectory }: Installation): string | undefined {
  try {
    changeDirectory(directory);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'no such directory';
    if (code === 'ENOTDIR') return 'not a directory';
    if (code === 'EACCES') return 'permission denied';
    return code ?? 'the directory could not be entered';
  }
}

function loadEnvFile(env: Surroundings['env'], directory: string, isReplaced: boolean) {
  if (isReplaced) return { env, withheld: [] };
  try {
    return overlayEnvFile(env, directory);
  } catch (error) {
    if (error instanceof OperationError) return error.message;
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
  surroundings: Surroundings,
) {
  const level = ['INFO', 'DEBUG', 'TRACE'][Math.min(flags.verbosity, 2)];
  if (flags.isQuiet || (!flags.perf && flags.verbosity === 0)) return;
  const first = args.find((argument) => !argument.startsWith('-')) ?? word;
  const seconds = (elapsedMs / 1000).toFixed(3);
  surroundings.stderr.write(`${level} perf bus-${printable(word)} ${printable(first)} ${seconds}s\n`);
}
