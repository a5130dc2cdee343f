// Reads a server's catalogs into an Observation: a READ ONLY transaction for the cluster. Never writes.

import type { DesiredNames } from 'bus-integration-database';
import type { Session } from '../connection/connect.ts';
import { readRow, readRows } from '../connection/session/shape.ts';
import type { Reached } from '../conninfo/dsn-endpoint.ts';
import { clusterQuery, serverQuery, systemIdentifierQuery, verifierQuery } from '../sql/cluster-query.ts';
import { clusterShape, serverShape, systemIdentifierShape, verifierShape } from './catalog-shapes.ts';
import { markOf } from './mark.ts';
import type { Observation, ObservedAdmin, ObservedDatabase, ObservedRole, ObservedServer } from './observation.ts';
import type { RolesInDetail } from './observed-details.ts';
import { type RetiredNames, type Retiring, readRetiring } from './retiring.ts';
import { readRoleDetails } from './role-details.ts';
import { nothingMore, type Wanted } from './wanted.ts';
import { readWanted } from './wanted-catalog.ts';

/** The server, the admin as it sees itself, and how it was reached. */
export interface ServerObservation {
  readonly reached: Reached;
  readonly server: ObservedServer;
  readonly admin: ObservedAdmin;
}

/** What a cluster's shared catalogs show. */
export interface ClusterObservation
  extends ServerObservation,
    Pick<Observation, 'creation' | 'extensions' | 'retiring'> {
  readonly roles: ReadonlyMap<string, ObservedRole>;
  readonly databases: ReadonlyMap<string, ObservedDatabase>;
  readonly details?: RolesInDetail;
}

export interface ClusterReading {
  readonly withSizes: boolean;
  /** The settings that are asked about where details of roles are; those take a statement more. */
  readonly details?: readonly string[] | undefined;
  /** What else is to be looked at; a statement for each. */
  readonly wanted?: Wanted;
  /** What is to be retired; a statement. */
  readonly retired?: RetiredNames | undefined;
}

/**
 * The roles and databases that are declared or carry the deployment's mark, the server and the admin: 3 to 5 statements,
 * and some for what else is wanted.
 */
export async function readCluster(
  session: Session,
  desired: DesiredNames,
  reading: ClusterReading,
): Promise<ClusterObservation> {
  // Said here rather than as the session's default: that default is one of the things to be read.
  await session.script('BEGIN READ ONLY');
  try {
    const { retired } = reading;
    const roles = [...desired.roles, ...(retired?.roles ?? [])];
    const named = { ...desired, roles, databases: [...desired.databases.keys(), ...(retired?.databases ?? [])] };
    const cluster = await readSharedCatalogs(session, named, reading.withSizes);
    const retiring = retired && (await readRetiring(session, retired, markOf(desired.deploymentId)));
    const acting = retiring === undefined ? [] : actingFor(retiring, cluster);
    const asked = { ...named, roles: [...roles, ...acting], settings: reading.details ?? [] };
    const details = reading.details === undefined ? undefined : await readRoleDetails(session, asked);
    const observation = { ...cluster, ...(details && { details }), ...(retiring && { retiring }) };
    await session.script('COMMIT');
    return { ...observation, ...(await readWanted(session, reading.wanted ?? nothingMore)) };
  } catch (error) {
    await session.script('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** The roles that the admin has to act as to retire things: who owns them, and who owns what they have rights on. */
function actingFor({ roles, databases }: Retiring, seen: Pick<ClusterObservation, 'databases'>): string[] {
  const grantors = [...roles.values()].flatMap((role) => role.grantors.map(({ name }) => name));
  return [...grantors, ...[...databases.keys()].flatMap((name) => seen.databases.get(name)?.owner ?? [])];
}

/** The same without the roles and the databases: a statement or two. */
export async function readServer(session: Session): Promise<ServerObservation> {
  const sql = serverQuery(session.serverVersionNum);
  return await serverObservation(session, await readRow(session, serverShape, { sql, doing: 'reading the server' }));
}

interface NamedThings {
  readonly deploymentId: string;
  readonly roles: readonly string[];
  readonly databases: readonly string[];
}

async function readSharedCatalogs(
  session: Session,
  { deploymentId, databases, roles }: NamedThings,
  withSizes: boolean,
): Promise<ClusterObservation> {
  const row = await readRow(session, clusterShape, {
    sql: clusterQuery(session.serverVersionNum),
    values: [roles, databases, markOf(deploymentId), withSizes],
    doing: 'reading roles and databases',
  });
  const observation = await serverObservation(session, row);
  const { admin } = observation;
  const verifiers = admin.readsVerifiers ? await readVerifiers(session, roles) : undefined;
  return {
    ...observation,
    roles: byName(
      row.roles.map((role) =>
        verifiers === undefined ? role : { ...role, verifier: verifiers.get(role.name) ?? null },
      ),
    ),
    databases: byName(row.databases),
  };
}

async function serverObservation(session: Session, row: ReturnType<typeof serverShape>): Promise<ServerObservation> {
  const { readsSystemIdentifier, ...admin } = row.admin;
  const { pid, hasSsl, ...server } = row.server;
  const { host, port } = session.pinned;
  const identified = readsSystemIdentifier
    ? await readRows(session, systemIdentifierShape, {
        sql: systemIdentifierQuery,
        doing: "reading the cluster's identifier",
      })
    : [];
  return {
    server: { ...server, isPooled: pid !== session.pid, ...identified[0] },
    admin,
    reached: { host, port, isEncrypted: session.tls !== null, hasSsl },
  };
}

/** The stored verifiers of roles, null where there is none; only for an admin who may read them. */
export async function readVerifiers(session: Session, roles: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await readRows(session, verifierShape, {
    sql: verifierQuery,
    values: [roles],
    doing: 'reading verifiers',
  });
  return new Map(rows.map(({ name, verifier }) => [name, verifier]));
}

function byName<T extends { readonly name: string }>(things: readonly T[]): Map<string, T> {
  return new Map(things.map((thing) => [thing.name, thing]));
}
