// Somebody makes what an apply is about to make, between its look and its statement: it looks again, and its answer tells
// what it did before that too.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'bus-integration-database';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Flags, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** An apply of a role and a database, whose name a stranger gives to another one while the apply waits to make it. */
async function meanwhile(name: string, flags: Flags): Promise<Response> {
  using folder = temporaryFolder();
  const desired = { databases: [name], serviceRole: `${name}_svc` };
  const deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path });
  await server.query(`CREATE DATABASE ${name}_before`);
  const stranger = new Client({ connectionString: server.dsn() });
  await stranger.connect();
  await stranger.query(`BEGIN; ALTER DATABASE ${name}_before RENAME TO ${name}`);
  const answer = deployment.apply(flags);
  await giveWay(stranger, `CREATE DATABASE "${name}"`);
  return await answer;
}

/** Commits as soon as the statement waits for it. */
async function giveWay(stranger: Client, statement: string): Promise<void> {
  const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND position($1 IN query) > 0";
  while ((await server.query(waiting, { values: [statement] })).length === 0) await sleep(20);
  await stranger.query('COMMIT');
  await stranger.end();
}

const made = ({ steps }: Response) => stepLines(steps.filter(({ state }) => state === 'applied'));

test('refused then, it tells what it made before', async () => {
  const answer = await meanwhile('refused', {});
  expect(answer.error_class, explain(answer)).toBe('not-ours');
  expect(made(answer)).toEqual(['create-role refused_svc']);
  const stands = answer.diagnostics.find(({ code }) => code === 'what-stands');
  expect(stands?.message).toMatch(
    /^1 of \d steps? (was|were) carried out.*; 1 staged file holds what the next run takes$/,
  );
});

test('going on, it counts what it made before', async () => {
  const answer = await meanwhile('adopted', { adopt: true, allow: ['grant', 'revoke', 'update'] });
  expect(answer.ok, explain(answer)).toBe(true);
  const steps = made(answer).filter((line) => !line.startsWith('apply-database-plan'));
  expect(steps.slice(0, 2)).toEqual(['create-role adopted_svc', 'adopt-database adopted']);
  expect(answer.steps.at(-1)?.after).toEqual({ steps: steps.length });
});

test('refused in the middle of a rotation, it does not advise to rotate again what it rotated', async () => {
  using folder = temporaryFolder();
  const desired = { databases: ['rotated'], serviceRole: 'rotated_a', roles: ['rotated_b'] };
  const deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path, jobs: 1 });
  expect((await deployment.apply()).ok).toBe(true);
  const stranger = new Client({ connectionString: server.dsn('rotated') });
  await stranger.connect();
  await stranger.query('BEGIN; DROP OWNED BY rotated_b; DROP ROLE rotated_b; COMMENT ON DATABASE rotated IS NULL');
  const rotation = deployment.apply({ rotate: ['rotated_a', 'rotated_b'] });
  await giveWay(stranger, 'ALTER ROLE "rotated_b"');
  const answer = await rotation;
  expect(answer.error_class, explain(answer)).toBe('not-ours');
  expect(made(answer)).toContain('alter-role rotated_a');
  const stands = answer.diagnostics.find(({ code }) => code === 'what-stands');
  expect(stands?.remedy).toBe('bus operator database apply --rotate rotated_b');
});

test('where it can not look again, it tells what it made before', async () => {
  using folder = temporaryFolder();
  const adminDsn = await createPlainAdmin(server, 'unlooked_admin');
  const declare = (databases: string[]) =>
    createDeployment({ adminDsn, desired: { databases, serviceRole: 'unlooked_svc' }, folder: folder.path });
  expect((await declare(['unlooked_first']).apply()).ok).toBe(true);
  await server.query('CREATE DATABASE unlooked_before');
  const stranger = new Client({ connectionString: server.dsn() });
  await stranger.connect();
  await stranger.query('BEGIN; ALTER DATABASE unlooked_before RENAME TO unlooked_third');
  // Its sessions stay; it opens no other one, as the look into unlooked_first does.
  const answer = declare(['unlooked_first', 'unlooked_second', 'unlooked_third']).apply();
  const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%unlooked_third%'";
  while ((await server.query(waiting)).length === 0) await sleep(20);
  await stranger.query('ALTER ROLE unlooked_admin NOLOGIN; COMMIT');
  await stranger.end();
  const { error_class: errorClass, diagnostics } = await answer;
  expect(errorClass).toBe('authentication-failed');
  const stands = diagnostics.find(({ code }) => code === 'what-stands');
  expect(stands?.message).toMatch(
    /unlooked_second is closed and unfinished; 2 staged files hold what the next run takes$/,
  );
});
