// The two sides of every figure, against one server: psql with an expert's script, and `bus operator database`.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { scramVerifier } from 'bus-integration-postgres';
import { type Program, type Run, timeTogether, type Usage, usageProbe } from './program.ts';
import { databaseScript, dealt, readScript, roleScript, serviceScript, servicesScript } from './script.ts';
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
  /** Logs in to each database as the service and tries the same; `each` starts a psql for every login. */
  verify(workload: Workload, way: VerifyWay, password: string): Promise<Run>;
}

/** So many at a time: psql processes of one login each, or processes that go from database to database. */
export type VerifyWay = 'each-1' | 'each-2' | 'joined-1' | 'joined-2';

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
    verify: async (workload, way, password) => {
      const asService = { PGUSER: workload.role, PGPASSWORD: password };
      const clients = way.endsWith('2') ? 2 : 1;
      if (way.startsWith('joined')) {
        const parts = dealt(workload.databases, clients).map((part) => servicesScript(workload, part));
        // As a shell would begin: in the first database, not in one that is left at once.
        return await together(
          parts.map((part, index) => {
            const begun = part.replace(/^\\connect (.*)\n/, '');
            return withEnv(program(`verify-${index}.sql`, begun), {
              ...asService,
              PGDATABASE: workload.databases[index],
            });
          }),
        );
      }
      const script = program('verify.sql', serviceScript(workload));
      const logins = workload.databases.map((database) => withEnv(script, { ...asService, PGDATABASE: database }));
      const total = { elapsedMs: 0, cpuMs: 0, othersMs: 0 };
      for (let at = 0; at < logins.length; at += clients) {
        const run = await together(logins.slice(at, at + clients));
        for (const figure of ['elapsedMs', 'cpuMs', 'othersMs'] as const) total[figure] += run[figure];
      }
      return total;
    },
  };
}

function withEnv(program: Program, env: NodeJS.ProcessEnv): Program {
  return { ...program, env: { ...program.env, ...env } };
}

export type Measured = Run & Usage;

export interface Bus {
  apply(): Promise<Measured>;
  /** Fails unless there is nothing to do. */
  plan(): Promise<Measured>;
  /** Logs in with every DSN file and tries it. */
  verify(): Promise<Measured>;
  /** The service's password, as the files hold it. */
  password(): string;
  doctor(): Promise<Measured>;
  /** Reads, logs in and tries all of it, and draws it. */
  report(): Promise<Measured>;
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
BUS_DATABASE_SCHEMAS=${workload.schemas.join(',')}
BUS_DATABASE_SERVICE_ROLE=${workload.role}
BUS_DATABASE_DSN_OUTPUT_DIR=./dsn
`,
    { mode: 0o600 },
  );
  const probe = usageProbe(folder);
  const env = { PATH: pathBefore(bus), HOME: folder, ...probe.env };
  const measured = async (...args: string[]): Promise<Measured> => {
    const program = { file: bus, args: ['operator', 'database', ...args], cwd: folder, env };
    const run = await timeTogether([program], folder, login.serverPid);
    return { ...run, ...probe.read() };
  };
  return {
    apply: () => measured('apply'),
    plan: () => measured('plan', '--check'),
    verify: () => measured('verify'),
    password: () => {
      const dsn = readFileSync(join(folder, 'dsn', `${workload.databases[0]}.dsn`), 'utf8').trim();
      return decodeURIComponent(new URL(dsn).password);
    },
    doctor: () => measured('doctor'),
    report: () => measured('report', '-o', 'report.html'),
    countFiles: () => readdirSync(join(folder, 'dsn')).length,
  };
}

/** `bus` runs the first `bus-operator` on PATH: npm puts that of this checkout before all others. */
export function pathBefore(bus: string): string {
  return `${dirname(bus)}${delimiter}${process.env.PATH ?? ''}`;
}
