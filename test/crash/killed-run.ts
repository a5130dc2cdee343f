// Runs the real binary in a process of its own, watched by the hook that counts its dangerous moments and kills it at one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import type { Deployment } from './deployment.ts';

/** What the hook is told. */
export interface Watch {
  /** The DSN files' directory. */
  readonly directory: string;
  /** A point's number, the first being 1, or its words; absent: count only. */
  readonly killAt?: number | string;
  readonly reportFile: string;
}

/** A moment at which the process can be killed. */
export interface Point {
  readonly kind: 'file' | 'network';
  readonly at: string;
}

export interface KilledRun {
  readonly isKilled: boolean;
  readonly exit: number | null;
  readonly output: string;
  /** The points that it came to; the last one is that of its death. */
  readonly points: readonly Point[];
}

/** What a run is told of the deployment that it is of. */
export type Watched = Pick<Deployment, 'home' | 'directory'> & { environment(): Record<string, string> };

/** The program under test, copied so that a build beside a long sweep can't mix two versions. */
export interface Binary extends Disposable {
  /** Runs a command of the deployment; kills it at a point where one is given. */
  run(deployment: Watched, argv: readonly string[], killAt?: number | string): Promise<KilledRun>;
  /** Starts a command that is to be killed from outside. */
  start(deployment: Watched, argv: readonly string[]): { kill(): Promise<void> };
}

export async function installBinary(): Promise<Binary> {
  const source = join(import.meta.dirname, '../../packages/bus-operator-database');
  const name = 'bus-operator-database.js';
  if (!existsSync(join(source, 'dist/bundle', name))) throw new Error('nothing is built yet; run: npm run build');
  const home = mkdtempSync(join(tmpdir(), 'bus-crash-binary-'));
  for (const part of ['package.json', 'bin', 'dist/bundle']) {
    cpSync(join(source, part), join(home, part), { recursive: true });
  }
  const hook = join(home, 'hook.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'kill-hook.ts')],
    bundle: true,
    format: 'esm',
    outfile: hook,
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  });
  const program = join(home, 'bin', name);
  return {
    run: (deployment, argv, killAt) => watchedRun(['--import', hook, '--', program, ...argv], deployment, killAt),
    start: (deployment, argv) => {
      const env = { ...deployment.environment(), PATH: process.env.PATH };
      const child = spawn(process.execPath, ['--', program, ...argv], { cwd: deployment.home, env, stdio: 'ignore' });
      const exited = once(child, 'exit');
      return {
        kill: async () => {
          child.kill('SIGKILL');
          await exited;
        },
      };
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

async function watchedRun(argv: readonly string[], deployment: Watched, killAt?: number | string): Promise<KilledRun> {
  const { home, directory } = deployment;
  const reportFile = join(home, 'points.json');
  rmSync(reportFile, { force: true });
  const watch: Watch = { directory, reportFile, ...(killAt !== undefined && { killAt }) };
  const child = spawn(process.execPath, argv, {
    cwd: home,
    env: { ...deployment.environment(), PATH: process.env.PATH, CRASH_WATCH: JSON.stringify(watch) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [exit, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { isKilled: signal === 'SIGKILL', exit, output: stdout + stderr, points: readPoints(reportFile) };
}

function readPoints(file: string): readonly Point[] {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).points : [];
}
