import type { Diagnostic, Response } from 'bus-integration-database';

/** What a run came to, whether it worked or not. */
export interface Outcome {
  readonly response: Response;
  readonly warnings: readonly Diagnostic[];
  /** Where the configuration came from, once it was read. */
  readonly origin?: string;
  /** A defect of ours, for -vv. */
  readonly defect?: unknown;
}
