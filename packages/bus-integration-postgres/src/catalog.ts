// Reads a server's catalogs into an Observation: a READ ONLY transaction for the cluster, one for each database. Never writes.
import type { Session } from './connect.ts';
import { markOf } from './mark.ts';
import type {
  AclEntry,
  ObservedAdmin,
  ObservedDatabase,
  ObservedInside,
  ObservedRole,
  ObservedSchema,
  ObservedServer,
} from './observation.ts';
import { clusterQuery, serverQuery, systemIdentifierQuery, verifierQuery } from './sql/cluster.ts';
import { insideQuery } from './sql/database.ts';

/** What to look for in a cluster. */
export interface ClusterWish {
  readonly deploymentId: string;
  readonly roles: readonly string[];
  readonly databases: readonly string[];
  readonly withSizes?: boolean;
}

/** The server, and the admin as it sees itself. */
export interface ServerSight {
  readonly server: ObservedServer;
  readonly admin: ObservedAdmin;
}

/** What a cluster's shared catalogs show. */
export interface ClusterSight extends ServerSight {
  readonly roles: ReadonlyMap<string, ObservedRole>;
  readonly databases: ReadonlyMap<string, ObservedDatabase>;
}

type AclRow = readonly [grantee: string | null, grantor: string, privilege: string, isGrantable: boolean];
type WithAclRows<T> = Omit<T, 'acl'> & { readonly acl: readonly AclRow[] };

interface ServerRow {
  readonly server: Omit<ObservedServer, 'isPooled'> & { readonly pid: number };
  readonly admin: ObservedAdmin & { readonly readsSystemIdentifier: boolean };
}

interface ClusterRow extends ServerRow {
  readonly roles: readonly ObservedRole[];
  readonly databases: readonly WithAclRows<ObservedDatabase>[];
}

/** The roles and databases that are declared or bear the deployment's mark, the server and the admin: 3 to 5 statements. */
export async function readCluster(session: Session, wish: ClusterWish): Promise<ClusterSight> {
  // Said here rather than as the session's default: that default is one of the things to be read.
  await session.script('BEGIN READ ONLY');
  try {
    const sight = await readSharedCatalogs(session, wish);
    await session.script('COMMIT');
    return sight;
  } catch (error) {
    await session.script('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** The same without the roles and the databases: a statement or two. */
export async function readServer(session: Session): Promise<ServerSight> {
  const [row] = await session.query<ServerRow>(serverQuery(session.serverVersionNum));
  if (row === undefined) throw new Error('the server query answered no row');
  return await serverSight(session, row);
}

async function readSharedCatalogs(session: Session, wish: ClusterWish): Promise<ClusterSight> {
  const parameters = [wish.roles, wish.databases, markOf(wish.deploymentId), wish.withSizes ?? false];
  const [row] = await session.query<ClusterRow>(clusterQuery(session.serverVersionNum), parameters);
  if (row === undefined) throw new Error('the catalog query answered no row');
  const { server, admin } = await serverSight(session, row);
  const verifiers = admin.readsVerifiers ? await readVerifiers(session, wish.roles) : undefined;
  return {
    server,
    admin,
    roles: byName(
      row.roles.map((role) =>
        verifiers === undefined ? role : { ...role, verifier: verifiers.get(role.name) ?? null },
      ),
    ),
    databases: byName(row.databases.map(withAcl)),
  };
}

async function serverSight(session: Session, row: ServerRow): Promise<ServerSight> {
  const { readsSystemIdentifier, ...admin } = row.admin;
  const { pid, ...server } = row.server;
  const identified = readsSystemIdentifier
    ? await session.query<{ systemIdentifier: string }>(systemIdentifierQuery)
    : [];
  return { server: { ...server, isPooled: pid !== session.pid, ...identified[0] }, admin };
}

/** The schemas and event triggers of the database that a session is in: one statement. */
export async function readInside(session: Session, schemas: readonly string[]): Promise<ObservedInside> {
  const [row] = await session.query<{
    adminMayCreateSchemas: boolean;
    schemas: readonly WithAclRows<ObservedSchema>[];
    eventTriggers: ObservedInside['eventTriggers'];
  }>(insideQuery, [schemas]);
  if (row === undefined) throw new Error('the catalog query answered no row');
  const { adminMayCreateSchemas, eventTriggers } = row;
  return { adminMayCreateSchemas, schemas: row.schemas.map(withAcl), eventTriggers };
}

/** The stored verifiers of roles, null where there is none; only for an admin who may read them. */
export async function readVerifiers(session: Session, roles: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await session.query<{ name: string; verifier: string | null }>(verifierQuery, [roles]);
  return new Map(rows.map(({ name, verifier }) => [name, verifier]));
}

function withAcl<T extends { readonly acl: readonly AclRow[] }>(
  thing: T,
): Omit<T, 'acl'> & { readonly acl: readonly AclEntry[] } {
  const acl = thing.acl.map(([grantee, grantor, privilege, isGrantable]) => ({
    grantee,
    grantor,
    privilege,
    isGrantable,
  }));
  return { ...thing, acl };
}

function byName<T extends { readonly name: string }>(things: readonly T[]): Map<string, T> {
  return new Map(things.map((thing) => [thing.name, thing]));
}
