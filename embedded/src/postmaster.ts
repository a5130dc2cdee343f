// One run of the `postgres` program over a data directory: started directly, watched until it serves, signalled.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitOf, type Programs, spawnOptions } from './program.ts';

const startDeadlineMs = 60_000;
const reloadDeadlineMs = 5_000;
const pollMs = 4;

export interface Postmaster {
  readonly pid: number;
  /** Resolves when the process has ended, to its exit status or its signal. */
  readonly exited: Promise<number | string>;
}

/**
 * Something is still in use that the server needs: the port, which another program took between our asking for a free
 * one and the server's opening it, or the memory of a killed predecessor, whose last processes are still ending.
 */
export class InUseError extends Error {
  override readonly name = 'InUseError';
}

/** Starts the server and waits until it serves clients; `onSpawn` learns its process before anything else happens. */
export async function startPostmaster(
  programs: Programs,
  dataDirectory: string,
  logFile: string,
  onSpawn: (pid: number) => void,
): Promise<Postmaster> {
  const log = openSync(logFile, 'a', 0o600);
  const logStart = statSync(logFile).size;
  const child = spawn(join(programs.binDirectory, 'postgres'), ['-D', dataDirectory], {
    ...spawnOptions(programs.account),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  if (child.pid !== undefined) onSpawn(child.pid);
  child.unref();
  let ended: number | string | undefined;
  const exited = exitOf(child).then((status) => {
    ended = status;
    return status;
  });
  const deadline = Date.now() + startDeadlineMs;
  while (child.pid === undefined || !isReady(dataDirectory, child.pid)) {
    if (ended !== undefined || Date.now() > deadline) {
      child.kill('SIGQUIT');
      await exited;
      const said = readLog(logFile, logStart).trim();
      if (/Address already in use|shared memory block .*is still in use/i.test(said)) throw new InUseError(said);
      throw new Error(`PostgreSQL did not start (${ended ?? `not ready after ${startDeadlineMs / 1000} s`}): ${said}`);
    }
    await sleep(pollMs);
  }
  return { pid: child.pid, exited };
}

/**
 * Makes the server read its configuration files again; every connection made afterwards meets the new ones.
 *
 * The server's first process logs the signal when it begins to reload, and answers no new connection before it is done.
 */
export async function reloadPostmaster(postmaster: Postmaster, logFile: string): Promise<void> {
  const logStart = statSync(logFile).size;
  process.kill(postmaster.pid, 'SIGHUP');
  const deadline = Date.now() + reloadDeadlineMs;
  while (!readLog(logFile, logStart).includes('received SIGHUP')) {
    if (Date.now() > deadline) throw new Error(`PostgreSQL did not reload within ${reloadDeadlineMs / 1000} s`);
    await sleep(pollMs);
  }
}

/** The log from a byte on. */
export function readLog(logFile: string, start = 0): string {
  return readFileSync(logFile).subarray(start).toString('utf8');
}

// The lock file's first line is the process, its eighth whether it serves; a killed server leaves an old one behind.
function isReady(dataDirectory: string, pid: number): boolean {
  try {
    const lines = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
    return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}
