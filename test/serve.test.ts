// The built `bus-integration-postgres serve`, as far as it comes without a broker: what it refuses, and what it leaves.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startBroker } from '../packages/bus-integration-database/test/events-broker.ts';

const program = new URL('../packages/bus-integration-postgres/bin/bus-integration-postgres.js', import.meta.url)
  .pathname;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'serve-'));
  writeFileSync(join(directory, 'admin'), 'postgres://admin@127.0.0.1:1/postgres\n', { mode: 0o600 });
});
afterEach(() => rmSync(directory, { recursive: true }));

function writeEnv(lines: readonly string[], mode = 0o600): void {
  const keys = [
    'BUS_DEPLOYMENT_ID=shop',
    'BUS_DATABASE_PROVIDER=postgres',
    'BUS_DATABASE_NAMES=app',
    'BUS_POSTGRES_ADMIN_DSN_FILE=./admin',
    ...lines,
  ];
  writeFileSync(join(directory, '.env'), `${keys.join('\n')}\n`);
  chmodSync(join(directory, '.env'), mode);
}

const env = () => ({ PATH: process.env.PATH, HOME: directory, BUS_EVENTS_LISTENER_RETRY: '1ms' });

function run(argv: readonly string[], cwd = directory) {
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd, env: env(), encoding: 'utf8' });
  return { status, stdout, stderr };
}

function serve(flags: readonly string[], lines: readonly string[], mode = 0o600) {
  writeEnv(lines, mode);
  return run(['serve', '--env-file', '.env', ...flags]);
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

test.each([
  ['whose directory is not there', './no/ready', 'mkdir -p ./no'],
  ['that is a directory', './folder', 'something else is there'],
  ['behind a file', './admin/ready', 'its directory is not a directory'],
  ['that holds something else', './.env', 'a file that is no ready file is there'],
])('a ready file %s is refused at the start', (_, path, seen) => {
  mkdirSync(join(directory, 'folder'));
  const { status, stderr } = serve(['--ready-file', path, '--events-url', 'http://127.0.0.1:1'], []);
  expect([status, stderr]).toEqual([2, expect.stringContaining(seen)]);
  expect(existsSync(join(directory, 'folder'))).toBe(true);
});

test.each([
  [['-q', '-C', 'DIR', 'serve', '--env-file', '.env', '--events-url', 'http://127.0.0.1:1']],
  [['serve', '--directory=DIR', '-v', '--color', 'never', '--env-file', '.env', '--events-url', 'http://127.0.0.1:1']],
])('takes the global flags before and after: %j', (argv) => {
  writeEnv([]);
  const placed = argv.map((argument) => argument.replace('DIR', directory));
  expect(run(placed, '/')).toMatchObject({ status: 1, stderr: expect.stringContaining('ECONNREFUSED') });
});

test.each([
  [['serve', '--nonsense'], /^bus-integration-postgres: serve: .*--nonsense.*; see serve --help\n$/],
  [['serve', 'word'], /^bus-integration-postgres: serve: .*word.*; see serve --help\n$/],
  [['-q', 'serve', '-v'], /^bus-integration-postgres: serve: -q and -v contradict each other; see serve --help\n$/],
])('wrong usage is told in plain text: %j', (argv, expected) => {
  expect(run(argv)).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(expected) });
});

test.each([['-C'], ['--chdir'], ['--directory']])('a missing directory after %s is a failure', (flag) => {
  const stderr = 'bus-integration-postgres: -C ./no: no such directory\n';
  for (const command of ['serve', 'hba', 'render-hba'])
    expect(run([flag, './no', command])).toEqual({ status: 1, stdout: '', stderr });
});

test('help and version win over whatever else is wrong', () => {
  for (const argv of [
    ['-C', './no', 'serve', '-h'],
    ['serve', '--nonsense', '--help'],
    ['-q', '-v', 'help', 'serve'],
    ['serve', 'help'],
  ])
    expect(run(argv)).toEqual(run(['serve', '--help']));
  expect(run(['-C', './no', '--nonsense', '-V']).stdout).toBe('bus-integration-postgres 0.1.0\n');
});

test('help and version, before the command and after it', () => {
  for (const argv of [['serve', '-V'], ['-V', 'serve'], ['--version']])
    expect(run(argv)).toMatchObject({ status: 0, stdout: 'bus-integration-postgres 0.1.0\n' });
  const [before, after] = [run(['-h', 'serve']), run(['serve', '--help'])];
  expect([before.status, before.stdout]).toEqual([0, expect.stringContaining('--ready-file FILE')]);
  expect(after).toEqual(before);
});

