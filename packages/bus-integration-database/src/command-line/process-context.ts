// What a command line stands in: its environment, folder and streams, handed in so that nothing below reads a process.

import type { Writable } from 'node:stream';
import type { Environment } from '../text/environment.ts';

/** A stream that a command writes to; a terminal says so. */
export type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface ProcessContext {
  readonly env: Environment;
  /** `env` without what an env file added to it: where programs are found, and what they are given. Default: `env`. */
  readonly processEnv?: Environment;
  readonly cwd: string;
  /** As it was given in a -C before the command's name, where `cwd` is that directory. */
  readonly directory?: string;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Milliseconds between lines of progress where stderr is no terminal. Default: 10 000. */
  readonly progressEveryMs?: number;
  /** The env file that the dispatcher has put into `env`, and the line on which each of its keys stands. */
  readonly dotenv?: { readonly path: string; readonly lines: Readonly<Record<string, number>> };
}
