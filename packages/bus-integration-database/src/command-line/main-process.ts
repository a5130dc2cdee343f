// What binaries' mains share: this process's environment, streams and exit status around a program of ours.
import type { Writable } from 'node:stream';
import type { ProcessContext } from './process-context.ts';
import { isLostDirectory, lostDirectoryText, startDirectory } from './working-directory.ts';

export { enteredDirectory } from './entered-directory.ts';

type MainProgram = (argv: readonly string[], processContext: ProcessContext) => Promise<number>;

/**
 * Runs a program as this process; a defect in it becomes one line and exit status 1, a lost current directory 2.
 *
 * @param directory the one that was entered before, as it was given
 */
export async function runAsProcess(name: string, program: MainProgram, directory?: string): Promise<void> {
  let lostOutput = false;
  let status: number | undefined;
  /** A reader that leaves early (`bus --help | head -1`) is not a failure, a full disk is; neither is worth a stack trace. */
  const guarded = <S extends Writable>(stream: S): S => {
    if (stream.listenerCount('error') > 0) return stream;
    return stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EIO') return;
      if (!lostOutput) process.once('exit', () => tellLost(error.code));
      lostOutput = true;
      process.exitCode = 1;
    });
  };
  /** Of a program that ended well, and so said nothing of it; a stream of errors that is lost itself takes no word. */
  const tellLost = (code = 'no code') => {
    if (status === 0) guarded(process.stderr).write(`${name}: the result can't be written to stdout (${code})\n`);
  };
  const cwd = startDirectory();
  try {
    const processContext: ProcessContext = {
      env: process.env,
      ...(directory !== undefined && { directory }),
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
    status = await program(process.argv.slice(2), processContext);
    process.exitCode = lostOutput && status === 0 ? 1 : status;
  } catch (error) {
    const isLost = isLostDirectory(error);
    const why = isLost ? lostDirectoryText : error instanceof Error ? error.message : error;
    // Loaded only here: help and version need nothing of it.
    const { masked } = await import('../secrets/mask.ts');
    guarded(process.stderr).write(masked(`${name}: ${why}\n`));
    process.exitCode = isLost ? 2 : 1;
  }
}
