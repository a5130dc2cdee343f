// The binary's composition root: gives the process's own streams and environment to `main`, and its answer back.

import { enteredDirectory, startDirectory } from 'bus-integration-database';
import { main } from './index.ts';

const cwd = startDirectory();
const directory = enteredDirectory(process.env, process.ppid);
try {
  process.exitCode = await main(process.argv.slice(2), {
    env: process.env,
    ...(directory !== undefined && { directory }),
    get cwd() {
      return cwd();
    },
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
  });
} catch (error) {
  // Loaded only here: help and version need nothing of it.
  const { failureText } = await import('./render/failure.ts');
  process.stderr.write(failureText(error));
  process.exitCode = 1;
}

/** A reader that leaves early (`… | head -1`) must not turn a finished run into a stack trace. */
function tolerant(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  return stream;
}
