// What one login showed.
import type { Check } from 'bus-integration-database';
import type { ConnectionTarget } from '../../conninfo/target.ts';
import type { Attempted } from '../../sql/verify/verify-script.ts';
import type { ServiceFacts } from './facts.ts';
import type { Entrance } from './probe.ts';

export interface LoginFindings {
  readonly checks: readonly Check[];
  readonly login?: Entrance;
  readonly facts?: ServiceFacts;
  readonly attempted?: Attempted;
  /** What it showed of a manifest. */
  readonly looked?: Looked;
  /** Where it went. */
  readonly target?: ConnectionTarget;
}

/** What a login showed of a manifest. */
export interface Looked {
  readonly database: string;
  readonly roles: readonly string[];
  /** Rows of verify that were tried. */
  readonly rows: readonly number[];
}
