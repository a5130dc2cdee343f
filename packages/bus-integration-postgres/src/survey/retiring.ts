// Looks closer at what is to be retired: into the databases that hold something of a role, and at the dumps of databases.
// Reads only.
import { heirsOfRetired } from '../asked/retired-names.ts';
import type { ClusterObservation } from '../observe/catalog.ts';
import { type Dump, type HeldInside, type Retiring, readHeld } from '../observe/retiring.ts';
import type { Intent } from '../plan/compute.ts';
import type { Run } from '../run/run.ts';
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
  return { ...retiring, held, dumps: dumpsOf(intent, cluster) };
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

function dumpsOf({ desired, service }: Intent, { databases }: ClusterObservation): Map<string, Dump> {
  const now = Date.now();
  return new Map(
    desired.resources.flatMap((one) =>
      one.kind === 'retired-database' && one.dump !== undefined && databases.has(one.name)
        ? [[one.name, readDump(one.name, one.dump, service.absolute(one.dump), now)] as const]
        : [],
    ),
  );
}
