// The binary's composition root: gives the process's own streams and environment to `main`, and its answer back.
import { main } from './index.ts';

for (const stream of [process.stdout, process.stderr]) {
  // A reader that leaves early (`… | head -1`) must not turn a finished run into a stack trace.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') process.exitCode = 1;
  });
}

process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
