// A throwaway server from its making to its removal; it never outlives the process that asked for it, unless told to.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverAccount } from './account.ts';
import { openCache } from './cache.ts';
import type { Certificate } from './certificate.ts';
import { InUseError, type Postmaster, reloadPostmaster, startPostmaster } from './postmaster.ts';
import type { Programs } from './program.ts';
import { prepareRuntime } from './runtime.ts';
import { type ServerAddress, serverAddress } from './server-address.ts';
import {
  type ConfigurationChange,
  createConfigure,
  makeServerDirectory,
  type ServerFiles,
  type Settings,
} from './server-directory.ts';
import { findServerPackage, type Major } from './server-package.ts';
import { makeCluster, superuser } from './template.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

const startTries = 20;
const retryMs = 100;

export interface ServerOptions {
  /** Default: 18. */
  readonly major?: Major;
  /** Lines of postgresql.conf, above the defaults: `fsync: 'on'` for a server that waits for its disk. */
  readonly settings?: Settings;
  /** The whole of pg_hba.conf. Default: SCRAM for everybody, from this host only. */
  readonly hba?: string;
  /** Default: `UTF8`. */
  readonly encoding?: string;
  /** A locale of the C library. Default: `C`. */
  readonly locale?: string;
  /** Turns TLS on, with this certificate; `ca` (PEM) lets clients present certificates too. */
  readonly tls?: Certificate & { readonly ca?: string };
  /** Starts in recovery, as a standby that nobody feeds: it serves reads only. */
  readonly isStandby?: boolean;
  /** Where to put the server's directory. Default: `/dev/shm` while 2 GiB are free there, else where temporary files go. */
  readonly parentDirectory?: string;
  /** Other directories that are to be removed with the server's own, however this process ends. */
  readonly removeWith?: readonly string[];
}

export interface Server extends ServerAddress, AsyncDisposable {
  /** Holds everything of the server, its data, log and socket. */
  readonly directory: string;
  /** The server's first process; undefined while it doesn't run. */
  readonly pid: number | undefined;
  /** Takes new settings (added to those it has), pg_hba.conf, a certificate, or files changed by hand; connections made afterwards meet them. */
  reload(change?: ConfigurationChange): Promise<void>;
  /** Ends the server at once, whether it runs or not, and starts it again on the same port and data. */
  restart(change?: ConfigurationChange): Promise<void>;
  /** Sends a signal that ends the server and waits for its end; port and data stay for `restart`. Default: `SIGKILL`. */
  kill(signal?: 'SIGKILL' | 'SIGQUIT' | 'SIGINT' | 'SIGTERM'): Promise<void>;
  /** Freezes the first process: connections are accepted by the system and nothing answers; `resume` thaws it. */
  suspend(): void;
  resume(): void;
  /** Leaves server and directories there when this process ends, and writes a program that stops and removes them. */
  keep(stopFile: string): Promise<void>;
  /** Stops the server and removes its directories; a second call does nothing. */
  stop(): Promise<void>;
}

/**
 * Starts a new, empty PostgreSQL with a random superuser password on a free port of 127.0.0.1.
 *
 * The first one of a version takes some seconds (copying programs, initdb), each later one a fraction of one.
 * When this process ends, even by SIGKILL, the server stops and its directory vanishes.
 *
 * @example
 * await using server = await startServer({ major: 16, settings: { max_connections: '20' } });
 * await server.query('SELECT 1');
 */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const major = options.major ?? 18;
  const account = serverAccount();
  const serverPackage = findServerPackage(major);
  const cache = openCache(account);
  const files = makeServerDirectory(account, options.parentDirectory);
  const watchdog = startWatchdog(files.directory, [
    ...(cache.isPrivate ? [cache.directory] : []),
    ...(options.removeWith ?? []),
  ]);
  try {
    const programs = { binDirectory: await prepareRuntime(cache, serverPackage), account };
    const password = randomBytes(18).toString('base64url');
    await makeCluster(cache, programs, {
      version: serverPackage.packageVersion,
      locale: { encoding: options.encoding ?? 'UTF8', locale: options.locale ?? 'C' },
      dataDirectory: files.dataDirectory,
      password,
      report: watchdog.report,
    });
    const run: Run = { programs, watchdog, configure: createConfigure(account, files, options), ...files };
    const { postmaster, port } = await start(run);
    const version = serverPackage.packageVersion.replace(/\.0(-.*)?$/, '');
    const address = serverAddress({ major, version, host: '127.0.0.1', port, superuser, password, ...files });
    return createHandle(run, address, postmaster);
  } catch (error) {
    await watchdog.finish();
    throw error;
  }
}

/** What every start of this server needs. */
interface Run extends ServerFiles {
  readonly programs: Programs;
  readonly watchdog: Watchdog;
  readonly configure: ReturnType<typeof createConfigure>;
}

async function start(run: Run, port?: number, change?: ConfigurationChange): Promise<Started> {
  for (let tries = 1; ; tries += 1) {
    const chosen = port ?? (await freePort());
    run.configure(chosen, change);
    run.watchdog.report('starting');
    try {
      const postmaster = await startPostmaster(run.programs, run.dataDirectory, run.logFile, run.watchdog.report);
      return { postmaster, port: chosen };
    } catch (error) {
      run.watchdog.report(undefined);
      if (!(error instanceof InUseError) || tries === startTries) throw error;
      if (port !== undefined) await sleep(retryMs);
    }
  }
}

interface Started {
  readonly postmaster: Postmaster;
  readonly port: number;
}

/** A port of 127.0.0.1 that nobody listens on just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const listener = createServer().once('error', reject);
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as AddressInfo;
      listener.close(() => resolve(port));
    });
  });
}

function createHandle(run: Run, address: ServerAddress, first: Postmaster): Server {
  const { configure, watchdog, directory } = run;
  let postmaster: Postmaster | undefined;
  const watch = (started: Postmaster) => {
    postmaster = started;
    void started.exited.then(() => {
      if (postmaster !== started) return;
      postmaster = undefined;
      watchdog.report(undefined);
    });
  };
  watch(first);
  let stopping: Promise<void> | undefined;
  const running = () => {
    if (postmaster === undefined) throw new Error(`the server on port ${address.port} does not run`);
    return postmaster;
  };
  const server: Server = {
    ...address,
    directory,
    get pid() {
      return postmaster?.pid;
    },
    reload: async (change) => {
      configure(address.port, change);
      await reloadPostmaster(running(), address.logFile);
    },
    kill: async (signal = 'SIGKILL') => {
      const { pid, exited } = running();
      process.kill(pid, signal);
      if (signal !== 'SIGKILL') process.kill(pid, 'SIGCONT');
      await exited;
    },
    restart: async (change) => {
      if (postmaster) await server.kill('SIGQUIT');
      watch((await start(run, address.port, change)).postmaster);
    },
    suspend: () => void process.kill(running().pid, 'SIGSTOP'),
    resume: () => void process.kill(running().pid, 'SIGCONT'),
    keep: async (stopFile) => {
      writeFileSync(stopFile, await watchdog.dismiss(), { mode: 0o700 });
      stopping = Promise.resolve();
    },
    stop: () => {
      stopping ??= watchdog.finish();
      return stopping;
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
  return server;
}