test('a key that is nearly one of a worker is asked about', () => {
  const { stderr } = serve(['--events-url', 'http://127.0.0.1:1'], ['BUS_EVENTS_GRUOP=x']);
  expect(stderr).toContain('did you mean BUS_EVENTS_GROUP?');
  expect(stderr).toContain('BUS_OPERATOR_DATABASE_ENV_ALLOW');
});

test('a signal ends a worker whose NATS takes the connection and says nothing', async () => {
  const silent = createServer();
  const taken = once(silent.listen(0, '127.0.0.1'), 'connection');
  await once(silent, 'listening');
  writeEnv([`BUS_NATS_URL=nats://127.0.0.1:${(silent.address() as AddressInfo).port}`]);
  const worker = spawn(program, ['serve', '--env-file', '.env'], { cwd: directory, env: env(), stdio: 'ignore' });
  const ended = once(worker, 'exit');
  const [socket] = await taken;
  worker.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  socket.destroy();
  silent.close();
});

test('the worker stays when the reader of its log leaves, and when its ready file can no longer be made', async () => {
  await using broker = await startBroker();
  writeEnv([]);
  mkdirSync(join(directory, 'run'));
  const ready = join(directory, 'run', 'ready');
  const argv = ['serve', '--env-file', '.env', '--events-url', broker.url, '--ready-file', './run/ready'];
  const retries = { BUS_EVENTS_LISTENER_RETRY: '1m', BUS_EVENTS_LISTENER_RETRY_MIN: '10ms' };
  const stdio = ['ignore', 'ignore', 'pipe'] as const;
  const child = spawn(program, argv, { cwd: directory, env: { ...env(), ...retries }, stdio: [...stdio] });
  try {
    await expect.poll(() => existsSync(ready), { timeout: 20_000 }).toBe(true);
    child.stderr?.destroy();
    rmSync(join(directory, 'run'), { recursive: true });
    for (let round = 1; round <= 2; round += 1) {
      broker.dropStreams();
      await expect.poll(() => broker.opened.length, { timeout: 20_000 }).toBe(4 + 4 * round);
    }
    const about = { deployment_id: 'shop', provider: 'postgres' };
    broker.publish({ name: 'bus.database.status.request', correlation_id: 'still-here', payload: about });
    expect((await broker.answerTo('still-here')).payload.error_class).toBe('unreachable');
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

test('whoever else may write the directory of the ready file has nothing written elsewhere, and holds nobody up', async () => {
  await using broker = await startBroker();
  writeEnv([]);
  const [run, victim] = [join(directory, 'run'), join(directory, 'victim')];
  mkdirSync(run);
  chmodSync(directory, 0o711);
  chmodSync(run, 0o777);
  writeFileSync(victim, 'precious');
  chmodSync(victim, 0o600);
  const ready = join(run, 'ready');
  const argv = ['serve', '--env-file', '.env', '--events-url', broker.url, '--ready-file', './run/ready'];
  const retries = { BUS_EVENTS_LISTENER_RETRY: '1m', BUS_EVENTS_LISTENER_RETRY_MIN: '10ms' };
  const child = spawn(program, argv, { cwd: directory, env: { ...env(), ...retries }, stdio: 'ignore' });
  const script = `while :; do ln -sf ${victim} ${ready}; rm -f ${ready}; mkfifo ${ready}; rm -f ${ready}; done`;
  let attacker: ReturnType<typeof spawn> | undefined;
  try {
    await expect.poll(() => existsSync(ready), { timeout: 20_000 }).toBe(true);
    const stranger = process.getuid?.() === 0 ? { uid: 64_010, gid: 64_010 } : {};
    attacker = spawn('/bin/sh', ['-c', script], { stdio: 'ignore', ...stranger });
    for (let round = 1; round <= 10; round += 1) {
      broker.dropStreams();
      await expect.poll(() => broker.opened.length, { timeout: 20_000 }).toBe(4 + 4 * round);
    }
    attacker.kill('SIGKILL');
    const about = { deployment_id: 'shop', provider: 'postgres' };
    broker.publish({ name: 'bus.database.status.request', correlation_id: 'not-held', payload: about });
    expect((await broker.answerTo('not-held')).payload.error_class).toBe('unreachable');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(readdirSync(run).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  } finally {
    attacker?.kill('SIGKILL');
    child.kill('SIGKILL');
  }
}, 120_000);
