// What both binaries' mains share: this process's environment, streams and exit status around one of our programs.
import type { Writable } from 'node:stream';
import { createInstallation } from './installation.ts';
import type { Installation, Surroundings } from './surroundings.ts';

type Program = (argv: readonly string[], surroundings: Surroundings, installation: Installation) => Promise<number>;

/** Runs a program as this process; a defect in it becomes one line and exit status 1. */
export async function runAsProcess(name: string, program: Program, bundleUrl: string): Promise<void> {
  try {
    const surroundings: Surroundings = {
      env: process.env,
      cwd: process.cwd(),
      // Made only when used: opening the standard streams takes longer than all the rest of `--version`.
      get stdin() {
        return process.stdin;
      },
      get stdout() {
        return tolerant(process.stdout);
      },
      get stderr() {
        return tolerant(process.stderr);
      },
    };
    process.exitCode = await program(process.argv.slice(2), surroundings, createInstallation(bundleUrl));
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** A reader that leaves early (`bus --help | head -1`) ends no run with a stack trace. */
function tolerant(stream: Writable): Writable {
  if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  return stream;
}
