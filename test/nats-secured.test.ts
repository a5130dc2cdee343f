// The built worker at NATS servers that let in few: over TLS, with a credentials file, with too few permissions.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { createCertificateAuthority } from 'embedded';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createNatsAccounts } from './nats-account.ts';
import { hasNatsServer, type NatsServer, startNatsServer } from './nats-server.ts';
import { programOf } from './programs.ts';

const program = programOf('bus-integration-postgres');
let directory: string;
let worker: ChildProcess | undefined;
let log = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'nats-secured-'));
});
afterEach(async () => {
  if (worker !== undefined && worker.exitCode === null) {
    worker.kill('SIGKILL');
    await once(worker, 'close');
  }
  rmSync(directory, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

/** Starts the worker, and tells how it got on: `ready`, its exit status, or `waiting`. */
async function serve(env: NodeJS.ProcessEnv, patienceMs = 10_000): Promise<string | number> {
  const readyFile = join(directory, 'ready');
  worker = spawn(program, ['serve', '--ready-file', readyFile], {
    cwd: directory,
    env: {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: directory,
      BUS_DEPLOYMENT_ID: 'shop',
      BUS_DATABASE_NAMES: 'app',
      BUS_POSTGRES_ADMIN_DSN: 'postgresql://nobody@127.0.0.1:1/postgres',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  log = '';
  worker.stderr?.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  const outcome = () => (existsSync(readyFile) ? 'ready' : (worker?.exitCode ?? 'waiting'));
  await expect
    .poll(outcome, { timeout: patienceMs })
    .not.toBe('waiting')
    .catch(() => {});
  return outcome();
}

/** A server with a user `worker`, who may not do all, and a user `asker`, who may. */
async function startRestricted(permissions: string): Promise<NatsServer & { urlAs(user: string): string }> {
  const users = `{user: worker, password: w, permissions: {${permissions}}}, {user: asker, password: a}`;
  const server = await startNatsServer('-c', file('nats.conf', `authorization: {users: [${users}]}`));
  return { ...server, urlAs: (user) => server.url.replace('nats://', `nats://${user}:${user.slice(0, 1)}@`) };
}

function askForPlan(client: NatsConnection): void {
  const payload = { deployment_id: 'shop', provider: 'postgres', databases: ['app'] };
  const name = 'bus.database.plan.request';
  client.publish(name, JSON.stringify({ name, correlation_id: 'one', payload }));
}

describe.runIf(hasNatsServer('worker at secured NATS'))('the worker', () => {
  test('uses a credentials file, over TLS whose certificate it checks', async () => {
    const authority = createCertificateAuthority();
    const { certificate, key } = authority.issue({ names: ['127.0.0.1'] });
    const accounts = createNatsAccounts();
    const tls = `tls: { cert_file: "${file('cert.pem', certificate)}", key_file: "${file('key.pem', key)}" }`;
    await using server = await startNatsServer('-c', file('nats.conf', `${tls}\n${accounts.configuration}`));
    const env = {
      BUS_NATS_URL: server.url.replace(/^\w+:/, 'tls:'),
      BUS_NATS_CREDS_FILE: file('nats.creds', accounts.credentials),
      NODE_EXTRA_CA_CERTS: file('ca.pem', authority.certificate),
    };
    expect(await serve(env), log).toBe('ready');
    worker?.kill('SIGTERM');
    await expect.poll(() => worker?.exitCode, { timeout: 10_000 }).toBe(0);

    const { NODE_EXTRA_CA_CERTS: _, ...unknowing } = env;
    expect(await serve(unknowing, 3_000)).toBe('waiting');
    expect(log).toMatch(/can't reach NATS: .*certificate/);
    worker?.kill('SIGTERM');
    await expect.poll(() => worker?.exitCode, { timeout: 10_000 }).toBe(0);

    const stranger = file('stranger.creds', accounts.strangersCredentials);
    expect(await serve({ ...env, BUS_NATS_CREDS_FILE: stranger })).toBe(1);
    expect(log).toMatch(/NATS refused the login/);
    expect(log).not.toContain(accounts.strangersCredentials.split('\n')[1]);

    const shared = file('shared.creds', accounts.credentials);
    chmodSync(shared, 0o644);
    expect(await serve({ ...env, BUS_NATS_CREDS_FILE: shared })).toBe(2);
    expect(log).toMatch(/shared\.creds.*chmod 0?600/);
  });

  test('needs no more than the permissions that its README names', async () => {
    const readme = readFileSync(new URL('../packages/bus-integration-database/README.md', import.meta.url), 'utf8');
    const [, publish, subscribe] = /`publish: (\[.*\])` and `subscribe: (\[.*\])`/.exec(readme) ?? [];
    await using server = await startRestricted(`publish: {allow: ${publish}}, subscribe: {allow: ${subscribe}}`);
    expect(await serve({ BUS_NATS_URL: server.urlAs('worker') }), log).toBe('ready');
    const client = await connect({ servers: server.urlAs('asker'), user: 'asker', pass: 'a' });
    const answers: string[] = [];
    client.subscribe('bus.database.plan.response', {
      callback: (_, message) => {
        answers.push(message.string());
      },
    });
    askForPlan(client);
    await expect.poll(() => answers, { timeout: 10_000 }).toEqual([expect.stringContaining('"unreachable"')]);
    await client.close();
    expect(worker?.exitCode).toBe(null);
  });

  test.each([
    ['bus.database.plan.response', 'publish: {deny: ["bus.database.*.response"]}', 'bus.database.>'],
    ['$JS.API.CONSUMER.MSG.NEXT', 'publish: {deny: ["$JS.API.CONSUMER.MSG.>"]}', '$JS.API.CONSUMER.MSG.NEXT.>'],
    ['_INBOX', 'subscribe: {deny: ["_INBOX.>"]}', '_INBOX.>'],
  ])('ends at once where it may not use %s, and says what is to be allowed', async (subject, permissions, allow) => {
    await using server = await startRestricted(permissions);
    const client = await connect({ servers: server.urlAs('asker'), user: 'asker', pass: 'a' });
    if ((await serve({ BUS_NATS_URL: server.urlAs('worker') })) === 'ready') askForPlan(client);
    await expect.poll(() => worker?.exitCode, { timeout: 15_000 }).toBe(1);
    await client.close();
    expect(log).toContain(`NATS does not let this account`);
    expect(log).toContain(subject);
    expect(log).toContain(JSON.stringify(`[${JSON.stringify(allow)}]`).slice(1, -1));
    expect(log).not.toMatch(/\n\s+at /);
  });
});
