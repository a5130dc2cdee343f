import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sources } from '../../../scripts/sources.mjs';
import { version } from '../src/command-line/version.ts';

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
    alias: sources,
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

const go = (...argv: string[]) => goWith({}, ...argv);

function goWith({ env = {}, ...options }: SpawnSyncOptions, ...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--', join(directory, 'dist', 'main.mjs'), ...argv], {
    cwd: directory,
    ...options,
    env: { PATH: process.env.PATH, HOME: directory, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** A user that the mode of a directory binds: root is bound by none. */
const anybody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

const configured = {
  BUS_DEPLOYMENT_ID: 'example-dev',
  BUS_DATABASE_NAMES: 'bus_auth',
  BUS_DATABASE_SERVICE_ROLE: 'bus_service',
  BUS_DATABASE_DSN_OUTPUT_DIR: './dsn',
  BUS_POSTGRES_ADMIN_DSN_FILE: './no-such-dsn',
};

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

  it('fails with one line where no disk takes what it prints', () => {
    const full = openSync('/dev/full', 'w');
    const program = join(directory, 'dist', 'main.mjs');
    const stdio = ['ignore', full, 'pipe'] as const;
    const { status, stderr } = spawnSync(process.execPath, ['--', program, '--help'], { stdio: [...stdio] });
    closeSync(full);
    expect([status, String(stderr)]).toEqual([
      1,
      "bus operator database: the result can't be written to stdout (ENOSPC)\n",
    ]);
  });

  it('prints help whatever else is wrong with the line, of the verb where one is named', () => {
    for (const argv of [
      ['--nonsense', '-h'],
      ['aply', '--help'],
      ['-C', '/no/such', '-h'],
      ['-q', '-v', '-h'],
      ['help'],
    ])
      expect(go(...argv), argv.join(' ')).toEqual(go('--help'));
    for (const argv of [
      ['plan', '--chekc', '-h'],
      ['plan', '-o', '-h'],
      ['help', 'plan'],
      ['plan', 'help'],
    ])
      expect(go(...argv), argv.join(' ')).toEqual(go('plan', '--help'));
    for (const argv of [
      ['-o', '-V'],
      ['plan', '--sql', '-f', 'json', '--version'],
    ])
      expect(go(...argv), argv.join(' ')).toEqual(go('--version'));
    expect(go('help', 'aply')).toMatchObject({ status: 2, stdout: '' });
    expect(go('plan', '-f', 'opencli')).toMatchObject({ status: 2, stdout: '' });
  });

  it('answers nothing on stdout with -q, whatever is wrong', () => {
    for (const argv of [
      ['plan', '-q', '-f', 'json'],
      ['-q', '-f', 'json', 'aply'],
      ['verify', '-q', '--explain', 'tls-off'],
    ])
      expect(go(...argv), argv.join(' ')).toMatchObject({ stdout: '' });
  });

  it('refuses an unknown flag in one line', () => {
    expect(go('plan', '--sav', 'x')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'bus operator database: unknown flag --sav; did you mean --save?\n',
    });
  });

  it.each([
    [['plan', '--chekc'], 'unknown flag --chekc; did you mean --check?'],
    [['aply'], 'unknown verb aply; did you mean apply?'],
    [['plan', '--sql'], '--sql prints a script; leave out -f json'],
    [[], 'no verb is given; expected one of init, validate, doctor, plan, apply, status, verify, report'],
  ])('answers %j with one JSON document where JSON was asked for', (argv, message) => {
    const text = go(...argv);
    for (const format of [['-f', 'json'], ['--format=json'], ['-fjson']]) {
      const { status, stdout, stderr } = go(...format, ...argv);
      expect(status).toBe(2);
      expect(JSON.parse(stdout)).toEqual({
        ok: false,
        deployment_id: '',
        provider: '',
        actions: [],
        steps: [],
        diagnostics: [{ severity: 'fail', code: 'usage', message }],
        error_class: 'invalid-request',
      });
      expect(stderr).toBe(argv.length === 0 ? go('--help').stdout : `bus operator database: ${message}\n`);
      if (!argv.includes('--sql')) expect({ ...text, stdout: '' }).toEqual({ status: 2, stdout: '', stderr });
    }
  });

  it('tells in one line what it may not reach', () => {
    const locked = join(directory, 'locked');
    mkdirSync(locked, { recursive: true });
    chmodSync(directory, 0o755);
    chmodSync(locked, 0);
    for (const [expected, ...argv] of [
      [1, 'plan', '-o', 'locked/x'],
      [1, 'plan', '--save', 'locked/x'],
      [1, 'plan', '-C', 'locked/x'],
      [1, 'plan', '-C', 'locked'],
      [1, 'verify', '--explain', 'tls-off', '-C', 'locked/x'],
      [1, 'verify', '--explain', 'tls-off', '-o', 'locked/x'],
      [2, 'plan', '--env-file', 'locked/x'],
      [2, 'apply', '--plan', 'locked/x'],
    ] as [number, ...string[]][]) {
      const { status, stderr } = goWith({ ...anybody, env: configured }, ...argv);
      expect({ argv, status }).toEqual({ argv, status: expected });
      expect(stderr).toMatch(/^bus operator database: .*locked.*permission denied.*\n$/);
    }
    const env = { ...configured, BUS_POSTGRES_ADMIN_DSN_FILE: join(locked, 'dsn') };
    const { status, stdout, stderr } = goWith({ ...anybody, env }, 'doctor');
    expect(status).toBe(1);
    expect(stdout).toMatch(/skipped git-admin-dsn .*permission denied/);
    expect(stderr).not.toContain('defect');
  });

  it('writes to stderr and to open descriptors as to files', () => {
    const open: SpawnSyncOptions = { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] };
    expect(go('plan', '-o', '/dev/stdout').stdout).toBe('ok: false\n');
    const toStderr = goWith(open, 'plan', '-o', '/dev/stderr');
    expect(toStderr.stdout).toBe('');
    expect(toStderr.stderr).toMatch(/^ok: false\nbus operator database: /);
    expect(goWith(open, 'plan', '-o', '/proc/self/fd/3')).toMatchObject({ status: 2, stdout: '' });
    expect(goWith(open, 'plan', '-o', '/dev/null')).toMatchObject({ status: 2, stdout: '' });
  });

  it('says that the current directory is gone, and needs none with an absolute -C', () => {
    const inRemoved = (...argv: string[]) => {
      const gone = mkdtempSync(join(directory, 'gone-'));
      const script = 'cd "$1" && rmdir "$1" && shift && exec "$@"';
      const { status, stdout, stderr } = spawnSync(
        'sh',
        ['-c', script, 'sh', gone, process.execPath, '--', join(directory, 'dist', 'main.mjs'), ...argv],
        { env: { PATH: process.env.PATH, HOME: directory, ...configured }, encoding: 'utf8' },
      );
      return { status, stdout, stderr };
    };
    const lost = 'the current directory no longer exists';
    const remedy = 'cd to a directory that exists, or name one: -C /DIR';
    expect(inRemoved('plan')).toEqual({
      status: 2,
      stdout: 'ok: false\n',
      stderr: `bus operator database: ${lost}\n  next: ${remedy}\n`,
    });
    expect(inRemoved('plan', '-C', 'sub')).toMatchObject({ status: 2, stderr: expect.stringContaining(lost) });
    expect(JSON.parse(inRemoved('plan', '-f', 'json').stdout).diagnostics[0].message).toBe(lost);
    expect(inRemoved('--version').status).toBe(0);
    const away = inRemoved('plan', '-C', directory);
    expect(away.stderr).toContain('no-such-dsn');
    expect(away.stderr).not.toMatch(/current directory|defect/);
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
