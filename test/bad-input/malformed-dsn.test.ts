// A mistyped admin DSN through every surface: the error names the parameter and the fault, no piece of the string is
// printed, and nothing of it is asked of the resolver.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startBroker } from '../../packages/bus-integration-database/test/events-broker.ts';
import { apiToken, startApi } from '../api-server.ts';
import { makeDeployment } from '../deployment.ts';
import { inTurn } from '../variants.ts';
import { lookupsOf } from './lookups.ts';
import { malformedDsns } from './malformed-dsns.ts';

const file = 'local/postgres-admin-dsn';
const worker = new URL('../../packages/bus-integration-postgres/bin/bus-integration-postgres.js', import.meta.url)
  .pathname;
const canary = /TAIL/;
const forms: readonly (readonly string[])[] = [['plan'], ['plan', '-f', 'json']];

describe('a mistyped admin DSN', () => {
  it('is told in text and JSON by its fault alone', { timeout: 240_000 }, async () => {
    using deployment = makeDeployment({ adminDsn: 'postgresql://x' });
    const lookups = lookupsOf(deployment);
    expect(malformedDsns.length).toBeGreaterThanOrEqual(30);
    for (const [args, dsns] of inTurn('mistyped admin DSNs', forms, malformedDsns)) {
      for (const { dsn, says } of dsns) {
        deployment.write(file, `${dsn}\n`);
        const { exit, stdout, stderr } = await deployment.run(args, { env: lookups.env });
        const told = `${stdout}${stderr}`;
        expect.soft(told, dsn).not.toMatch(canary);
        // Text is wrapped; JSON has its quotes escaped.
        expect.soft(told.replace(/\\"/g, '"').replace(/\s+/g, ' '), dsn).toMatch(says);
        expect.soft(exit, dsn).toBe(2);
        expect.soft(lookups.names(), dsn).toEqual([]);
      }
    }
  });

  it.each([
    ['sslmode', 'set sslmode to disable, allow, prefer, require, verify-ca or verify-full'],
    ['channel_binding', 'set channel_binding to disable, prefer or require'],
    ['target_session_attrs', 'set target_session_attrs to any, read-write, '],
    ['gssencmode', 'set gssencmode to disable, prefer or require'],
    ['connect_timeout', 'change connect_timeout where the message says it comes from'],
    ['hostaddr', 'change hostaddr where the message says it comes from'],
  ])('says what %s may be, of doctor too', async (keyword, remedy) => {
    using deployment = makeDeployment({ adminDsn: `postgresql://adm:p@127.0.0.1/db?${keyword}=bad` });
    for (const verb of ['doctor', 'plan']) {
      const { stdout, stderr } = await deployment.run([verb]);
      const told = `${stdout}${stderr}`.replace(/\s+/g, ' ');
      expect(told).toContain(`next: ${remedy}`);
      expect(told).not.toContain('next: bus operator database doctor');
    }
  });

  it('would be seen to be looked up', async () => {
    using deployment = makeDeployment({ adminDsn: 'postgresql://adm:p@host.invalid/db' });
    const lookups = lookupsOf(deployment);
    expect((await deployment.run(['plan'], { env: lookups.env })).exit).toBe(1);
    expect(lookups.names()).toContain('host.invalid');
  });

  it('is told so by the API', { timeout: 120_000 }, async () => {
    using deployment = makeDeployment({ adminDsn: 'postgresql://x' });
    const lookups = lookupsOf(deployment);
    deployment.configure(lookups.env);
    await using api = await startApi(deployment);
    // The address that it listens on itself.
    const before = new Set(lookups.names());
    for (const { dsn, says } of malformedDsns) {
      deployment.write(file, `${dsn}\n`);
      const response = await fetch(`${api.url}/api/internal/database/plan`, {
        headers: { authorization: `Bearer ${apiToken}` },
      });
      const text = await response.text();
      expect.soft(text, dsn).not.toMatch(canary);
      expect.soft(text.replace(/\\"/g, '"'), dsn).toMatch(says);
      expect.soft(response.ok, dsn).toBe(false);
    }
    expect(api.log()).not.toMatch(canary);
    expect(lookups.names().filter((name) => !before.has(name))).toEqual([]);
  });

  it('is told so in the answer to an event', { timeout: 120_000 }, async () => {
    using deployment = makeDeployment({ adminDsn: 'postgresql://x' });
    const lookups = lookupsOf(deployment);
    await using broker = await startBroker({});
    const readyFile = deployment.path('ready');
    const flags = ['serve', '--env-file', '.env', '--ready-file', readyFile, '--events-url', broker.url];
    const child = spawn(worker, flags, {
      cwd: deployment.directory,
      env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: deployment.directory, ...lookups.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await using _running = { [Symbol.asyncDispose]: () => ended(child) };
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      log += text;
    });
    await expect.poll(() => existsSync(readyFile) || child.exitCode !== null, { timeout: 20_000 }).toBe(true);
    expect(child.exitCode, log).toBe(null);
    const before = lookups.names();
    for (const [index, { dsn, says }] of malformedDsns.entries()) {
      deployment.write(file, `${dsn}\n`);
      const payload = { deployment_id: 'example-dev', provider: 'postgres', databases: ['bus_auth'], roles: ['svc'] };
      const id = `malformed-${index}`;
      broker.publish({ name: 'bus.database.plan.request', correlation_id: id, delivery: 'broadcast', payload });
      const answer = JSON.stringify(await broker.answerTo(id));
      expect.soft(answer, dsn).not.toMatch(canary);
      expect.soft(answer.replace(/\\"/g, '"'), dsn).toMatch(says);
      expect.soft(answer, dsn).toContain('"ok":false');
    }
    expect(log).not.toMatch(canary);
    expect(lookups.names()).toEqual(before);
  });
});

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await exit;
}
