// A real PgBouncer before a throwaway server, where the machine has one; it ends with the process that started it.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { giveTo, serverAccount } from './account.ts';
import { exitOf, spawnOptions } from './program.ts';
import { programOnPath } from './psql.ts';
import { freePort } from './server.ts';
import type { ServerAddress } from './server-address.ts';

export interface PgBouncerOptions {
  readonly mode: 'session' | 'transaction' | 'statement';
  /** Lines of its section [pgbouncer], above the defaults: `{ default_pool_size: '1' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PgBouncer extends AsyncDisposable {
  readonly port: number;
  /** The server's DSN by way of the pooler. */
  dsn(database?: string, user?: string, password?: string): string;
  log(): string;
  stop(): Promise<void>;
}

/** The pgbouncer on the search path (Debian's is in /usr/sbin), or undefined. */
export function pgBouncerPath(searchPath = `${process.env.PATH ?? ''}${delimiter}/usr/sbin`): string | undefined {
  return programOnPath('pgbouncer', searchPath);
}

/**
 * Starts it on a free port of 127.0.0.1, with SCRAM on both sides: it asks the server for each role's verifier, and logs
 * in there with what the client proved (https://www.pgbouncer.org/config.html, auth_query).
 *
 * @throws Error where the machine has none, or it doesn't come up within 10 s
 * @example
 * await using pooler = await startPgBouncer(server, { mode: 'transaction' });
 */
export async function startPgBouncer(
  server: ServerAddress,
  { mode, settings = {} }: PgBouncerOptions,
): Promise<PgBouncer> {
  const program = pgBouncerPath();
  if (program === undefined) throw new Error('there is no pgbouncer on this machine');
  const account = serverAccount();
  const directory = mkdtempSync(join(tmpdir(), 'embedded-pgbouncer-'));
  giveTo(account, directory);
  const port = await freePort();
  const path = (name: string) => join(directory, name);
  const write = (name: string, text: string) => {
    writeFileSync(path(name), text, { mode: 0o600 });
    chmodSync(path(name), 0o600);
    giveTo(account, path(name));
  };
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: path('users.txt'),
    auth_user: server.superuser,
    pool_mode: mode,
    logfile: path('log'),
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}\n`);
  write('pgbouncer.ini', `[databases]\n* = host=${server.host} port=${server.port}\n[pgbouncer]\n${lines.join('')}`);
  write('users.txt', `"${server.superuser}" "${server.password}"\n`);
  // The shell ends it when the pipe does: with us, however that comes about.
  const script = '"$1" -q "$2" & read -r _; kill -KILL $!; wait $!; rm -rf "$3"';
  const child = spawn('/bin/sh', ['-c', script, 'sh', program, path('pgbouncer.ini'), directory], {
    ...spawnOptions(account),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  child.stdin?.on('error', () => {});
  (child.stdin as unknown as { unref(): void }).unref();
  const log = () => {
    try {
      return readFileSync(path('log'), 'utf8');
    } catch {
      return '';
    }
  };
  const stop = async () => {
    child.ref();
    child.stdin?.end();
    await exitOf(child);
    rmSync(directory, { recursive: true, force: true });
  };
  for (const deadline = Date.now() + 10_000; !(await answers(port)); await sleep(20)) {
    if (Date.now() < deadline && child.exitCode === null) continue;
    const said = log();
    await stop();
    throw new Error(`pgbouncer did not come up: ${said}`);
  }
  return {
    port,
    dsn: (...login) => server.dsn(...login).replace(`:${server.port}/`, `:${port}/`),
    log,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
