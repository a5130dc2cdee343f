// The figures W: a manifest's first apply and its converged plan beside psql's; and one database with very many objects.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scramVerifier } from 'bus-integration-postgres';
import { type Major, type Server, startServer } from 'embedded';
import { makeFolder, pathBefore } from './contender.ts';
import {
  type ManifestWorkload,
  manifestDatabasesScript,
  manifestReadScript,
  manifestRolesScript,
  manifestText,
  manifestWorkload,
  tablesScript,
} from './manifest-workload.ts';
import { type Program, type Run, timeTogether, type Usage, usageProbe } from './program.ts';
import { dealt } from './script.ts';

export interface ManifestOptions {
  readonly psql: string;
  readonly bus: string;
  readonly major: Major;
  readonly rounds: number;
  readonly repeats: number;
  readonly calm: () => Promise<void>;
  readonly onProgress: (line: string) => void;
}

type Measured = Run & Usage;

/** psql's by its number of clients. */
export interface ManifestFigures {
  readonly busApply: Measured[];
  readonly busPlan: Measured[];
  readonly psqlApply: ReadonlyMap<number, Run[]>;
  readonly psqlRead: ReadonlyMap<number, Run[]>;
}

const durable = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };
const readClients = [1, 2, 4];

/** Alternately from nothing; then plans beside readings of the same server. */
export async function manifestFigures(options: ManifestOptions): Promise<ManifestFigures> {
  const { rounds, repeats, calm, onProgress } = options;
  const workload = manifestWorkload;
  const figures: ManifestFigures = {
    busApply: [],
    busPlan: [],
    psqlApply: new Map([[2, []]]),
    psqlRead: new Map(readClients.map((clients) => [clients, []])),
  };
  const psqlRound = () =>
    onServer(options, manifestText(workload), async (sides) => {
      await calm();
      const run = await psqlApply(sides, workload);
      figures.psqlApply.get(2)?.push(run);
      onProgress(`W: psql-2 applied in ${shown(run)}`);
    });
  const busRound = () =>
    onServer(options, manifestText(workload), async (sides) => {
      await calm();
      const run = await sides.bus('apply');
      figures.busApply.push(run);
      onProgress(`W: bus applied in ${shown(run)}, ${run.peakMegabytes.toFixed(0)} MB`);
      const tables = sides.psql('tables.sql', tablesScript(workload));
      for (const database of workload.databases)
        await sides.together([{ ...tables, env: { ...tables.env, PGDATABASE: database } }]);
      for (let repeat = 0; repeat < repeats; repeat += 1) {
        for (const [clients, runs] of figures.psqlRead) {
          await calm();
          const parts = dealt(workload.databases, clients).map(manifestReadScript);
          runs.push(await sides.together(parts.map((part, at) => sides.psql(`read-${at}.sql`, part))));
          onProgress(`W: psql-${clients} read in ${shown(runs.at(-1))}`);
        }
        await calm();
        figures.busPlan.push(await sides.bus('plan', '--check'));
        onProgress(`W: bus planned in ${shown(figures.busPlan.at(-1))}`);
      }
    });
  for (let round = 0; round < rounds; round += 1)
    for (const run of round % 2 === 0 ? [psqlRound, busRound] : [busRound, psqlRound]) await run();
  return figures;
}

/** A plan of one database with 20,000 tables and 5,000 functions, converged. */
export async function crowdedFigures(options: ManifestOptions): Promise<readonly Measured[]> {
  const text = `version: 1
deployment: bench
roles: {crowd_owner: {}, crowd_app: {login: true}, crowd_reader: {}}
databases: {crowd: {owner: crowd_owner, schemas: [app], routines: closed, access: {crowd_app: write, crowd_reader: read}}}
`;
  const runs: Measured[] = [];
  const locks = { max_locks_per_transaction: '1024' };
  await onServer(
    options,
    text,
    async ({ bus, server }) => {
      await bus('apply');
      for (let part = 0; part < 20; part += 1) {
        const from = part * 1_000;
        await server.query(
          `SET ROLE crowd_owner; DO $$ BEGIN
             FOR i IN ${from}..${from + 999} LOOP EXECUTE 'CREATE TABLE app.t' || i || ' (id bigint PRIMARY KEY, v text)'; END LOOP;
             FOR i IN ${from / 4}..${from / 4 + 249} LOOP EXECUTE 'CREATE FUNCTION app.f' || i || '() RETURNS int LANGUAGE sql AS ''SELECT 1'''; END LOOP;
           END $$`,
          { database: 'crowd' },
        );
      }
      await server.query('VACUUM ANALYZE', { database: 'crowd' });
      for (let round = 0; round < options.rounds * options.repeats; round += 1) {
        await options.calm();
        runs.push(await bus('plan', '--check'));
        options.onProgress(`crowded: bus planned in ${shown(runs.at(-1))}`);
      }
    },
    locks,
  );
  return runs;
}

