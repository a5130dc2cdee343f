// A small shell that outlives this process, however it ends, and then stops the server and removes its files.
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { exitOf } from './program.ts';

export interface Watchdog {
  /** Says that a server is about to start, which process works in the directory, or (undefined) that it is gone. */
  report(server: 'starting' | number | undefined): void;
  /** Stops the server, removes all directories, and waits until that is done. */
  finish(): Promise<void>;
  /** Leaves server and directories alone, and returns the text of a script that does what `finish` would have done. */
  dismiss(): Promise<string>;
}

/** Starts a watchdog over `<directory>/data` and all directories that are to vanish with it. */
export function startWatchdog(directory: string, others: readonly string[]): Watchdog {
  const directories = [directory, ...others];
  const child = spawn('/bin/sh', ['-c', waitForEnd + tidyUp, 'embedded-watchdog', ...directories], {
    cwd: '/',
    // A session of its own, so that neither Ctrl-C nor a hang-up of the terminal reaches it.
    detached: true,
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const pipe = child.stdin as Writable & { unref(): void };
  // One that was itself killed can't be told anything any more.
  pipe.on('error', () => {});
  child.on('error', () => {});
  // Nobody has to stop a server for this process to end: its end closes the pipe.
  child.unref();
  pipe.unref();
  const last = async (line?: string) => {
    child.ref();
    pipe.end(line);
    await exitOf(child);
  };
  return {
    report: (server) => void pipe.write(`${server ?? 'gone'}\n`),
    finish: () => last(),
    dismiss: async () => {
      await last('dismissed\n');
      return `#!/bin/sh\nset -- ${directories.map(quoted).join(' ')}\n${findServer}${tidyUp}`;
    },
  };
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

const waitForEnd = `
trap '' HUP INT TERM
lock=$1/data/postmaster.pid
server=gone
while read -r line; do
  [ "$line" = dismissed ] && exit 0
  server=$line
done
if [ "$server" = starting ]; then
  sleep 1
  server=$(head -n 1 "$lock") || server=gone
fi
`;

// By the time it runs, the process of that number may be another program.
const findServer = `
lock=$1/data/postmaster.pid
server=$(head -n 1 "$lock" 2>&1) || server=gone
[ "$server" = gone ] || ps -p "$server" -o args= | grep -qF "$1/data" || server=gone
`;

// SIGQUIT makes PostgreSQL stop at once and let go of its shared memory; one that was killed leaves that to us.
// The lock file's first line is the process, its seventh the key and id of the shared memory:
// https://www.postgresql.org/docs/current/storage-file-layout.html
const tidyUp = `
if [ "$server" != gone ]; then
  kill -QUIT "$server"
  kill -CONT "$server"
  tries=0
  while [ -e "$lock" ] && kill -0 "$server" && [ $tries -lt 500 ]; do
    sleep 0.01
    tries=$((tries + 1))
  done
  tries=0
  while kill -KILL "$server" && [ $tries -lt 20 ]; do
    sleep 0.01
    tries=$((tries + 1))
  done
fi 2> /dev/null
if [ -e "$lock" ]; then
  sleep 0.2
  ipcrm -m "$(sed -n '7s/.* //p' "$lock")"
fi 2> /dev/null
rm -rf -- "$@" 2> /dev/null || { sleep 1; rm -rf -- "$@"; }
`;
