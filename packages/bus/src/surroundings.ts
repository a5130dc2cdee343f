// What the dispatcher and the umbrella stand in: handed in by a binary's main, so that nothing below reads a process.
import type { Writable } from 'node:stream';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `env` without what an env file added to it: where programs are found, and what they are given. Default: `env`. */
  readonly processEnv?: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** As it was given in a -C before the command's name, where `cwd` is that directory. */
  readonly directory?: string;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** The env file that was put into `env`, and the line of each key that comes from it. */
  readonly dotenv?: { readonly path: string; readonly lines: Readonly<Record<string, number>> };
}

/** A command family that runs inside this process. */
export type Family = (argv: readonly string[], surroundings: Surroundings) => Promise<number>;

/** What a binary's main adds: where it is, which families are its own, how to move. */
export interface Installation {
  readonly version: () => string;
  /** Our own `bus-operator`, to know it again on PATH. */
  readonly operatorFile: string;
  readonly families: Readonly<Record<string, () => Promise<Family>>>;
  readonly changeDirectory: (directory: string) => void;
  /** This process's. */
  readonly pid: number;
  /** Who runs this, to know whose ./.env may be taken; absent where the system knows no owners. */
  readonly uid?: number;
}
