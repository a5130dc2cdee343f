// Looks at everything a plan depends on: the cluster, each database from inside, the DSN files and their passwords.
// Reads only.
import {
  adoptedFrom,
  type FilePair,
  type OutputDirectory,
  type Progress,
  type Proofs,
  readPairs,
} from 'bus-integration-database';
import { detailsAskedBy } from '../asked/details-asked.ts';
import { retiredNames } from '../asked/retired-names.ts';
import { wantedOf } from '../asked/wanted.ts';
import type { Session } from '../connection/connect.ts';
import { provePasswords } from '../credentials/prove.ts';
import { lacksToActAs } from '../kinds/owners/acting.ts';
import { type ClusterObservation, readCluster } from '../observe/catalog.ts';
import { readInside } from '../observe/inside.ts';
import { isFull, type Observation, type ObservedDatabase, type ObservedInside } from '../observe/observation.ts';
import { nothingRemains } from '../observe/remains.ts';
import { judgeDatabase } from '../ownership/ours.ts';
import type { Intent } from '../plan/intent.ts';
import type { Run } from '../run/run.ts';
import { mayHaveRemains, readRemains } from './leftovers.ts';
import { lookAtRetiring } from './retiring.ts';
import { readSocketLogins } from './socket-logins.ts';
import { straysOf } from './stray-files.ts';

export interface DeploymentObservation {
  readonly seen: Observation;
  readonly pairs: readonly FilePair[];
  readonly proofs: Proofs;
}

export interface ObserveOptions {
  readonly run: Run;
  readonly intent: Intent;
  readonly directory?: OutputDirectory | undefined;
  readonly jobs: (observation: ClusterObservation) => number;
  readonly withSizes?: boolean;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** What else is read of the cluster, and then inside each database, by the same connections. */
  readonly further?: {
    readonly cluster: (session: Session) => Promise<void>;
    readonly inside: (database: string, session: Session) => Promise<void>;
  };
}

/** Everything, over `session` for the cluster and one further connection for each database that is ours. */
export async function observe(session: Session, options: ObserveOptions): Promise<DeploymentObservation> {
  const { run, intent } = options;
  const cluster = await observeCluster(session, options);
  await options.further?.cluster(session);
  const strays = straysOf(options);
  const hasToAsk = strays.length > 0 || mayHaveRemains(cluster, intent);
  const remains = hasToAsk ? await readRemains(session, intent, strays) : nothingRemains;
  const socketLogins = options.directory === undefined ? undefined : await readSocketLogins(session, intent, cluster);
  const databases = inspectable(cluster, intent);
  const wanted = wantedOf(intent.desired.resources);
  const inside = new Map<string, ObservedInside>();
  const [, files] = await Promise.all([
    run.eachDatabase(
      databases,
      'read',
      options.jobs(cluster),
      async (database, inner) => {
        inside.set(database, await readInside(inner, intent.desired, database, wanted.inside.get(database)));
        await options.further?.inside(database, inner);
      },
      (done) => options.onProgress?.({ phase: 'reading databases', done, total: databases.length }),
    ),
    // Passwords are hashed while the server answers; where they are proven by logins, these wait for free connections.
    cluster.admin.readsVerifiers ? readFiles(cluster, options) : undefined,
  ]);
  const retiring = await lookAtRetiring(cluster, options);
  const seen = { ...cluster, inside, socketLogins, remains, ...(retiring && { retiring }) };
  return { seen, ...(files ?? (await readFiles(cluster, options))) };
}

/** Adds what the DSN files hold and which of their passwords are proven. */
export async function withFiles(seen: Observation, options: ObserveOptions): Promise<DeploymentObservation> {
  return { seen, ...(await readFiles(seen, options)) };
}

async function readFiles(
  seen: ClusterObservation,
  options: ObserveOptions,
): Promise<Pick<DeploymentObservation, 'pairs' | 'proofs'>> {
  const { run, intent, directory } = options;
  const pairs = directory === undefined ? [] : readPairs(directory, intent.desired, (role) => !seen.roles.has(role));
  const { pinned } = run;
  if (pinned === undefined) throw new Error('files are judged after the server was reached');
  const proofs = await provePasswords(pairs, seen.roles, {
    target: run.target,
    pinned,
    timeoutMs: 10_000,
    jobs: options.jobs(seen),
    signal: run.signal,
    meter: run.meter,
    judge: run.kept?.judge,
    scramKeys: run.cache.scramKeys,
  });
  // Logins that were interrupted prove nothing, which must not pass for what the server said.
  run.signal.throwIfAborted();
  return { pairs, proofs };
}

export async function observeCluster(session: Session, options: ObserveOptions): Promise<ClusterObservation> {
  const { run, intent, withSizes } = options;
  const { desired } = intent;
  const reading = {
    withSizes: withSizes ?? false,
    details: detailsAskedBy(desired.resources),
    wanted: wantedOf(desired.resources),
    retired: retiredNames(desired.resources),
  };
  const observation = withJoined(await readCluster(session, desired, reading));
  await run.kept?.note(session.pinned, observation);
  return observation;
}

/** Databases of declared roles that the admin may join are as good as its own. */
function withJoined(cluster: ClusterObservation): ClusterObservation {
  const { details } = cluster;
  if (details === undefined) return cluster;
  const seen = { ...cluster, inside: new Map() };
  const isJoined = (owner: string) => details.roles.has(owner) && lacksToActAs(owner, seen).length === 0;
  const databases = [...cluster.databases].map(([name, database]): [string, ObservedDatabase] => {
    const { owner, adminActsAsOwner } = database;
    const isOwn = adminActsAsOwner || !isJoined(owner);
    return [name, isOwn ? database : { ...database, adminActsAsOwner: true, adminJoins: owner }];
  });
  return { ...cluster, databases: new Map(databases) };
}

/** The declared databases that exist, can be entered, and may be touched or only have to be adopted for that. */
function inspectable(cluster: ClusterObservation, { desired, allowed }: Intent): string[] {
  const seen = { ...cluster, inside: new Map() };
  const { deploymentId } = desired;
  const adoption = { deploymentId, adopt: allowed.adopt, adoptFrom: adoptedFrom(allowed.adopt_from) };
  return [...desired.databases.keys()].filter((name) => {
    const { standing, refusal } = judgeDatabase(name, seen, adoption);
    const database = cluster.databases.get(name);
    if (database === undefined || isFull(database, cluster.admin)) return false;
    const isOpen = standing === 'ours' || standing === 'adopted' || refusal?.needs !== undefined;
    return isOpen && database.adminMayConnect;
  });
}
