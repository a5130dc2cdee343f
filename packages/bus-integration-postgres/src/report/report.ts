// The report: plan, status and verify of one moment in one answer, and what only it reads beside them. Changes nothing.
import { lstatSync } from 'node:fs';
import {
  type Configuration,
  type Context,
  isMutating,
  type OutputDirectory,
  type ReportDatabase,
  type ReportFile,
  type ReportOwnership,
  type ReportRole,
  type Response,
  requireSomething,
} from 'bus-integration-database';
import { planResponse, targetOf } from '../plan/respond.ts';
import type { Run } from '../run/run.ts';
import { leftoverWarnings } from '../survey/leftover-warnings.ts';
import { observedLeftovers } from '../survey/leftovers.ts';
import type { DeploymentObservation, ObserveOptions } from '../survey/observe.ts';
import type { Preparation } from '../survey/preparation.ts';
import { statusResponse } from '../survey/status.ts';
import { survey } from '../survey/survey.ts';
import type { ListenerSight } from '../verify/listener/listener.ts';
import { verify } from '../verify/verify.ts';
import { accessOf } from './access.ts';
import { entrancesOf } from './entrances.ts';
import {
  readReportCluster,
  readReportInside,
  type SeenCluster,
  type SeenDatabase,
  type SeenInsideAccess,
  type SeenRole,
} from './read.ts';
import { leftOut, unreadOf } from './unseen.ts';

/** How many ways to the server are told; thousands of lines are nothing to be read. */
const mostEntrances = 300;

export interface ReportOptions {
  readonly preparation: Preparation;
  readonly run: Run;
  readonly looking: ObserveOptions;
  readonly request: { readonly deployment_id: string; readonly provider: string };
  readonly configuration: Configuration;
  readonly jobs: (freeConnections: number) => number;
  readonly onProgress: Context['onProgress'];
}

export async function report(options: ReportOptions): Promise<Response> {
  const { preparation, run, looking, request, configuration, jobs, onProgress } = options;
  const { intent } = preparation;
  requireSomething(intent.desired);
  const startedAt = performance.now();
  const takenAt = new Date().toISOString();
  const seen = createSight();
  const looked = await (async () => {
    await using session = await run.open('survey');
    const further = {
      cluster: async (one: typeof session) => {
        const { roles, databases } = intent.declared;
        seen.cluster = await readReportCluster(one, { roles, databases: databases.keys() });
      },
      inside: async (database: string, one: typeof session) => {
        seen.insides.set(database, await readReportInside(one, seen.cluster?.roles ?? []));
      },
    };
    const found = await survey(session, { ...looking, withSizes: true, further });
    return { ...found, pinned: session.pinned };
  })();
  const { observation, computed, pinned } = looked;
  const { cluster } = seen;
  if (cluster === undefined) throw new Error('internal error: a report without the cluster');
  const target = targetOf(pinned, observation.seen.admin, observation.seen.server);
  const leftovers = observedLeftovers(preparation, observation.seen);
  const warnings = [...leftoverWarnings(observation.seen.remains, preparation), ...preparation.warnings];
  // Neither a plan to be applied, nor a failure of the run where apply would refuse.
  const {
    plan_id: _,
    allowed: __,
    dry_run: ___,
    error_class: ____,
    ...plan
  } = planResponse({
    intent,
    target,
    computed,
    leftovers,
    warnings,
    startedAt,
  });
  const status = statusResponse({ preparation, observation, computed, target, startedAt });
  const verified = await verify({
    preparation,
    run,
    request: { ...request, checks: ['connectivity', 'listener-policy'] },
    configuration,
    jobs,
    onProgress,
    onSeen: (sight) => {
      seen.listener = sight;
    },
  });
  const { connectivity = [], listener_policy = [] } = verified;
  const entrances = seen.listener === undefined ? [] : entrancesOf(seen.listener, cluster);
  const unseen = [
    ...unreadOf(cluster, seen, observation.seen.admin.name),
    ...leftOut(cluster, seen.insides, { shown: Math.min(mostEntrances, entrances.length), all: entrances.length }),
  ];
  const membershipsLeftOut = cluster.membershipCount - cluster.memberships.length;
  const entrancesLeftOut = entrances.length - mostEntrances;
  const known = new Set(plan.diagnostics.map(({ message }) => message));
  return {
    ...status,
    ...plan,
    ok: plan.ok && verified.ok && !computed.steps.some(isMutating),
    complete: verified.complete !== false && unseen.length === 0,
    diagnostics: [...plan.diagnostics, ...verified.diagnostics.filter(({ message }) => !known.has(message))],
    connectivity,
    listener_policy,
    elapsed_ms: Math.round(performance.now() - startedAt),
    report: {
      version: 1,
      taken_at: takenAt,
      connections: observation.seen.server.usedConnections,
      connection_limit: observation.seen.server.maxConnections - observation.seen.server.reservedConnections,
      roles: cluster.roles.map(roleOf),
      roles_left_out: Math.max(0, cluster.roleCount - cluster.roles.length),
      databases: cluster.databases.map((database) => databaseOf(database, seen.insides)),
      ...accessOf(intent, cluster, seen.insides),
      entrances: entrances.slice(0, mostEntrances),
      ...(entrancesLeftOut > 0 && { entrances_left_out: entrancesLeftOut }),
      memberships: cluster.memberships,
      ...(membershipsLeftOut > 0 && { memberships_left_out: membershipsLeftOut }),
      ownership: ownershipOf(cluster, seen.insides),
      files: filesOf(preparation.directory, observation),
      unseen,
    },
  };
}

