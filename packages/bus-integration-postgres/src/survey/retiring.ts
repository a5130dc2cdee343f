// Looks closer at what is to be retired: into the databases that hold something of a role, and at the dumps of databases.
// Reads only.
import { heirsOfRetired } from '../asked/retired-names.ts';
import type { Session } from '../connection/connect.ts';
import { readRows, record, text } from '../connection/session/shape.ts';
import type { ClusterObservation } from '../observe/catalog.ts';
import { isFull, type ObservedDatabase } from '../observe/observation.ts';
import { type Dump, type HeldInside, type Retiring, readHeld } from '../observe/retiring.ts';
import type { Intent } from '../plan/intent.ts';
import type { Run } from '../run/run.ts';
import { dumpedTablesQuery } from '../sql/dumped-tables-query.ts';
import { shown } from '../text/shown.ts';
import { type TableKey, tableKey } from './dump-contents.ts';
import { readDump } from './dumps.ts';

interface Looking {
  readonly run: Run;
  readonly intent: Intent;
  readonly jobs: (observation: ClusterObservation) => number;
}

/** Undefined where nothing is to be retired. */
export async function lookAtRetiring(
  cluster: ClusterObservation,
  { run, intent, jobs }: Looking,
): Promise<Retiring | undefined> {
  const { retiring } = cluster;
  if (retiring === undefined) return undefined;
  const held = new Map<string, HeldInside[]>();
  const rolesIn = placesOf(retiring);
  const heirs = [...new Set(heirsOfRetired(intent.desired.resources).values())];
  await run.eachDatabase([...rolesIn.keys()], 'read', jobs(cluster), async (database, session) => {
    held.set(database, await readHeld(session, rolesIn.get(database) ?? [], heirs));
  });
  const tables = new Map<string, ReadonlySet<TableKey>>();
  const dumped = dumpedDatabases(intent, cluster).filter(({ name }) => isOpen(cluster.databases.get(name), cluster));
  const names = dumped.map(({ name }) => name);
  await run.eachDatabase(names, 'read', jobs(cluster), async (database, session) => {
    tables.set(database, await readDumpedTables(session));
  });
  return { ...retiring, held, dumps: dumpsOf(intent, cluster, tables) };
}

function isOpen(database: ObservedDatabase | undefined, { admin }: ClusterObservation): boolean {
  if (database === undefined) return false;
  return database.allowsConnections && database.adminMayConnect && !isFull(database, admin);
}

async function readDumpedTables(session: Session): Promise<ReadonlySet<TableKey>> {
  const rows = await readRows(session, record<{ schema: string; name: string }>({ schema: text, name: text }), {
    sql: dumpedTablesQuery,
    values: [],
    doing: `reading the tables of ${shown(session.database)}`,
  });
  return new Set(rows.map(({ schema, name }) => tableKey(schema, name)));
}

/** Those that are still there and are to be dropped after a dump. */
function dumpedDatabases(
  { desired }: Intent,
  { databases }: ClusterObservation,
): { readonly name: string; readonly dump: string }[] {
  return desired.resources.flatMap((one) =>
    one.kind === 'retired-database' && one.dump !== undefined && databases.has(one.name)
      ? [{ name: one.name, dump: one.dump }]
      : [],
  );
}

/** The roles that something in a database depends on, where it can be entered. */
function placesOf({ roles, databases }: Retiring): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const { name, places: found } of roles.values()) {
    for (const { database, allowsConnections, adminMayConnect } of found) {
      if (!allowsConnections || !adminMayConnect || databases.has(database)) continue;
      places.set(database, [...(places.get(database) ?? []), name]);
    }
  }
  return places;
}

function dumpsOf(
  intent: Intent,
  cluster: ClusterObservation,
  tables: ReadonlyMap<string, ReadonlySet<TableKey>>,
): Map<string, Dump> {
  const now = Date.now();
  return new Map(
    dumpedDatabases(intent, cluster).map(({ name, dump }) => [
      name,
      readDump(name, dump, intent.service.absolute(dump), now, tables.get(name)),
    ]),
  );
}
