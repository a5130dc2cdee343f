// The built `bus-integration-postgres serve` as real processes, over a real NATS server and over HTTP: the same answers as
// the command line, killed in the middle of an apply, ended by a signal.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../packages/bus-integration-database/test/events-broker.ts';
import { type ApiServer, apiToken, startApi } from './api-server.ts';
import { type Deployment, makeDeployment } from './deployment.ts';
import { hasNatsServer, type NatsServer, startNatsServer } from './nats-server.ts';
import { programOf } from './programs.ts';

const program = programOf('bus-integration-postgres');
const rounds = Number(process.env.HAMMER_ROUNDS ?? 2);
let server: Server;
let adminDsn: string;
const serving: ChildProcess[] = [];
let count = 0;

beforeAll(async () => {
  server = await startServer({ settings: { max_connections: '80' } });
  adminDsn = await createPlainAdmin(server);
});
afterEach(async () => {
  for (const child of serving.splice(0)) await endOf(child, 'SIGKILL');
});
afterAll(() => server.stop());

function newDeployment(databases = 2): Deployment & { desired: object; about: object } {
  count += 1;
  const names = Array.from({ length: databases }, (_, index) => `worked${count}_${index}`);
  const role = `worked${count}_svc`;
  const id = `worked-${count}`;
  const deployment = makeDeployment({
    adminDsn,
    keys: {
      BUS_DEPLOYMENT_ID: id,
      BUS_DATABASE_NAMES: names.join(','),
      BUS_DATABASE_SERVICE_ROLE: role,
    },
  });
  const about = { deployment_id: id, provider: 'postgres' };
  // As the command line asks.
  const desired = { ...about, databases: names, roles: [role], service_role: role, schemas: ['public'] };
  return Object.assign(deployment, { desired, about });
}

interface Serving {
  readonly child: ChildProcess;
  readonly readyFile: string;
  log(): string;
}

