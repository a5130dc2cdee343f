// First apply and converged plan of one workload, round after round; each contender begins on a server of its own.
import { statfsSync } from 'node:fs';
import { createPlainAdmin, type Major, type Server, startServer } from 'embedded';
import { type Bus, createBus, createPsql, type Login, type Measured, makeFolder, type Psql } from './contender.ts';
import { startFarServer } from './far.ts';
import type { Run } from './program.ts';
import { stateOf } from './state.ts';
import type { Workload } from './workload.ts';

export interface ProvisioningOptions {
  readonly psql: string;
  readonly bus: string;
  readonly major: Major;
  readonly admin: 'superuser' | 'plain';
  readonly maxConnections?: number;
  /** Milliseconds that an answer takes over the network at least. Default: none. */
  readonly roundTripMs?: number;
  readonly rounds: number;
  /** How often plan and reading are measured within a round. */
  readonly repeats: number;
  /** Numbers of psql clients for the first apply. */
  readonly applyClients: readonly number[];
  readonly readClients: readonly number[];
  /** Waits for other work on the machine to end, as long as that is worth it. */
  readonly calm: () => Promise<void>;
  readonly onProgress: (line: string) => void;
}

/** Every measurement, by contender; psql's by its number of clients. */
export interface Provisioning {
  readonly psqlApply: ReadonlyMap<number, Run[]>;
  readonly psqlRead: ReadonlyMap<number, Run[]>;
  readonly busApply: Measured[];
  readonly busPlan: Measured[];
}

export async function provision(workload: Workload, options: ProvisioningOptions): Promise<Provisioning> {
  const { applyClients, readClients, calm, onProgress } = options;
  const result: Provisioning = {
    psqlApply: new Map(applyClients.map((clients) => [clients, []])),
    psqlRead: new Map(readClients.map((clients) => [clients, []])),
    busApply: [],
    busPlan: [],
  };
  let expected: string | undefined;
  for (let round = 0; round < options.rounds; round += 1) {
    const psqlRuns = applyClients.map(
      (clients) => () =>
        onServer(workload, options, async ({ server, psql }) => {
          await calm();
          const applied = await psql.apply(workload, clients);
          result.psqlApply.get(clients)?.push(applied);
          onProgress(`${workload.name} round ${round + 1}: psql-${clients} applied in ${shown(applied)}`);
          expected ??= await stateOf(server, workload);
        }),
    );
    const busRun = () =>
      onServer(workload, options, async ({ server, psql, bus }) => {
        await calm();
        const applied = await bus.apply();
        result.busApply.push(applied);
        onProgress(`${workload.name} round ${round + 1}: bus applied in ${shown(applied)}`);
        if (expected !== undefined && (await stateOf(server, workload)) !== expected) {
          throw new Error('bus and psql did not leave the same state');
        }
        if (bus.countFiles() !== workload.databases.length) throw new Error('a DSN file is missing');
        await readAndPlan(workload, options, result, psql, bus);
      });
    // Whoever comes first in one round comes last in the next.
    const runs = [...psqlRuns, busRun];
    for (const run of round % 2 === 0 ? runs : [...runs].reverse()) await run();
  }
  return result;
}

async function readAndPlan(
  workload: Workload,
  { repeats, calm, onProgress }: ProvisioningOptions,
  { psqlRead, busPlan }: Provisioning,
  psql: Psql,
  bus: Bus,
): Promise<void> {
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const [clients, runs] of psqlRead) {
      await calm();
      const read = await psql.read(workload, clients);
      runs.push(read);
      onProgress(`${workload.name}: psql-${clients} read in ${shown(read)}`);
    }
    await calm();
    const planned = await bus.plan();
    busPlan.push(planned);
    onProgress(`${workload.name}: bus planned in ${shown(planned)}`);
  }
}

/** A server of its own, and both sides of a figure against it. */
interface Ground {
  readonly server: Server;
  readonly psql: Psql;
  readonly bus: Bus;
  /** The contenders' folder. */
  readonly folder: string;
}

export async function onServer(
  workload: Workload,
  options: ProvisioningOptions,
  work: (ground: Ground) => Promise<void>,
): Promise<void> {
  requireRoom(workload);
  using folder = makeFolder();
  // As a stock server has them; on a memory disk they cost little.
  const durable = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };
  const { maxConnections, roundTripMs } = options;
  await using server = await startServer({
    major: options.major,
    removeWith: [folder.path],
    settings: { ...durable, ...(maxConnections !== undefined && { max_connections: String(maxConnections) }) },
  });
  await using far = roundTripMs === undefined ? undefined : await startFarServer(server.port, roundTripMs);
  const login = await loginOf(server, options.admin, far?.port);
  await work({
    server,
    psql: createPsql(options.psql, login, folder.path),
    bus: createBus(options.bus, login, workload, folder.path),
    folder: folder.path,
  });
}

async function loginOf(server: Server, admin: 'superuser' | 'plain', port = server.port): Promise<Login> {
  const host = '127.0.0.1';
  const url = new URL(admin === 'plain' ? await createPlainAdmin(server) : server.dsn());
  url.host = `${host}:${port}`;
  const { username, password, href: dsn } = url;
  return {
    host,
    port,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    dsn,
    serverPid: server.pid,
  };
}

const bytesEach = 8_000_000;
const bytesBeside = 2_500_000_000;

/** A database is 7.5 MB, and its log twice that until the next checkpoint. */
function requireRoom({ name, databases }: Workload): void {
  const needed = databases.length * bytesEach + bytesBeside;
  const { bavail, bsize } = statfsSync('/dev/shm');
  if (bavail * bsize >= needed) return;
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new Error(
    `workload ${name} needs ${gigabytes(needed)} GB in /dev/shm; ${gigabytes(bavail * bsize)} GB are free`,
  );
}

function shown({ elapsedMs, cpuMs, othersMs }: Run): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  return `${seconds(elapsedMs)} (processor ${seconds(cpuMs)}, others' ${seconds(othersMs)})`;
}
