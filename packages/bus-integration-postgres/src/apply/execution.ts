// What the phases of an apply work with.
import type { Context } from 'bus-integration-database';
import type { Session } from '../connection/connect.ts';
import type { Observation } from '../observe/observation.ts';
import type { Computed, Intent } from '../plan/intent.ts';
import type { DeploymentLock } from '../run/lock.ts';
import type { Run } from '../run/run.ts';
import type { Ledger } from './ledger.ts';
import type { Staging } from './staging.ts';

export interface Execution {
  readonly run: Run;
  /** A writing connection to the DSN's database. */
  readonly session: Session;
  readonly lock: DeploymentLock;
  readonly intent: Intent;
  readonly seen: Observation;
  readonly computed: Computed;
  readonly ledger: Ledger;
  readonly staging: Staging;
  readonly jobs: number;
  readonly onProgress: Context['onProgress'];
  /** Told of each role whose new password is proven and in its files. */
  readonly onReplaced: (role: string) => void;
}
