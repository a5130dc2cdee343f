// A transaction that outlives the run which began it: the server commits it when the next run is at work already.
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemsWhenConverged, told } from './aftermath.ts';
import { type GroundHandle, startGround } from './grounds.ts';
import { installBinary } from './killed-run.ts';
import { begin, hurtCommand } from './scenario.ts';

const scenario = { kind: 'plain admin', command: 'rotate' } as const;
const binary = await installBinary();
let handle: GroundHandle;
beforeAll(async () => {
  handle = await startGround(scenario.kind, 18);
});
afterAll(async () => {
  await handle?.[Symbol.asyncDispose]();
  binary[Symbol.dispose]();
});

test.each(['apply', 'rotate'] as const)('%s waits for what a killed rotation left behind', async (command) => {
  const { server } = handle.ground;
  using deployment = await begin(scenario, handle, `orphan_${command}`);
  const { serviceRole: role } = deployment;
  const isBlocked = async () => {
    const waiting = "SELECT FROM pg_catalog.pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ $1";
    return (await server.query(waiting, { values: [`ALTER ROLE "?${role}`] })).length > 0;
  };
  const blocker = new Client({ connectionString: server.dsn() });
  await blocker.connect();
  await blocker.query('BEGIN');
  await blocker.query('SELECT FROM pg_catalog.pg_authid WHERE rolname = $1 FOR UPDATE', [role]);

  const killed = binary.start(deployment, ['apply', '--rotate', role]);
  while (!(await isBlocked())) await sleep(20);
  await killed.kill();
  // The server looks for a vanished client every five seconds; within them the blocker gives way and the orphan commits.
  const next = deployment.run(hurtCommand({ ...scenario, command }, deployment));
  await sleep(1_500);
  expect(await isBlocked()).toBe(true);
  await blocker.query('COMMIT');
  await blocker.end();

  const answer = await next;
  expect(answer.exit, told(answer)).toBe(0);
  expect(await problemsWhenConverged(deployment)).toEqual([]);
  await deployment.drop();
});
