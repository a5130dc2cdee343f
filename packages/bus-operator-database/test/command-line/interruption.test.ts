import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sources } from '../../../../scripts/sources.mjs';

let directory: string;
let program: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'operator-interruption-'));
  program = join(directory, 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../interrupted-child.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    alias: sources,
    logLevel: 'warning',
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Starts a run, sends the signals once it works, and tells how it ended. */
async function interrupt(endingMs: number, signals: readonly NodeJS.Signals[], ...argv: string[]) {
  const child = spawn(process.execPath, [program, String(endingMs), ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  const left = [...signals];
  const sendNext = () => {
    const signal = left.shift();
    if (signal !== undefined) child.kill(signal);
  };
  child.stdout.on('data', (chunk) => {
    out += chunk;
    if (String(chunk).includes('working')) sendNext();
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
    if (String(chunk).includes('a second signal stops it at once')) sendNext();
  });
  const startedAt = performance.now();
  const status = await new Promise((done) => child.on('close', done));
  return { status, out, err, elapsedMs: performance.now() - startedAt };
}

describe('interruption', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('IN-59 %s ends a run in order, with what stands and 128+n', async (signal, expected) => {
    const { status, out, err } = await interrupt(50, [signal], 'apply');
    expect(status).toBe(expected);
    expect(err).toBe(`bus operator database: ${signal}: stopping; a second signal stops it at once\n`);
    expect(out.split('\n').slice(-3)).toEqual([
      `interrupted by ${signal}: 0 of 1 database ready; bus_auth unfinished; nothing else was touched`,
      'next: run the same command again; it continues',
      '',
    ]);
  });

  it('a second signal ends it at once', async () => {
    const { status, out, elapsedMs } = await interrupt(60_000, ['SIGINT', 'SIGTERM'], 'apply');
    expect(status).toBe(143);
    expect(out).toBe('working\n');
    expect(elapsedMs).toBeLessThan(20_000);
  });
});
