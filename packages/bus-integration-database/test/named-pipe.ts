// A named pipe to which somebody writes at last: who waits for that is seen to have waited, instead of hanging for ever.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface NamedPipe extends Disposable {
  /** Whether the pipe was looked at so long that its writer came. */
  wasWaitedFor(): boolean;
}

const writerComesAfter = 20;

/** Makes the pipe; its writer is ended with the scope. */
export function namedPipe(path: string): NamedPipe {
  execFileSync('mkfifo', ['-m', '600', path]);
  const script = `sleep ${writerComesAfter}; : > "$0.waited-for"; : > "$0"`;
  const { pid = 0 } = spawn('sh', ['-c', script, path], { stdio: 'ignore', detached: true });
  return {
    wasWaitedFor: () => existsSync(`${path}.waited-for`),
    [Symbol.dispose]: () => void process.kill(-pid, 'SIGKILL'),
  };
}