interface Sight {
  cluster?: SeenCluster;
  listener?: ListenerSight;
  readonly insides: Map<string, SeenInsideAccess>;
}

function createSight(): Sight {
  return { insides: new Map() };
}

function roleOf(role: SeenRole): ReportRole {
  const powers = [
    ...(role.isSuperuser ? ['SUPERUSER'] : []),
    ...(role.createsRoles ? ['CREATEROLE'] : []),
    ...(role.createsDatabases ? ['CREATEDB'] : []),
    ...(role.replicates ? ['REPLICATION'] : []),
    ...(role.bypassesRowSecurity ? ['BYPASSRLS'] : []),
  ];
  return {
    name: role.name,
    is_declared: role.isDeclared,
    can_login: role.canLogin,
    has_all_rights: role.isSuperuser,
    powers: role.isSuperuser ? ['SUPERUSER'] : powers,
    connections: role.connections,
    ...limitOf(role.connectionLimit),
    ...(role.validUntil !== null && { valid_until: role.validUntil }),
  };
}

function databaseOf(
  { name, isDeclared, owner, connections, connectionLimit }: SeenDatabase,
  insides: ReadonlyMap<string, SeenInsideAccess>,
): ReportDatabase {
  return {
    name,
    is_declared: isDeclared,
    owner,
    connections,
    ...limitOf(connectionLimit),
    is_seen: insides.has(name),
  };
}

/** Negative is none. */
function limitOf(limit: number): { readonly connection_limit?: number } {
  return limit < 0 ? {} : { connection_limit: limit };
}

/** Declared databases, and the schemas in them, by owner; of schemas those of one name together. */
function ownershipOf({ databases }: SeenCluster, insides: ReadonlyMap<string, SeenInsideAccess>): ReportOwnership[] {
  const found = new Map<string, { readonly owner: string; readonly of: string; readonly databases: string[] }>();
  const add = (owner: string, of: string, database: string) => {
    const key = JSON.stringify([owner, of]);
    const known = found.get(key) ?? { owner, of, databases: [] };
    known.databases.push(database);
    found.set(key, known);
  };
  for (const { name, owner, isDeclared } of databases) {
    if (isDeclared) add(owner, 'database', name);
    for (const schema of insides.get(name)?.schemas ?? []) add(schema.owner, `schema ${schema.name}`, name);
  }
  return [...found.values()];
}

/** When each file was written; of one that can't be asked nothing is told. */
function filesOf(directory: OutputDirectory | undefined, { pairs }: DeploymentObservation): ReportFile[] {
  if (directory === undefined) return [];
  return pairs.flatMap(({ output, path, role, live }): ReportFile[] => {
    if (live.state !== 'present') return [];
    const { directory: there, name } = directory.place(output);
    const stats = lstatSync(there.at(name), { throwIfNoEntry: false });
    return stats === undefined ? [] : [{ path, role, changed_at: stats.mtime.toISOString() }];
  });
}