interface Sides {
  readonly server: Server;
  readonly folder: string;
  psql(name: string, text: string): Program;
  bus(...args: readonly string[]): Promise<Measured>;
  together(programs: readonly Program[]): Promise<Run>;
}

async function onServer(
  { psql, bus, major }: ManifestOptions,
  text: string,
  work: (sides: Sides) => Promise<void>,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  using folder = makeFolder();
  const path = folder.path;
  await using server = await startServer({ major, removeWith: [path], settings: { ...durable, ...settings } });
  writeFileSync(join(path, 'admin-dsn'), `${server.dsn()}\n`, { mode: 0o600 });
  writeFileSync(join(path, 'manifest.yaml'), text);
  const keys = {
    BUS_DATABASE_MANIFEST_FILE: './manifest.yaml',
    BUS_POSTGRES_ADMIN_DSN_FILE: './admin-dsn',
    BUS_DATABASE_DSN_OUTPUT_DIR: './dsn',
  };
  writeFileSync(join(path, '.env'), lines(Object.entries(keys).map(([key, value]) => `${key}=${value}`)), {
    mode: 0o600,
  });
  const { username, password } = new URL(server.dsn());
  const env = {
    PATH: process.env.PATH,
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: 'postgres',
    PGOPTIONS: '-c client_min_messages=warning',
  };
  const together = (programs: readonly Program[]) => timeTogether(programs, path, server.pid);
  const probe = usageProbe(path);
  const busEnv = { PATH: pathBefore(bus), HOME: path, ...probe.env };
  await work({
    server,
    folder: path,
    together,
    psql: (name, script) => {
      writeFileSync(join(path, name), script, { mode: 0o600 });
      return { file: psql, args: ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', join(path, name)], cwd: path, env };
    },
    bus: async (...args) => {
      const run = await together([{ file: bus, args: ['operator', 'database', ...args], cwd: path, env: busEnv }]);
      return { ...run, ...probe.read() };
    },
  });
}

/** The roles by one client, then the databases by two. */
async function psqlApply({ server, folder, psql, together }: Sides, workload: ManifestWorkload): Promise<Run> {
  const password = 'fUMV2e4hGlUwJ4GkWXoJQ3CVS9TYfSEvkRbcl6N7VXQ';
  const verifier = await scramVerifier(password, { salt: 'c2FsdHNhbHRzYWx0c2Fs', iterations: 4096 });
  const directory = mkdtempSync(join(folder, 'dsn-'));
  mkdirSync(directory, { recursive: true });
  const dsnOf = (role: string, database: string) =>
    `postgresql://${role}:${password}@${server.host}:${server.port}/${database}`;
  const roles = psql('roles.sql', manifestRolesScript(workload, verifier));
  const parts = dealt(workload.databases, 2).map((part, at) =>
    psql(`part-${at}.sql`, manifestDatabasesScript(workload, part, directory, dsnOf)),
  );
  const first = await together([roles]);
  const rest = await together(parts);
  rmSync(directory, { recursive: true });
  return {
    elapsedMs: first.elapsedMs + rest.elapsedMs,
    cpuMs: first.cpuMs + rest.cpuMs,
    othersMs: first.othersMs + rest.othersMs,
  };
}

function lines(parts: readonly string[]): string {
  return `${parts.join('\n')}\n`;
}

function shown(run: Run | undefined): string {
  return run === undefined
    ? ''
    : `${(run.elapsedMs / 1_000).toFixed(2)} s (processor ${(run.cpuMs / 1_000).toFixed(2)} s)`;
}
