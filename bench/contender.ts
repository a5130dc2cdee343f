// The two sides of every figure, against one server: psql with an expert's script, and `bus operator database`.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scramVerifier } from 'bus-integration-postgres';
import { type Program, type Run, timeTogether, type Usage, usageProbe } from './program.ts';
import { databaseScript, dealt, readScript, roleScript } from './script.ts';
import { deploymentId, type Workload } from './workload.ts';

/** How a contender reaches the server. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly dsn: string;
  /** The server's first process. */
  readonly serverPid: number | undefined;
}

/** A folder for one contender's files, in memory as the server's data is; removed in the end. */
export interface Folder extends Disposable {
  readonly path: string;
}

export function makeFolder(): Folder {
  const path = mkdtempSync(join(existsSync(memoryDirectory) ? memoryDirectory : tmpdir(), 'bus-bench-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const memoryDirectory = '/dev/shm';

export interface Psql {
  /** Everything from nothing. With several clients the role is made first, by one. */
  apply(workload: Workload, clients: number): Promise<Run>;
  /** Reads the same catalogs as a plan. */
  read(workload: Workload, clients: number): Promise<Run>;
}

export function createPsql(psql: string, login: Login, folder: string): Psql {
  const env = {
    PATH: process.env.PATH,
    PGHOST: login.host,
    PGPORT: String(login.port),
    PGUSER: login.user,
    PGPASSWORD: login.password,
    PGDATABASE: 'postgres',
    PGOPTIONS: '-c client_min_messages=warning',
  };
  const program = (name: string, text: string): Program => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return { file: psql, args: ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', path], cwd: folder, env };
  };
  const together = (programs: readonly Program[]) => timeTogether(programs, folder, login.serverPid);
  return {
    apply: async (workload, clients) => {
      const password = 'fUMV2e4hGlUwJ4GkWXoJQ3CVS9TYfSEvkRbcl6N7VXQ';
      const verifier = await scramVerifier(password, { salt: 'c2FsdHNhbHRzYWx0c2Fs', iterations: 4096 });
      const directory = join(folder, 'dsn');
      mkdirSync(directory, { mode: 0o700 });
      const dsnOf = (database: string) =>
        `postgresql://${workload.role}:${password}@${login.host}:${login.port}/${database}`;
      const role = roleScript(workload, verifier);
      const parts = dealt(workload.databases, clients).map((part) =>
        databaseScript(workload, part, { directory, dsnOf }),
      );
      if (clients === 1) return await together([program('all.sql', role + parts.join(''))]);
      const programs = parts.map((part, index) => program(`part-${index}.sql`, part));
      const first = await together([program('role.sql', role)]);
      const rest = await together(programs);
      return {
        elapsedMs: first.elapsedMs + rest.elapsedMs,
        cpuMs: first.cpuMs + rest.cpuMs,
        othersMs: first.othersMs + rest.othersMs,
      };
    },
    read: async (workload, clients) => {
      const parts = dealt(workload.databases, clients).map((part) => readScript(workload, part));
      return await together(parts.map((part, index) => program(`read-${index}.sql`, part)));
    },
  };
}

export type Measured = Run & Usage;

export interface Bus {
  apply(): Promise<Measured>;
  /** Fails unless there is nothing to do. */
  plan(): Promise<Measured>;
  /** How many DSN files there are now. */
  countFiles(): number;
}

export function createBus(bus: string, login: Login, workload: Workload, folder: string): Bus {
  writeFileSync(join(folder, 'admin-dsn'), `${login.dsn}\n`, { mode: 0o600 });
  writeFileSync(
    join(folder, '.env'),
    `BUS_DEPLOYMENT_ID=${deploymentId}
BUS_DATABASE_PROVIDER=postgres
BUS_POSTGRES_ADMIN_DSN_FILE=./admin-dsn
BUS_DATABASE_NAMES=${workload.databases.join(',')}
BUS_DATABASE_SCHEMA_NAMES=${workload.schemas.join(',')}
BUS_DATABASE_SERVICE_ROLE=${workload.role}
BUS_DATABASE_DSN_OUTPUT_DIR=./dsn
`,
    { mode: 0o600 },
  );
  const probe = usageProbe(folder);
  const env = { PATH: process.env.PATH, HOME: folder, ...probe.env };
  const measured = async (...args: string[]): Promise<Measured> => {
    const program = { file: bus, args: ['operator', 'database', ...args], cwd: folder, env };
    const run = await timeTogether([program], folder, login.serverPid);
    return { ...run, ...probe.read() };
  };
  return {
    apply: () => measured('apply'),
    plan: () => measured('plan', '--check'),
    countFiles: () => readdirSync(join(folder, 'dsn')).length,
  };
}
