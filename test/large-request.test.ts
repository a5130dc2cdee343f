// A small request whose lists multiply to millions of resources, over real HTTP to the built API and as a real event to the
// built worker: answered at once, in little memory, and both go on.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBroker } from '../packages/bus-integration-database/test/events-broker.ts';
import { apiToken, startApi } from './api-server.ts';
import { makeDeployment } from './deployment.ts';

const program = new URL('../packages/bus-integration-postgres/bin/bus-integration-postgres.js', import.meta.url)
  .pathname;
const about = { deployment_id: 'example-dev', provider: 'postgres' };
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const few = { ...about, databases: ['app'], roles: ['svc'] };
/** A heap in which what used to be made of them does not fit. */
const env = { NODE_OPTIONS: '--max-old-space-size=256' };

/** Each with a word that its answer must hold. */
const large: [what: string, payload: object, says: string][] = [
  [
    'three lists that multiply',
    { ...about, databases: names('d', 300), roles: names('r', 300), schemas: names('s', 300) },
    '27,270,900 resources',
  ],
  [
    'a template that multiplies',
    { ...about, databases: names('d'.repeat(50), 4_000), service_role: '{database}'.repeat(2_000) },
    'at most 256 characters',
  ],
  ['a list of what is not a name', { ...about, databases: Array(500_000).fill(1) }, '500,000 items'],
  ['a long rotation', { ...few, rotate: names('r', 90_000) }, '90,000 items'],
  ['a long list of risks', { ...few, allow: Array(90_000).fill('x') }, '90,000 items'],
  ['many networks', { ...few, listener_networks: Array(90_000).fill('x') }, '90,000 items'],
];

let server: Server;
let adminDsn: string;
beforeAll(async () => {
  server = await startServer();
  adminDsn = await createPlainAdmin(server);
});
afterAll(() => server.stop());

/** The most memory that a process ever held, where the system tells. */
function peakMB(pid: number | undefined): number {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) {
    console.log('memory is not looked at: this system has no /proc');
    return 0;
  }
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(status, 'utf8'))?.[1]) / 1_024;
}

it('the API refuses them and goes on', async () => {
  using deployment = makeDeployment({ adminDsn });
  deployment.configure({ BUS_DEPLOYMENT_ID: about.deployment_id });
  await using api = await startApi(deployment, [], env);
  const post = async (payload: object) => {
    const response = await fetch(`${api.url}/api/internal/database/plan`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    });
    return { status: response.status, text: await response.text() };
  };
  for (const [what, payload, says] of large) {
    const { status, text } = await post(payload);
    expect([what, status, text.includes(says), text.length < 2_000]).toEqual([what, 400, true, true]);
  }
  // Only an apply may hold a saved plan, which is long.
  expect((await post({ ...few, schemas: names('s'.repeat(1_000), 4_000) })).status).toBe(413);
  expect(JSON.parse((await post(few)).text)).toMatchObject({ ok: true });
  expect(peakMB(api.pid)).toBeLessThan(250);
}, 120_000);

it('the worker answers them and goes on', async () => {
  using deployment = makeDeployment({ adminDsn });
  deployment.configure({ BUS_DEPLOYMENT_ID: about.deployment_id });
  await using broker = await startBroker();
  const ready = deployment.path('ready');
  const child = spawn(program, ['serve', '--env-file', '.env', '--ready-file', ready, '--events-url', broker.url], {
    cwd: deployment.directory,
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: deployment.directory, ...env },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    await expect.poll(() => existsSync(ready), { timeout: 30_000 }).toBe(true);
    const ask = async (id: string, payload: object) => {
      const name = 'bus.database.plan.request';
      broker.publish({ name, correlation_id: id, delivery: 'broadcast', payload });
      return (await broker.answerTo(id, 60_000)).payload;
    };
    for (const [what, payload, says] of large) {
      const answer = await ask(what.replaceAll(' ', '-'), payload);
      expect([what, answer.error_class, JSON.stringify(answer).includes(says)]).toEqual([
        what,
        'invalid-request',
        true,
      ]);
    }
    expect(await ask('small', few)).toMatchObject({ ok: true });
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    expect(peakMB(child.pid)).toBeLessThan(250);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}, 120_000);
