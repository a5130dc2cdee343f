// What a binary's main hands to the dispatcher and the umbrella, so that nothing below reads a process.
import type { ProcessContext } from 'bus-integration-database';

export type { ProcessContext };

/** A command family that runs inside this process. */
export type Family = (argv: readonly string[], processContext: ProcessContext) => Promise<number>;

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
