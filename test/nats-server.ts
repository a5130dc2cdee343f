// A real nats-server with JetStream for tests, where the machine has one on PATH; it ends with the process that started it.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface NatsServer extends AsyncDisposable {
  readonly url: string;
}

/** Whether there is one; says so where there is none. */
export function hasNatsServer(suite: string): boolean {
  const { status, stdout } = spawnSync('nats-server', ['--version'], { encoding: 'utf8' });
  if (status === 0) {
    console.log(`${suite}: with ${stdout.trim()}`);
    return true;
  }
  console.log(`${suite}: skipped, there is no nats-server on PATH (Debian: apt-get install nats-server)`);
  return false;
}

/** Its standard input is a pipe of ours: when we are gone, so is it. */
const untilAlone = 'nats-server "$@" >/dev/null 2>&1 & server=$!; cat >/dev/null; kill "$server"; wait "$server"';

export async function startNatsServer(...flags: string[]): Promise<NatsServer> {
  const directory = mkdtempSync(join(tmpdir(), 'nats-'));
  const options = ['-js', '-sd', directory, '-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', directory, ...flags];
  const shell = spawn('sh', ['-c', untilAlone, 'nats-server', ...options], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise((resolve) => shell.once('close', resolve));
  const url = await urlFrom(directory);
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      shell.stdin.end();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function urlFrom(directory: string): Promise<string> {
  for (let tries = 0; tries < 500; tries += 1) {
    const file = readdirSync(directory).find((name) => name.endsWith('.ports'));
    try {
      const { nats } = JSON.parse(readFileSync(join(directory, file ?? ''), 'utf8')) as { nats: string[] };
      if (nats[0] !== undefined) return nats[0];
    } catch {
      // Not written yet, or half.
    }
    await delay(20);
  }
  throw new Error('nats-server did not start within 10 s');
}
