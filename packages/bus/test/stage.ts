// A copy of this package in a folder of its own: the real stubs over a bundle of the real sources, with a family that
// only tells what it was given, so that a test of the dispatcher is a test of the dispatcher alone.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { sources } from '../../../scripts/sources.mjs';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

export interface Run {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Called with the process as soon as it runs. */
  readonly started?: (child: ChildProcess) => void;
}

export interface Stage {
  /** Where commands are put: the only folder on PATH but for the system's own. */
  readonly bin: string;
  /** An empty folder to work in. */
  readonly work: string;
  readonly bus: string;
  readonly busOperator: string;
  readonly path: string;
  /** Writes an executable: a shell script, unless its first line says otherwise. */
  readonly command: (name: string, body: string, folder?: string) => string;
  readonly run: (file: string, args: readonly string[], options?: RunOptions) => Promise<Run>;
  readonly remove: () => void;
}

/** Builds the stage; `remove()` takes it away. */
export async function createStage(): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'bus-stage-'));
  const installed = join(root, 'bus');
  await buildInto(installed);
  const bin = join(root, 'bin');
  const work = join(root, 'work');
  mkdirSync(bin);
  mkdirSync(work);
  const path = [bin, dirname(process.execPath), '/usr/bin', '/bin'].join(':');
  return {
    bin,
    work,
    bus: join(installed, 'bin/bus.js'),
    busOperator: join(installed, 'bin/bus-operator.js'),
    path,
    command: (name, body, folder = bin) => {
      const file = join(folder, name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, body.startsWith('#!') ? body : `#!/bin/sh\n${body}\n`);
      chmodSync(file, 0o755);
      return file;
    },
    run: (file, args, { cwd = work, env = {}, stdin = '', started } = {}) =>
      new Promise((settle, fail) => {
        const child = spawn(file, args, { cwd, env: { PATH: path, ...env }, stdio: 'pipe' });
        const output = { stdout: '', stderr: '' };
        child.stdout.setEncoding('utf8').on('data', (text) => {
          output.stdout += text;
        });
        child.stderr.setEncoding('utf8').on('data', (text) => {
          output.stderr += text;
        });
        child.on('error', fail);
        child.on('close', (status, signal) => settle({ status, signal, ...output }));
        child.stdin.on('error', () => {});
        child.stdin.end(stdin);
        started?.(child);
      }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

async function buildInto(installed: string): Promise<void> {
  cpSync(join(packageFolder, 'bin'), join(installed, 'bin'), { recursive: true });
  cpSync(join(packageFolder, 'package.json'), join(installed, 'package.json'));
  await build({
    entryPoints: [
      { in: join(packageFolder, 'src/main.ts'), out: 'bus' },
      { in: join(packageFolder, 'src/main-operator.ts'), out: 'bus-operator' },
    ],
    outdir: join(installed, 'dist/bundle'),
    bundle: true,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': '__url' },
    banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
    platform: 'node',
    target: 'node20.19',
    minifyWhitespace: true,
    minifySyntax: true,
    alias: {
      ...sources,
      'bus-operator-database': fileURLToPath(new URL('./telling-family.ts', import.meta.url)),
    },
    logLevel: 'warning',
  });
}
