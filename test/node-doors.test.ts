// What Node itself offers around a program, shut: SIGUSR1 opens no debugger in any of the built commands, at no moment of
// their lives, and NODE_DEBUG prints no token and no password.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDsn } from 'bus-integration-postgres';
import { startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiToken, startApi } from './api-server.ts';
import { type Deployment, makeDeployment, packages } from './deployment.ts';
import { filesIn } from './scenarios/deployment.ts';
import { findSecrets } from './scenarios/secret-scan.ts';

const binary = (name: string, owner = name) => join(packages, owner, 'bin', `${name}.js`);
const silent = createServer(() => {});
let deployment: Deployment;
let port: number;
beforeAll(async () => {
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
  port = (silent.address() as AddressInfo).port;
  deployment = makeDeployment({ adminDsn: `host=127.0.0.1 port=${port} user=adm password=hunter2 sslmode=disable` });
  deployment.write('local/api-token', `${apiToken}\n`);
});
afterAll(() => {
  silent.close();
  deployment[Symbol.dispose]();
});

const environment = () => ({
  PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
  HOME: deployment.directory,
  ...deployment.keys,
  BUS_EVENTS_API_URL: `http://127.0.0.1:${port}`,
  BUS_API_TOKEN: apiToken,
  BUS_DATABASE_API_TOKEN_FILE: './local/api-token',
});

/** Every way in which one of our processes lives on for a while: it asks a server that never answers, or serves. */
const lasting: readonly (readonly [name: string, owner: string, args: readonly string[]])[] = [
  ['bus', 'bus', ['operator', 'database', 'plan', '--timeout', '4s']],
  ['bus-operator', 'bus', ['database', 'plan', '--timeout', '4s']],
  ['bus-operator-database', 'bus-operator-database', ['plan', '--timeout', '4s']],
  ['bus-integration-postgres', 'bus-integration-postgres', ['serve']],
  ['bus-api-provider-database', 'bus-api-provider-database', ['--addr', '127.0.0.1:0']],
];
const short: typeof lasting = [
  ['bus', 'bus', ['--version']],
  ['bus-integration-database', 'bus-integration-database', ['--self-test']],
  ['bus-integration-postgres', 'bus-integration-postgres', ['--self-test']],
];

/** After its start, however long that takes. */
const lateMs = 1_500;

test.each([...lasting, ...short])('%s of %s opens no debugger on SIGUSR1: %j', async (name, owner, args) => {
  // In the first moments nobody has said yet what the signal does, and the kernel ends the process.
  const moments = lasting.some(([, , words]) => words === args) ? [0, 30, 100, 300, lateMs] : [0, 30, 60, 100];
  const outlived = await Promise.all(
    moments.map(async (quietMs) => {
      const child = spawn(binary(name, owner), args, { cwd: deployment.directory, env: environment(), stdio: 'pipe' });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text) => (said += text));
      const ended = new Promise<void>((done) => child.once('close', () => done()));
      if (quietMs === lateMs) await untilCaught(child);
      await sleep(quietMs);
      for (let count = 0; count < 60 && isRunning(child); count++) {
        child.kill('SIGUSR1');
        await sleep(3);
      }
      const hasOutlived = isRunning(child) || child.exitCode !== null;
      const listening = portsOf(child.pid ?? 0);
      child.kill('SIGKILL');
      await ended;
      expect(said).not.toContain('Debugger listening');
      expect(listening).not.toContain(9229);
      expect(listening.length).toBeLessThanOrEqual(name === 'bus-api-provider-database' ? 1 : 0);
      return hasOutlived;
    }),
  );
  if (moments.includes(lateMs)) expect(outlived).toContain(true);
});

test('caught, the signal changes nothing: the answer is the usual one', async () => {
  const child = spawn(process.execPath, [binary('bus-operator-database'), 'plan', '--timeout', '2s'], {
    cwd: deployment.directory,
    env: environment(),
    stdio: 'pipe',
  });
  await untilCaught(child);
  await sleep(300);
  child.kill('SIGUSR1');
  const ended = await new Promise((done) => child.once('close', (code, signal) => done({ code, signal })));
  expect(ended).toEqual({ code: 1, signal: null });
});

const isRunning = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

