// Running PostgreSQL's programs: as their account, outside our directory, with nothing of our environment.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Account } from './account.ts';

/** Where the programs are, and the account to run them as. */
export interface Programs {
  readonly binDirectory: string;
  readonly account: Account | undefined;
}

/** Learns a process when it has started, and undefined when it has ended. */
export type Report = (pid: number | undefined) => void;

/** A program to run to its end. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly account?: Account | undefined;
  /** What the program reads from its standard input. */
  readonly input?: string;
  readonly report?: Report | undefined;
}

/** Runs a program to its end; throws with all it said when it failed. */
export async function run(command: Command): Promise<void> {
  const child = spawn(command.file, command.args, spawnOptions(command.account));
  if (child.pid !== undefined) command.report?.(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  // It may end without reading: what it said tells more than EPIPE.
  child.stdin?.on('error', () => {});
  child.stdin?.end(command.input ?? '');
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  command.report?.(undefined);
  // A single-user server goes on after an error and ends with 0.
  if (status !== 0 || /(ERROR|FATAL|PANIC): /.test(output)) {
    throw new Error(`${command.file} ended with ${status}: ${output.trim()}`);
  }
}

/** The options that every program is started with. */
export function spawnOptions(account: Account | undefined): SpawnOptions {
  return {
    cwd: '/',
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...(account && { uid: account.uid | 0, gid: account.gid | 0 }),
  };
}

/** How a process ended: its exit status, or the name of the signal. */
export function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    const ended = child.exitCode ?? child.signalCode;
    if (ended !== null) return resolve(ended);
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'an unknown end'));
  });
}
