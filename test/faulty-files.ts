// The environment in which a command meets faults at the file system calls that a test names.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { RunOptions } from './deployment.ts';

/** What happens before a call: `at` is the function of `fs` and the file's name in the directory, `.` for itself. */
export interface Fault {
  readonly at: string;
  /** A line of shell. */
  readonly run?: string;
  /** Who runs it. */
  readonly uid?: number;
  /** The error with which the call fails. */
  readonly code?: string;
  /** Default: only the first time. */
  readonly isEveryTime?: boolean;
}

export interface FaultyFiles extends Disposable {
  /** Options for a run in which the faults happen to the files of that directory. */
  meeting(directory: string, faults: readonly Fault[]): RunOptions;
}

export async function buildFaults(): Promise<FaultyFiles> {
  const home = mkdtempSync(join(tmpdir(), 'bus-fault-hook-'));
  const hook = join(home, 'hook.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'fault-hook.ts')],
    outfile: hook,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  });
  return {
    meeting: (directory, faults) => ({
      env: {
        NODE_OPTIONS: `--import=${pathToFileURL(hook)}`,
        FILE_FAULTS: JSON.stringify({ directory, faults }),
      },
    }),
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}
