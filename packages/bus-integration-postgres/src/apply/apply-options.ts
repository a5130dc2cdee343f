// What one apply is given.
import type { Context, Diagnostic, Response } from 'bus-integration-database';
import type { Intent } from '../plan/intent.ts';
import type { Run } from '../run/run.ts';
import type { ObserveOptions } from '../survey/observe.ts';

export interface ApplyOptions {
  readonly run: Run;
  readonly observeOptions: ObserveOptions;
  readonly intent: Intent;
  readonly saved?: Response | undefined;
  readonly passwordSend: 'verifier' | 'plaintext';
  readonly jobs: (freeConnections: number) => number;
  readonly warnings: readonly Diagnostic[];
  readonly context: Context;
}
