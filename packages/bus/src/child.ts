// Runs another program in our place: its streams are ours, our signals are its, its exit status becomes ours.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { type Environment, nodeDebugFault } from 'bus-integration-database';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/**
 * Runs a program and waits for it; resolves to its exit status, to 128+n when signal n ended it, and to 126 when it
 * couldn't be started, after saying why, to 2 when Node would print the environment that it is given.
 *
 * @example
 * process.exitCode = await runChild('/usr/bin/env', [], { env: process.env, cwd: '/', say: console.error });
 */
export function runChild(
  file: string,
  args: readonly string[],
  options: {
    readonly env: Environment;
    readonly cwd: string;
    readonly say: (line: string) => void;
  },
): Promise<number> {
  const { env, cwd, say } = options;
  const printing = nodeDebugFault(['child_process']);
  if (printing !== undefined) {
    say(`${printing.message}\n  next: ${printing.diagnostics[0]?.remedy}`);
    return Promise.resolve(2);
  }
  // A key typed at a terminal reaches the whole process group: sent on, it would arrive twice.
  const isInteractive = [0, 1, 2].some((descriptor) => isatty(descriptor));
  const handlers = forwarded.map((signal) => {
    const isTyped = isInteractive && (signal === 'SIGINT' || signal === 'SIGQUIT');
    const handler = () => {
      if (!isTyped) child?.kill(signal);
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  let child: ReturnType<typeof spawn> | undefined;
  return new Promise<number>((settle) => {
    const fail = (error: NodeJS.ErrnoException) => {
      say(`can't run ${file}: ${reasons[error.code ?? ''] ?? error.code ?? error.message}`);
      settle(126);
    };
    try {
      child = spawn(file, args, { stdio: 'inherit', env, cwd });
    } catch (error) {
      fail(error as NodeJS.ErrnoException);
      return;
    }
    child.on('error', fail);
    child.on('exit', (status, signal) => settle(status ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  }).finally(() => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ENOENT: 'no such file, or the interpreter that its first line names is missing',
  E2BIG: 'the arguments and the environment are too long',
};
