// Taking over from several deployments at once: the list is in the saved plan that is carried out, and in requests to the
// API, as it was given.
import type { Response } from 'bus-integration-database';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiToken, startApi } from './api-server.ts';
import { type Deployment, makeDeployment } from './deployment.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer({ major: 18 });
}, 60_000);
afterAll(() => server?.stop());

/** A deployment that wants a role of `shop` and a database of `shop-live`, with another for neither to be taken. */
async function wanting(name: string): Promise<Deployment> {
  for (const sql of [
    `CREATE ROLE ${name}_svc LOGIN`,
    `COMMENT ON ROLE ${name}_svc IS 'bus-deployment=shop'`,
    `CREATE DATABASE ${name}`,
    `COMMENT ON DATABASE ${name} IS 'bus-deployment=shop-live'`,
  ])
    await server.query(sql);
  return makeDeployment({
    adminDsn: server.dsn(),
    keys: { BUS_DATABASE_NAMES: name, BUS_DATABASE_SERVICE_ROLE: `${name}_svc` },
  });
}

async function marksOf(name: string): Promise<unknown> {
  return await server.query(
    `SELECT shobj_description(oid, 'pg_database') AS database,
            shobj_description('${name}_svc'::regrole, 'pg_authid') AS role FROM pg_database WHERE datname = '${name}'`,
  );
}

const ours = [{ database: 'bus-deployment=example-dev', role: 'bus-deployment=example-dev' }];
const both = ['--adopt-from', 'shop', '--adopt-from', 'shop-live'];
const allowed = ['--allow', 'grant,revoke', '--rotate'];

test('a saved plan carries the list', async () => {
  using deployment = await wanting('saved');
  const one = await deployment.run(['plan', '--adopt-from', 'shop', ...allowed, 'saved_svc', '--save', 'plan.json']);
  expect([one.exit, one.stdout]).toEqual([4, expect.stringContaining('shop-live')]);
  const plan = await deployment.run(['plan', ...both, ...allowed, 'saved_svc', '--save', 'plan.json', '-f', 'json']);
  expect(plan.exit, plan.stdout + plan.stderr).toBe(0);
  expect((JSON.parse(plan.stdout) as Response).allowed?.adopt_from).toEqual(['shop', 'shop-live']);
  const applied = await deployment.run(['apply', '--plan', 'plan.json']);
  expect(applied.exit, applied.stdout + applied.stderr).toBe(0);
  expect(await marksOf('saved')).toEqual(ours);
  expect((await deployment.run(['verify'])).exit).toBe(0);
});

test('the API takes it, and gives it back', async () => {
  using deployment = await wanting('asked');
  await using api = await startApi(deployment);
  const ask = async (verb: string, adopt_from: unknown) => {
    const answer = await fetch(`${api.url}/api/internal/database/${verb}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({
        deployment_id: 'example-dev',
        provider: 'postgres',
        databases: ['asked'],
        roles: ['asked_svc'],
        service_role: 'asked_svc',
        schemas: ['public'],
        allow: ['grant', 'revoke'],
        rotate: ['asked_svc'],
        adopt_from,
        ...(verb === 'apply' && { dry_run: false, confirm: true }),
      }),
    });
    return { status: answer.status, body: (await answer.json()) as Response };
  };
  expect((await ask('plan', ['shop'])).body).toMatchObject({ ok: false, error_class: 'not-ours' });
  const both = ['shop', 'shop-live'];
  const planned = await ask('plan', both);
  expect(planned.body, JSON.stringify(planned)).toMatchObject({ ok: true, allowed: { adopt_from: both } });
  for (const bad of [[], ["x' or 1"], [3], { a: 1 }]) expect((await ask('plan', bad)).status).toBe(400);
  const { status, body } = await ask('apply', both);
  expect(status, JSON.stringify(body)).toBe(202);
  const { job_id } = body as unknown as { job_id: string };
  const job = async () => {
    const answer = await fetch(`${api.url}/api/internal/database/jobs/${job_id}`, {
      headers: { authorization: `Bearer ${apiToken}` },
    });
    return (await answer.json()) as { state: string; response?: Response };
  };
  await expect.poll(async () => (await job()).state, { timeout: 30_000 }).not.toBe('running');
  const ended = await job();
  expect(ended.response, JSON.stringify(ended)).toMatchObject({ ok: true });
  expect(await marksOf('asked')).toEqual(ours);
});
