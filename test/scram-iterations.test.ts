// Servers that ask for more hashing than anybody waits for, and runs that are ended while they hash: the built command
// against real servers.
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDeployment } from './deployment.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const remedy = 'ALTER SYSTEM SET scram_iterations = 4096';

test('scram_iterations beyond the bound: plan, apply and doctor say so at once, and how to change it', async () => {
  await server.reload({ settings: { scram_iterations: '2147483647' } });
  using deployment = makeDeployment({ adminDsn: server.dsn() });
  for (const verb of ['plan', 'apply', 'doctor']) {
    const { exit, stdout, stderr } = await deployment.run([verb]);
    expect([verb, exit]).toEqual([verb, verb === 'doctor' ? 1 : 4]);
    expect(stdout + stderr).toContain("the server's scram_iterations is 2147483647; expected at most 1000000");
    expect(stdout + stderr).toContain(remedy);
  }
  await server.reload({ settings: { scram_iterations: '4096' } });
  expect((await deployment.run(['apply'])).exit).toBe(0);
  // Nothing is to be hashed any more.
  await server.reload({ settings: { scram_iterations: '2147483647' } });
  expect((await deployment.run(['plan', '--check'])).exit).toBe(0);
  expect((await deployment.run(['apply', '--rotate', 'bus_service'])).exit).toBe(4);
});

test.each([
  ['SIGTERM', [], 143],
  ['--timeout', ['--timeout', '1500ms'], 1],
] as const)('%s ends an apply that has a minute of hashing before it', async (how, flags, exit) => {
  await server.reload({ settings: { scram_iterations: '1000000' } });
  const roles = Array.from({ length: 120 }, (_, index) => `slow_${index}`);
  using deployment = makeDeployment({
    adminDsn: server.dsn(),
    keys: {
      BUS_DATABASE_NAMES: 'slow',
      BUS_DATABASE_SERVICE_ROLE: 'slow_svc',
      BUS_DATABASE_ROLE_NAMES: roles.join(','),
    },
  });
  const began = performance.now();
  const running = deployment.start(['apply', ...flags]);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  if (how === 'SIGTERM') running.signal('SIGTERM');
  const answer = await running.answer;
  expect(answer.exit, answer.stdout + answer.stderr).toBe(exit);
  // All of it takes a minute of hashing; on a machine that is busy, longer still.
  expect(performance.now() - began).toBeLessThan(25_000);
  expect(await server.query("SELECT FROM pg_roles WHERE rolname LIKE 'slow%'")).toEqual([]);
});
