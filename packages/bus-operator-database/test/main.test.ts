import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../src/version.ts';

const packages = join(import.meta.dirname, '..', '..');
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'operator-main-'));
  await build({
    entryPoints: [join(import.meta.dirname, '../src/main.ts')],
    outdir: join(directory, 'dist'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['pg-native'],
    alias: Object.fromEntries(readdirSync(packages).map((name) => [name, join(packages, name, 'src/index.ts')])),
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

function go(...argv: string[]) {
  const program = join(directory, 'dist', 'main.mjs');
  const env = { PATH: process.env.PATH, HOME: directory };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--', program, ...argv], {
    cwd: directory,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('the binary', () => {
  it('prints its version, which is its package’s', () => {
    expect(go('--version')).toEqual({ status: 0, stdout: `bus-operator-database ${version}\n`, stderr: '' });
    expect(JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')).version).toBe(version);
  });

  it('prints its help where it was asked for, else on stderr', () => {
    expect(go('--help')).toMatchObject({ status: 0, stderr: '' });
    expect(go('apply', '-h').stdout).toMatch(/^bus operator database apply: /);
    expect(go()).toEqual({ status: 2, stdout: '', stderr: go('--help').stdout });
  });

  it('refuses an unknown flag in one line', () => {
    expect(go('plan', '--sav', 'x')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'bus operator database: unknown flag --sav; did you mean --save?\n',
    });
  });

  it('IN-06 obeys no NODE_OPTIONS of an env file', () => {
    writeFileSync(join(directory, 'evil.cjs'), "require('node:fs').writeFileSync('evil.txt', '')");
    writeFileSync(join(directory, 'evil.env'), `NODE_OPTIONS=--require=${join(directory, 'evil.cjs')}\n`);
    const { status, stdout } = go('plan', '--env-file', 'evil.env');
    expect({ status, stdout }).toEqual({ status: 2, stdout: 'ok: false\n' });
    expect(readdirSync(directory)).not.toContain('evil.txt');
  });

  it('starts no driver and no schemas for help', () => {
    const chunks = join(directory, 'dist');
    const textOf = (name: string) => readFileSync(join(chunks, name), 'utf8');
    const isHeavy = (text: string) => /ZodMini|SCRAM-SHA-256/.test(text);
    const main = textOf('main.mjs');
    const first = [...main.matchAll(/^import .*?"\.\/(.+)";$|^} from "\.\/(.+)";$/gm)].map(
      (found) => found[1] ?? found[2] ?? '',
    );
    expect(readdirSync(chunks).filter((name) => isHeavy(textOf(name))).length).toBeGreaterThan(1);
    expect([main, ...first.map(textOf)].some(isHeavy)).toBe(false);
  });
});
