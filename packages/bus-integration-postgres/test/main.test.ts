import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sources } from '../../../scripts/sources.mjs';

let directory: string;
let program: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'integration-postgres-'));
  program = join(directory, 'main.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../src/main.ts')],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['pg', 'pg-native', 'pg-protocol', '@nats-io/*'],
    alias: sources,
    logLevel: 'warning',
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

function go(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--', program, ...argv], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

describe('bus-integration-postgres', () => {
  it('prints the provider and the event names', () => {
    const { status, stdout } = go(['--events']);
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['provider postgres', 'bus.database.plan.request']));
    expect(stdout.trim().split('\n')).toHaveLength(9);
    expect(JSON.parse(go(['--events', '--format', 'json']).stdout)).toMatchObject({
      provider: 'postgres',
      direct_bootstrap: true,
    });
  });

  it.each([
    [['--events', '-f', 'json', '-v']],
    [['--trace', '--color', 'never', '-fjson', '--events', '--no-color']],
    [['--events', '-f', 'json', '-o', '/dev/stdout']],
  ])('takes the global flags before and after: %j', (argv) => {
    expect(go(argv)).toEqual(go(['--events', '--format', 'json']));
    expect(JSON.parse(go(argv).stdout)).toMatchObject({ provider: 'postgres' });
  });

  it('takes the global flags beside a dry run and a self-test', () => {
    expect(JSON.parse(go(['--dry-run', 'plan', '-f', 'json']).stdout)).toMatchObject({ ok: true, dry_run: true });
    expect(JSON.parse(go(['-v', '-f', 'json', '--dry-run', 'plan']).stdout)).toMatchObject({ ok: true });
    expect(JSON.parse(go(['--self-test', '-f', 'json']).stdout)).toEqual({ ok: true });
    const file = join(directory, 'plan.json');
    expect(go(['--dry-run', 'plan', '-o', file])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ ok: true });
    expect(go(['--events', '-q', '-v']).status).toBe(2);
  });

  it('tests itself', () => {
    expect(go(['--self-test'])).toEqual({ status: 0, stdout: 'OK bus-integration-postgres self-test\n', stderr: '' });
  });

  it.each([[['--dry-run', 'plan']], [['plan', '--dry-run']]])('plans for an empty server: %j', (argv) => {
    const env = {
      BUS_DEPLOYMENT_ID: 'demo',
      BUS_DATABASE_NAMES: 'one two',
      BUS_DATABASE_SCHEMAS: 'public,audit',
    };
    const { status, stdout } = go(argv, env);
    const response = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(response).toMatchObject({ ok: true, deployment_id: 'demo', provider: 'postgres', dry_run: true });
    expect(response).not.toHaveProperty('target');
    expect(response.actions).toEqual([
      'discover-provider',
      'compute-database-plan',
      'create-role',
      ...['one', 'two'].flatMap(() => ['create-database', 'create-schema', 'grant-privileges']),
    ]);
    expect(response.diagnostics[0]).toMatchObject({ severity: 'info', code: 'no-server' });
    expect(JSON.parse(go(argv).stdout)).toMatchObject({ ok: true, provider: 'postgres', dry_run: true });
  });

  it('refuses a manifest, which it does not plan from', () => {
    const { status, stdout } = go(['--dry-run', 'plan'], { BUS_DATABASE_MANIFEST_FILE: 'bus-database.yaml' });
    expect(status).toBe(2);
    const message = 'BUS_DATABASE_MANIFEST_FILE: this dry run knows lists alone';
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ code: 'not-supported', message }]);
  });

  it('refuses a dry run for a deployment that has no valid name', () => {
    const { status, stdout } = go(['--dry-run', 'plan'], { BUS_DEPLOYMENT_ID: '-x' });
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error_class: 'invalid-request' });
  });

  it('refuses a dry run of names that no list or server takes', () => {
    for (const [key, value] of [
      ['BUS_DATABASE_NAMES', 'a;b'],
      ['BUS_DATABASE_SERVICE_ROLE', 'a\nb'],
      ['BUS_DATABASE_SCHEMA_NAMES', 'pg_x'],
    ] as const) {
      const { status, stdout } = go(['--dry-run', 'plan'], { [key]: value });
      expect(status).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({ error_class: 'invalid-request', diagnostics: [{ target: key }] });
    }
  });

  it('hands hba its words and the global flags', () => {
    const file = join(directory, 'pg_hba.conf');
    writeFileSync(file, 'local all all peer\n');
    const asked = ['hba', '--user', 'app', '--database', 'shop', '--unix', '--file', file];
    expect(go(asked)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining(`matches: ${file}:1  peer`),
    });
    expect(JSON.parse(go(['-f', 'json', ...asked]).stdout)).toMatchObject({ answer: { line: 1, method: 'peer' } });
    expect(go(['hba', '--help']).stdout).toContain('--member-of');
    expect(go(['hba', '--unix'])).toMatchObject({ status: 2, stderr: expect.stringContaining('--user is missing') });
  });

  it.each([[[]], [['--dry-run', 'apply']], [['--events', '--format', 'yaml']], [['\u001b[2J']]])(
    'refuses %j',
    (argv) => {
      const { status, stdout, stderr } = go(argv);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^bus-integration-postgres: [^\p{C}]+\n$/u);
    },
  );
});
