// What both binaries' mains share: this process's environment, streams and exit status around one of our programs.
import type { Writable } from 'node:stream';
import { isLostDirectory, lostDirectoryText, startDirectory } from 'bus-integration-database';
import { createInstallation } from './installation.ts';
import type { Installation, Surroundings } from './surroundings.ts';

type Program = (argv: readonly string[], surroundings: Surroundings, installation: Installation) => Promise<number>;

/** Runs a program as this process; a defect in it becomes one line and exit status 1, a lost current directory 2. */
export async function runAsProcess(name: string, program: Program, bundleUrl: string): Promise<void> {
  let lostOutput = false;
  /** A reader that leaves early (`bus --help | head -1`) is no failure, a full disk is; neither is worth a stack trace. */
  const guarded = (stream: Writable): Writable => {
    if (stream.listenerCount('error') > 0) return stream;
    return stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EIO') return;
      lostOutput = true;
      process.exitCode = 1;
    });
  };
  const cwd = startDirectory();
  try {
    const surroundings: Surroundings = {
      env: process.env,
      get cwd() {
        return cwd();
      },
      // Made only when used: a command that inherits the streams needs none of them open here.
      get stdin() {
        return process.stdin;
      },
      get stdout() {
        return guarded(process.stdout);
      },
      get stderr() {
        return guarded(process.stderr);
      },
    };
    const status = await program(process.argv.slice(2), surroundings, createInstallation(bundleUrl));
    process.exitCode = lostOutput && status === 0 ? 1 : status;
  } catch (error) {
    const isLost = isLostDirectory(error);
    const why = isLost ? lostDirectoryText : error instanceof Error ? error.message : error;
    guarded(process.stderr).write(`${name}: ${why}\n`);
    process.exitCode = isLost ? 2 : 1;
  }
}
