// A deployment's folder for whole-product tests (.env, admin DSN file), and the built commands run in it as real
// processes. Judges nothing; starts no server.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { constants as system, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { executables, programOf } from './programs.ts';

/** Where the built packages are; `BUS_BUILT_PACKAGES` tries others, an installed copy for instance. */
export const packages = process.env.BUS_BUILT_PACKAGES ?? fileURLToPath(new URL('../packages', import.meta.url));
const binaries = {
  bus: 'bus/bin/bus.js',
  'bus-operator-database': 'bus-operator-database/bin/bus-operator-database.js',
} as const;

export interface DeploymentOptions {
  /** Where the folder is made. Default: in memory, where programs may not be allowed to run. */
  readonly parent?: string;
  /** Written to `local/postgres-admin-dsn`, 0600; without one the folder has no such file. */
  readonly adminDsn?: string;
  /** Keys of `.env` beside or instead of the defaults; undefined leaves one out. */
  readonly keys?: Readonly<Record<string, string | undefined>>;
}

export interface RunOptions {
  /** Default: `bus`, which is given `operator database` before the arguments. */
  readonly binary?: keyof typeof binaries;
  /** Beside PATH and HOME, the only variables that a command has. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the deployment's folder. */
  readonly cwd?: string;
  /** Another user, when the test is run as root. */
  readonly uid?: number;
  /** A program and its arguments that run the command, which comes after them. */
  readonly through?: readonly string[];
  /** Killed after this long. Default: 30 s. */
  readonly timeoutMs?: number;
}

/** What a command answered. */
export interface Answer {
  /** 128+n when signal n ended it. */
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly answer: Promise<Answer>;
  signal(name: NodeJS.Signals): void;
}

export interface Deployment extends Disposable {
  readonly directory: string;
  readonly keys: Readonly<Record<string, string>>;
  /** A path inside the folder. */
  path(...parts: readonly string[]): string;
  /** Writes a file, 0600 unless said otherwise, and the directories on its way, 0700; returns its path. */
  write(file: string, text: string, mode?: number): string;
  /** Writes `.env` again with these keys beside or instead of those it has. */
  configure(keys: Readonly<Record<string, string | undefined>>): void;
  /** Runs a command to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<Answer>;
  /** Starts a command; `answer` resolves when it has ended. */
  start(args: readonly string[], options?: RunOptions): Running;
}

/**
 * Makes a folder like the one an operator has: databases `bus_auth` and `bus_events`, role `bus_service`.
 *
 * @example
 * using deployment = makeDeployment({ adminDsn: server.dsn() });
 * const { exit, stdout } = await deployment.run(['plan']);
 */
export function makeDeployment({ adminDsn, parent, keys: desired = {} }: DeploymentOptions = {}): Deployment {
  const directory = mkdtempSync(join(parent ?? parentDirectory(), 'bus-deployment-'));
  let keys: Record<string, string> = {};
  let copy: string | undefined;
  const deployment: Deployment = {
    directory,
    get keys() {
      return keys;
    },
    path: (...parts) => join(directory, ...parts),
    write: (file, text, mode = 0o600) => {
      const path = join(directory, file);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, text, { mode });
      // The umask has no say in what a test is about.
      chmodSync(path, mode);
      return path;
    },
    configure: (changes) => {
      const all = Object.entries({ ...keys, ...changes });
      keys = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
      deployment.write('.env', envText(keys), 0o644);
    },
    run: (args, options) => deployment.start(args, options).answer,
    start: (args, options = {}) => {
      if (options.uid !== undefined && executables === undefined) copy ??= readableCopy();
      return start(directory, copy ?? builtPackages(), args, options);
    },
    [Symbol.dispose]: () => {
      for (const made of [directory, copy]) if (made !== undefined) rmSync(made, { recursive: true, force: true });
    },
  };
  if (adminDsn !== undefined) deployment.write('local/postgres-admin-dsn', `${adminDsn}\n`);
  deployment.configure({ ...defaults, ...desired });
  return deployment;
}

/** In memory where that is to be had: every DSN file is synced to its disk, and a busy one takes its time. */
function parentDirectory(): string {
  try {
    accessSync('/dev/shm', constants.W_OK | constants.X_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

const defaults = {
  BUS_DEPLOYMENT_ID: 'example-dev',
  BUS_DATABASE_PROVIDER: 'postgres',
  BUS_POSTGRES_ADMIN_DSN_FILE: './local/postgres-admin-dsn',
  BUS_DATABASE_NAMES: 'bus_auth,bus_events',
  BUS_DATABASE_SERVICE_ROLE: 'bus_service',
  BUS_DATABASE_DSN_OUTPUT_DIR: './local/dsn',
};

/** Gives a folder and all in it to another user; only root can. */
export function giveTo(uid: number, folder: string): void {
  const inside = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const path of [folder, ...inside.map((name) => join(folder, name))]) lchownSync(path, uid, uid);
}

function envText(keys: Readonly<Record<string, string>>): string {
  const quoted = (value: string) =>
    /^[\w./,:@%{}-]*$/.test(value) ? value : `"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
  return Object.entries(keys)
    .map(([key, value]) => `${key}=${quoted(value)}\n`)
    .join('');
}

function start(directory: string, built: string, args: readonly string[], options: RunOptions): Running {
  const { binary = 'bus', env = {}, cwd = directory, uid, through = [], timeoutMs = 30_000 } = options;
  const command = executables === undefined ? join(built, binaries[binary]) : programOf(binary);
  const words = [...through, command, ...(binary === 'bus' ? ['operator', 'database'] : []), ...args];
  const child = spawn(words[0] ?? command, words.slice(1), {
    cwd,
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: directory, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const answer = answerOf(child, timeoutMs);
  // Whoever only sends it a signal may look at its answer later.
  answer.catch(() => {});
  return { pid: child.pid ?? 0, answer, signal: (name) => void child.kill(name) };
}

function answerOf(child: ChildProcess, timeoutMs: number): Promise<Answer> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`a command did not end within ${timeoutMs / 1000} s; it said:\n${stdout}${stderr}`));
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ exit: code ?? 128 + (signal === null ? 0 : system.signals[signal]), stdout, stderr });
    });
  });
}

function builtPackages(): string {
  if (existsSync(join(packages, 'bus/dist/bundle/bus.cjs'))) return packages;
  throw new Error('the commands are not built; run: npm run build');
}

/** A copy of what is built that every user may read, whatever the checkout's own parents allow. */
function readableCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bus-packages-'));
  for (const name of ['bus', 'bus-operator-database']) {
    for (const file of ['package.json', 'bin', 'dist/bundle']) {
      cpSync(join(builtPackages(), name, file), join(folder, name, file), { recursive: true });
    }
  }
  chmodSync(folder, 0o755);
  return folder;
}
