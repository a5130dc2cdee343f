// The built `bus-integration-postgres serve`, as far as it comes without a broker: what it refuses, and what it leaves.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = new URL('../packages/bus-integration-postgres/bin/bus-integration-postgres.js', import.meta.url)
  .pathname;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'serve-'));
  writeFileSync(join(directory, 'admin'), 'postgres://admin@127.0.0.1:1/postgres\n', { mode: 0o600 });
});
afterEach(() => rmSync(directory, { recursive: true }));

function serve(flags: readonly string[], lines: readonly string[], mode = 0o600) {
  const keys = [
    'BUS_DEPLOYMENT_ID=shop',
    'BUS_DATABASE_PROVIDER=postgres',
    'BUS_DATABASE_NAMES=app',
    'BUS_POSTGRES_ADMIN_DSN_FILE=./admin',
    ...lines,
  ];
  writeFileSync(join(directory, '.env'), `${keys.join('\n')}\n`);
  chmodSync(join(directory, '.env'), mode);
  const { status, stderr } = spawnSync(program, ['serve', '--env-file', '.env', ...flags], {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory, BUS_EVENTS_LISTENER_RETRY: '1ms' },
    encoding: 'utf8',
  });
  return { status, stderr };
}

test('a ready file that another process left is gone before anything else is done', () => {
  const ready = join(directory, 'ready');
  writeFileSync(ready, '1\n');
  const { status } = serve(['--ready-file', 'ready', '--events-url', 'http://127.0.0.1:1'], []);
  expect([status, existsSync(ready)]).toEqual([1, false]);
  writeFileSync(ready, '1\n');
  expect([serve(['--ready-file', 'ready'], []).status, existsSync(ready)]).toEqual([2, false]);
});

test.each([
  ['a login of NATS that others may read', [], ['BUS_NATS_URL=nats://bus:pw-1234@127.0.0.1:1'], 0o644, 'chmod 600'],
  ['a login of NATS as an argument', ['--nats', 'nats://bus:pw-1234@127.0.0.1:1'], [], 0o600, 'BUS_NATS_CREDS_FILE'],
  ['a password of NATS with a stray %', [], ['BUS_NATS_URL=nats://bus:pw-1234%zz@127.0.0.1:1'], 0o600, '%25'],
])('%s is refused with exit status 2, in lines of JSON, and not repeated', (_, flags, lines, mode, remedy) => {
  const { status, stderr } = serve(flags, lines, mode);
  expect([status, stderr]).toEqual([2, expect.stringContaining(remedy)]);
  expect(stderr).not.toContain('pw-1234');
  for (const line of stderr.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) });
});

test('an address of NATS without a login may stand where others read it', () => {
  const { status, stderr } = serve([], ['BUS_NATS_URL=nats://127.0.0.1:1'], 0o644);
  expect([status, stderr]).toEqual([1, expect.stringContaining("can't reach NATS")]);
});