/** Until the process says what SIGUSR1 does, the tenth of the signals in the mask that Linux tells, or has ended. */
async function untilCaught(child: ChildProcess): Promise<void> {
  while (isRunning(child)) {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const [, caught = '0'] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status) ?? [];
    if ((BigInt(`0x${caught}`) & (1n << 9n)) !== 0n) return;
    await sleep(5);
  }
}

/** The TCP ports on which a process listens; Linux tells. */
function portsOf(pid: number): number[] {
  const inodes = new Set<string>();
  try {
    for (const entry of readdirSync(`/proc/${pid}/fd`)) inodes.add(readlinkSync(`/proc/${pid}/fd/${entry}`));
  } catch {
    return [];
  }
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && inodes.has(`socket:[${fields[9]}]`))
    .map((fields) => Number.parseInt(fields[1]?.split(':').at(-1) ?? '', 16));
}

const everywhere = ['http', 'child_process', '*'];
const inOne = ['https', 'http2', 'net', 'stream', 'HTTP,TLS', 'h*'];

test.each([...everywhere, ...inOne])(
  'NODE_DEBUG=%s is refused where Node would print tokens or passwords',
  (sections) => {
    const env = { ...environment(), NODE_DEBUG: sections };
    const runs = [
      ['bus-operator-database', ['plan', '--api-url', `http://127.0.0.1:${port}`, '--token-file', './local/api-token']],
      ['bus-integration-postgres', ['serve']],
      ['bus-integration-postgres', ['render-hba']],
      ['bus-api-provider-database', ['--addr', '127.0.0.1:0']],
    ] as const;
    for (const [name, args] of everywhere.includes(sections) ? runs : runs.slice(0, 1)) {
      const options = { cwd: deployment.directory, env, encoding: 'utf8', timeout: 20_000 } as const;
      const { status, stdout, stderr } = spawnSync(binary(name), args, options);
      expect([name, status, stdout + stderr]).toEqual([name, 2, expect.stringContaining('unset NODE_DEBUG')]);
      expect(findSecrets({ stdout, stderr }, { apiToken, password: 'hunter2' })).toEqual([]);
    }
    expect(spawnSync(binary('bus-operator-database'), ['--help'], { env }).status).toBe(0);
  },
);

test('the dispatcher starts no child where Node would print its environment, and any other where not', async () => {
  const place = makeDeployment({ keys: { BUS_POSTGRES_ADMIN_DSN: 'host=h password=hunter2' } });
  try {
    place.write('bus-other', '#!/bin/sh\necho started\n', 0o755);
    const run = (NODE_DEBUG: string) =>
      spawnSync(binary('bus'), ['other'], {
        cwd: place.directory,
        env: { PATH: `${place.directory}:${environment().PATH}`, NODE_DEBUG },
        encoding: 'utf8',
      });
    const refused = run('child_process');
    expect([refused.status, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('unset NODE_DEBUG');
    expect(refused.stderr).not.toContain('hunter2');
    expect(run('http').stderr).not.toContain('unset NODE_DEBUG');
  } finally {
    place[Symbol.dispose]();
  }
});

test('what NODE_DEBUG prints of the other sections holds no secret: apply, verify, and the API asked for a plan', async () => {
  await using server = await startServer({ major: 18 });
  using place = makeDeployment({ adminDsn: server.dsn() });
  const NODE_DEBUG = 'tls,undici,fetch,timer,module,esm,worker,repl,source_map,policy,websocket,inspect';
  const output: Record<string, string> = {};
  for (const verb of ['apply', 'verify']) {
    const { exit, stdout, stderr } = await place.run([verb], { env: { NODE_DEBUG } });
    expect(exit, stderr.slice(-2_000)).toBe(0);
    output[verb] = stdout + stderr;
  }
  await using api = await startApi(place);
  const asked = await place.run(['plan', '--api-url', api.url, '--token-file', api.tokenFile], { env: { NODE_DEBUG } });
  output.api = asked.stdout + asked.stderr;
  expect(asked.exit).toBe(0);
  expect(output.apply).toMatch(/^TIMER \d+: /m);
  const secrets: Record<string, string> = { apiToken, admin: server.password };
  for (const [name, line] of Object.entries(filesIn(place.path('local', 'dsn')) ?? {}))
    secrets[name] = parseDsn(line).password ?? '';
  expect(Object.keys(secrets).length).toBeGreaterThan(2);
  expect(findSecrets(output, secrets)).toEqual([]);
});
