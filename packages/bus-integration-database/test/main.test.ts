import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let directory: string;
let program: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'integration-database-'));
  program = join(directory, 'main.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../src/main.ts')],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

function go(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--', program, ...argv], {
    encoding: 'utf8',
    env: {},
  });
  return { status, stdout, stderr };
}

const events = ['plan', 'apply', 'status', 'verify'].flatMap((operation) => [
  `bus.database.${operation}.request`,
  `bus.database.${operation}.response`,
]);

describe('bus-integration-database', () => {
  it('prints the event names, one a line', () => {
    expect(go('--events')).toEqual({ status: 0, stdout: `${events.join('\n')}\n`, stderr: '' });
  });

  it.each([[['--events', '--format', 'json']], [['--format=json', '--events']]])(
    'prints them as JSON with the providers: %j',
    (argv) => {
      const { status, stdout } = go(...argv);
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toEqual({
        provider: 'postgres',
        providers: ['postgres'],
        events,
        direct_bootstrap: true,
        provider_neutral: true,
      });
    },
  );

  it.each([
    [['--no-color', '--self-test']],
    [['--self-test', '-vv', '--color', 'never', '--no-color']],
    [['--trace', '--color=always', '--self-test']],
  ])('takes the global flags before and after: %j', (argv) => {
    expect(go(...argv)).toEqual({ status: 0, stdout: 'OK bus-integration-database self-test\n', stderr: '' });
  });

  it('answers as JSON, and in a file of mode 0600', () => {
    expect(JSON.parse(go('--events', '-f', 'json').stdout)).toMatchObject({ events });
    expect(JSON.parse(go('-fjson', '--self-test').stdout)).toEqual({ ok: true });
    const file = join(directory, 'out.txt');
    expect(go('--events', '-o', file)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe(`${events.join('\n')}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const name of ['-', '/dev/stdout']) expect(go('--events', '-o', name)).toEqual(go('--events'));
    expect(go('--events', '-o', '/dev/stderr')).toMatchObject({ status: 0, stdout: '', stderr: go('--events').stdout });
    expect(go('--events', '-o', join(directory, 'no', 'x'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("can't be written (its directory does not exist)"),
    });
  });

  it('tests itself', () => {
    expect(go('--self-test')).toEqual({ status: 0, stdout: 'OK bus-integration-database self-test\n', stderr: '' });
  });

  it('prints and writes no result with -q', () => {
    const file = join(directory, 'quiet.txt');
    for (const argv of [['--events'], ['--self-test'], ['--events', '-f', 'json']])
      expect(go('-q', ...argv, '-o', file)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(existsSync(file)).toBe(false);
  });

  it('runs in the directory of -C, which must be there', () => {
    expect(go('-C', directory, '--events', '-o', 'there.txt').status).toBe(0);
    expect(existsSync(join(directory, 'there.txt'))).toBe(true);
    expect(go('--chdir', join(directory, 'no'), '--events')).toEqual({
      status: 1,
      stdout: '',
      stderr: `bus-integration-database: -C ${join(directory, 'no')}: no such directory\n`,
    });
  });

  it('prints help whatever else is wrong, and as an OpenCLI document', () => {
    for (const argv of [['--nonsense', '-h'], ['-C', '/no/such', '-h'], ['-f', 'yaml', '--help'], ['help']])
      expect(go(...argv)).toEqual(go('--help'));
    for (const format of ['opencli', 'json'])
      expect(JSON.parse(go('help', '--format', format).stdout)).toMatchObject({
        opencli: '0.1',
        info: { title: 'bus-integration-database' },
      });
  });

  it('prints help and version', () => {
    expect(go('--help').stdout).toContain('usage: bus-integration-database [flags] --events');
    expect(go('-V').stdout).toMatch(/^bus-integration-database \d+\.\d+\.\d+\n$/);
  });

  it.each([
    [[]],
    [['--event']],
    [['--events', '--self-test']],
    [['--events', '--format', 'yaml']],
    [['--events', 'x']],
    [['--events', '-q', '-v']],
    [['--events', '-o']],
    [['--events', '--color', 'red']],
  ])('refuses %j', (argv) => {
    const { status, stdout, stderr } = go(...argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^bus-integration-database: .*; see bus-integration-database --help\n$/);
  });
});