async function serve(deployment: Deployment, flags: string[], env: NodeJS.ProcessEnv = {}): Promise<Serving> {
  const readyFile = deployment.path(`ready-${serving.length}-${Math.random()}`);
  const child = spawn(program, ['serve', '--env-file', '.env', '--ready-file', readyFile, ...flags], {
    cwd: deployment.directory,
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: deployment.directory, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  serving.push(child);
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  await expect.poll(() => existsSync(readyFile) || child.exitCode !== null, { timeout: 20_000 }).toBe(true);
  expect(child.exitCode, log).toBe(null);
  return { child, readyFile, log: () => log };
}

/** A plan by GET, an apply by POST whose job is waited for. */
async function askApi({ url }: ApiServer, method: string, desired: object): Promise<Record<string, unknown>> {
  const isApply = method === 'POST';
  const response = await fetch(`${url}/api/internal/database/${isApply ? 'apply?wait=60s' : 'plan'}`, {
    method,
    headers: {
      authorization: `Bearer ${apiToken}`,
      ...(isApply && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
    },
    ...(isApply && { body: JSON.stringify({ ...desired, dry_run: false, confirm: true }) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode;
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, by) => resolve(code ?? by)),
  );
  child.kill(signal);
  return await ended;
}

/** What differs between two runs of the same. */
function timeless(response: Record<string, unknown>): object {
  const { elapsed_ms: _, ...rest } = response;
  return rest;
}

async function expectConverged(deployment: Deployment): Promise<void> {
  const { exit, stdout } = await deployment.run(['plan', '--check']);
  expect([exit, stdout]).toEqual([0, expect.stringContaining('nothing to do')]);
  const verified = await deployment.run(['verify', '-f', 'json']);
  const { connectivity } = JSON.parse(verified.stdout) as { connectivity: { result: string }[] };
  expect(connectivity.filter(({ result }) => result === 'fail')).toEqual([]);
}

describe.runIf(hasNatsServer('worker over NATS'))('over NATS', () => {
  let nats: NatsServer;
  let client: NatsConnection;
  const answers = new Map<string, Record<string, unknown>[]>();

  beforeAll(async () => {
    nats = await startNatsServer();
    client = await connect({ servers: nats.url });
    client.subscribe('bus.database.*.response', {
      callback: (_, message) => {
        const { correlation_id, payload } = message.json<{
          correlation_id: string;
          payload: Record<string, unknown>;
        }>();
        answers.set(correlation_id, [...(answers.get(correlation_id) ?? []), payload]);
      },
    });
    await client.flush();
  });
  afterAll(async () => {
    await client.close();
    await nats[Symbol.asyncDispose]();
  });

  function publish(verb: string, id: string, payload: object): void {
    const name = `bus.database.${verb}.request`;
    client.publish(name, JSON.stringify({ name, correlation_id: id, delivery: 'broadcast', payload }));
  }

  async function answerTo(id: string): Promise<Record<string, unknown>> {
    await expect.poll(() => answers.get(id)?.length ?? 0, { timeout: 40_000 }).toBeGreaterThan(0);
    return answers.get(id)?.[0] ?? {};
  }

  const group = () => ({ BUS_EVENTS_GROUP: `group-${count}`, BUS_NATS_STREAM: 'BUS_DATABASE' });

  test('answers equal what the command line prints for the same deployment', async () => {
    using deployment = newDeployment();
    await serve(deployment, ['--nats', nats.url], group());
    const printed = async (...args: string[]) =>
      timeless(JSON.parse((await deployment.run([...args, '-f', 'json'])).stdout));

    publish('plan', 'same-plan', deployment.desired);
    expect(timeless(await answerTo('same-plan'))).toEqual(await printed('plan'));
    publish('apply', 'same-dry', { ...deployment.desired, dry_run: true });
    expect(timeless(await answerTo('same-dry'))).toEqual(await printed('apply', '--dry-run'));
    publish('apply', 'same-apply', { ...deployment.desired, dry_run: false, confirm: true });
    expect(await answerTo('same-apply')).toMatchObject({ ok: true, dry_run: false });
    await expectConverged(deployment);
    publish('plan', 'same-second', deployment.desired);
    expect(timeless(await answerTo('same-second'))).toEqual(await printed('plan'));
    publish('status', 'same-status', deployment.about);
    expect(timeless(await answerTo('same-status'))).toEqual(await printed('status'));
    publish('verify', 'same-verify', { ...deployment.about, checks: ['connectivity', 'listener-policy'] });
    expect(timeless(await answerTo('same-verify'))).toEqual(await printed('verify'));
    publish('apply', 'same-again', { ...deployment.desired, dry_run: false, confirm: true });
    expect(timeless(await answerTo('same-again'))).toEqual(await printed('apply'));
  });

  test('a name with a line break is refused, one with a blank or a semicolon is taken', async () => {
    using deployment = newDeployment();
    await serve(deployment, ['--nats', nats.url], group());
    const lists = { databases: ['a\nb'], roles: ['c\rd'], schemas: ['e\r\nf'], service_role: 'g\nh', rotate: ['i\nj'] };
    for (const [key, value] of Object.entries(lists)) {
      publish('plan', `broken-${key}`, { ...deployment.desired, [key]: value });
      const answer = await answerTo(`broken-${key}`);
      expect(answer, key).toMatchObject({ ok: false, error_class: 'invalid-request' });
      expect(JSON.stringify(answer.diagnostics), key).toContain('holds a line break (CR or LF)');
    }
    const odd = `odd${count} name; x`;
    publish('apply', 'odd', { ...deployment.desired, databases: [odd], dry_run: false, confirm: true });
    expect(await answerTo('odd')).toMatchObject({ ok: true });
    expect(
      await server.query('SELECT datname FROM pg_catalog.pg_database WHERE datname = $1', { values: [odd] }),
    ).toEqual([{ datname: odd }]);
  });

  test('killed in the middle of an apply, another worker takes over', async () => {
    const group = { BUS_EVENTS_GROUP: 'killed', BUS_NATS_ACK_WAIT: '2s' };
    for (const after of ['create-role', 'first database', 'last database']) {
      using deployment = newDeployment(6);
      const { databases, roles } = deployment.desired as { databases: string[]; roles: string[] };
      const first = await serve(deployment, ['--nats', nats.url], group);
      const id = `killed-${count}`;
      publish('apply', id, { ...deployment.desired, dry_run: false, confirm: true });
      const sign = {
        'create-role': `SELECT FROM pg_catalog.pg_roles WHERE rolname = '${roles[0]}'`,
        'first database': `SELECT FROM pg_catalog.pg_database WHERE datname = '${databases[0]}'`,
        'last database': `SELECT FROM pg_catalog.pg_database WHERE datname = '${databases.at(-1)}'`,
      }[after];
      while ((await server.query(sign ?? '')).length === 0);
      await endOf(first.child, 'SIGKILL');
      expect(answers.get(id), `${after}: answered before it was killed`).toBe(undefined);
      const second = await serve(deployment, ['--nats', nats.url], group);
      expect(await answerTo(id), second.log()).toMatchObject({ ok: true, dry_run: false });
      await expectConverged(deployment);
      expect(await endOf(second.child, 'SIGTERM')).toBe(0);
    }
  }, 120_000);

  test(
    `two workers, the API and the command line at once on one deployment, ${rounds} rounds`,
    async () => {
      using deployment = newDeployment(3);
      for (let worker = 0; worker < 2; worker += 1) await serve(deployment, ['--nats', nats.url], group());
      await using api = await startApi(deployment);
      for (let round = 0; round < rounds; round += 1) {
        const ids = Array.from({ length: 6 }, (_, index) => `hammer-${count}-${round}-${index}`);
        for (const [index, id] of ids.entries()) {
          const verb = index % 3 === 2 ? 'plan' : 'apply';
          const asked = verb === 'apply' ? { dry_run: false, confirm: true } : {};
          publish(verb, id, { ...deployment.desired, ...asked });
          // Delivered twice, as brokers do.
          if (index === 0) publish(verb, id, { ...deployment.desired, ...asked });
        }
        const [byHand, ...answered] = await Promise.all([
          deployment.run(['apply', '-q', '--lock-timeout', '20s']),
          ...ids.map(answerTo),
          ...['GET', 'POST', 'POST'].map((method) => askApi(api, method, deployment.desired)),
        ]);
        expect(byHand.exit, byHand.stderr).toBe(0);
        for (const answer of answered) {
          // A plan may fall between a verifier and its file, and says so.
          expect(answer.ok || answer.error_class === 'locked', JSON.stringify(answer.diagnostics)).toBe(true);
        }
        await expectConverged(deployment);
        // The next round begins with nothing again.
        const { databases, roles } = deployment.desired as { databases: string[]; roles: string[] };
        for (const name of databases) await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
        await server.query(`DROP ROLE ${roles[0]}`);
      }
    },
    60_000 + rounds * 20_000,
  );
});

describe('over HTTP', () => {
  let broker: Broker;
  const token = 'tok-abcdefghijklmnop';
  beforeAll(async () => {
    broker = await startBroker({ token });
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  const publish = (verb: string, id: string, payload: object) =>
    broker.publish({ name: `bus.database.${verb}.request`, correlation_id: id, delivery: 'broadcast', payload });

  test('serves, ends by SIGTERM after what is at work, and logs no secret', async () => {
    using deployment = newDeployment(6);
    deployment.write('local/token', `${token}\n`);
    const { child, log, readyFile } = await serve(deployment, [], {
      BUS_EVENTS_API_URL: broker.url,
      BUS_EVENTS_TOKEN_FILE: './local/token',
    });
    publish('plan', 'http-plan', deployment.desired);
    expect((await broker.answerTo('http-plan')).payload).toMatchObject({ ok: true, dry_run: true });
    publish('apply', 'http-apply', { ...deployment.desired, dry_run: false, confirm: true });
    const { roles } = deployment.desired as { roles: string[] };
    while ((await server.query(`SELECT FROM pg_catalog.pg_roles WHERE rolname = '${roles[0]}'`)).length === 0);
    expect(await endOf(child, 'SIGTERM')).toBe(0);
    expect((await broker.answerTo('http-apply')).payload).toMatchObject({ ok: true, dry_run: false });
    expect(existsSync(readyFile)).toBe(false);
    await expectConverged(deployment);
    const lines = log().trim().split('\n');
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ time: expect.any(String), level: expect.any(String) });
    const password = /:\/\/[^:]+:([^@]+)@/.exec(adminDsn)?.[1] ?? 'none';
    for (const secret of [token, password]) expect(log()).not.toContain(secret);
  });

  test('a second signal interrupts the apply, which says what stands', async () => {
    using deployment = newDeployment(6);
    const { child, log } = await serve(deployment, ['--events-url', broker.url], { BUS_API_TOKEN: token });
    publish('apply', 'http-cut', { ...deployment.desired, dry_run: false, confirm: true });
    const { roles } = deployment.desired as { roles: string[] };
    while ((await server.query(`SELECT FROM pg_catalog.pg_roles WHERE rolname = '${roles[0]}'`)).length === 0);
    child.kill('SIGTERM');
    await expect.poll(() => log().includes('ending')).toBe(true);
    expect(await endOf(child, 'SIGTERM')).toBe(0);
    const { payload } = await broker.answerTo('http-cut');
    expect(payload.ok || payload.error_class === 'cancelled').toBe(true);
    expect((await deployment.run(['apply', '-q'])).exit).toBe(0);
    await expectConverged(deployment);
  });

  test('a refused token ends it with exit status 1, wrong configuration with 2', async () => {
    using deployment = newDeployment();
    const ended = (flags: string[], env: NodeJS.ProcessEnv) =>
      new Promise<{ code: number | null; log: string }>((resolve) => {
        const child = spawn(program, ['serve', '--env-file', '.env', ...flags], {
          cwd: deployment.directory,
          env: { PATH: process.env.PATH, HOME: deployment.directory, ...env },
        });
        let log = '';
        child.stderr.on('data', (text) => {
          log += text;
        });
        child.once('close', (code) => resolve({ code, log }));
      });
    const refused = await ended(['--events-url', broker.url], { BUS_API_TOKEN: 'wrong' });
    expect([refused.code, refused.log]).toEqual([1, expect.stringContaining('401')]);
    expect((await ended([], {})).code).toBe(2);
    expect((await ended(['--events-url', 'http://a', '--nats', 'nats://b'], {})).code).toBe(2);
    const twice = await ended([], { BUS_EVENTS_API_URL: 'http://user:pw-1234@host' });
    expect([twice.code, twice.log.includes('pw-1234')]).toEqual([2, false]);
    deployment.write('readable', 'token\n', 0o644);
    const exposed = await ended(['--events-url', broker.url], { BUS_EVENTS_TOKEN_FILE: join('.', 'readable') });
    expect([exposed.code, exposed.log]).toEqual([2, expect.stringContaining('chmod 600')]);
  });
});
