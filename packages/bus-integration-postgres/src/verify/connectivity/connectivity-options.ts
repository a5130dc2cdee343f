// What it is checked with whether services can do what they must.
import type { Context, OutputDirectory } from 'bus-integration-database';
import type { Reached } from '../../conninfo/dsn-endpoint.ts';
import type { Run } from '../../run/run.ts';
import type { Preparation } from '../../survey/preparation.ts';
import type { Policy } from '../listener/policy/policy.ts';
import type { DeclaredObjects } from './objects/declared-objects.ts';
import type { Entrance } from './probe.ts';

export interface ConnectivityOptions {
  readonly preparation: Preparation;
  /** How the admin reached the server, and as which role. */
  readonly reached: Promise<Reached>;
  readonly adminRole: Promise<string>;
  /** The cluster's; undefined where the admin may not read it. */
  readonly systemIdentifier: Promise<string | undefined>;
  readonly directory: OutputDirectory;
  readonly run: Run;
  /** The admin's: what it knows of the server need not be asked again. */
  readonly session: Entrance & { readonly where: string };
  /** What the admin sees of declared roles and databases. */
  readonly declared: Promise<DeclaredObjects>;
  /** How many logins at once; the first one doesn't wait for the number. */
  readonly jobs: number | Promise<number>;
  readonly onProgress: Context['onProgress'];
  readonly policy: Policy;
  /** Whether what must be refused is tried. */
  readonly isNegative: boolean;
  /** Whether a wrong password is really tried, which the server logs. */
  readonly triesWrongPassword: boolean;
}
