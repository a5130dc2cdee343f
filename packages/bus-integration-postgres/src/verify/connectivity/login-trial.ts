// What one login is tried with.
import type { Endpoint, FilePair } from 'bus-integration-database';
import type { ConnectCache, Meter } from '../../connection/connect.ts';
import type { ConnectionTarget } from '../../conninfo/target.ts';
import type { ManifestLogin } from './manifest-login.ts';
import type { DeclaredObjects } from './objects/declared-objects.ts';

/** As it begins: what is known of the admin's session only while the service logs in comes later. */
export interface EarlyTrial extends Omit<LoginTrial, 'adminRole' | 'endpoint'> {
  readonly adminRole: Promise<string>;
  readonly endpoint: Promise<Endpoint>;
}

export interface LoginTrial {
  readonly pair: FilePair;
  readonly target: ConnectionTarget;
  /** Those that it must be able to use and create in. */
  readonly schemas: readonly string[];
  /** All schemas that are declared for the database, whether or not they are asked about. */
  readonly declaredSchemas: ReadonlySet<string>;
  /** All roles that are, likewise. */
  readonly roles: readonly string[];
  readonly deploymentId: string;
  /** What a manifest says of it; undefined of what lists declare, where each role creates. */
  readonly login: ManifestLogin | undefined;
  readonly adminRole: string;
  /** Whether what must be refused is tried. */
  readonly isNegative: boolean;
  /** Called once the login went well: whether this one looks at what holds for the role in all of the cluster. */
  readonly looksAtRole: () => boolean;
  /** The same for what is in the schemas of the database. */
  readonly looksAtDatabase: () => boolean;
  /** Where the file should lead. */
  readonly endpoint: Endpoint;
  /** What the admin sees; undefined where that could not be read. */
  readonly declared: Promise<DeclaredObjects | undefined>;
  /** The server that the admin reached. */
  readonly admin: string;
  /** Of the cluster that the admin reached; undefined where it may not be read. */
  readonly systemIdentifier: Promise<string | undefined>;
  /** Whether a login that found no room is not tried again. */
  readonly isLastTry: () => boolean;
  readonly cache: ConnectCache;
  readonly meter: Meter | undefined;
  readonly signal: AbortSignal;
}
