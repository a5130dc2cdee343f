// An apply that loses its lock in the middle, while another one of the same deployment and output directory takes over:
// it must end without touching a file, and what the other one made must stand.
import { parseDsn } from 'bus-integration-postgres';
import { type Server, startServer } from 'embedded';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';
import { filesIn } from './scenarios/deployment.ts';

const role = 'bus_service';
const rotate = ['apply', '--rotate', role, '--lock-timeout', '30s'];

let server: Server;
beforeEach(async () => {
  server = await startServer({});
});
afterEach(() => server.stop());

test.each([
  { moment: 'before its role changes', isCommittedLate: false },
  { moment: 'while its change of the role is under way', isCommittedLate: true },
])('IN-58 the lock is lost $moment', async ({ isCommittedLate }) => {
  using deployment = makeDeployment({ adminDsn: server.dsn() });
  await expectExit(deployment, ['apply'], 0);
  const before = passwords(deployment);

  // Keeps the rotation waiting at its ALTER ROLE, its files staged.
  const blocker = new Client({ connectionString: server.dsn(), ssl: false });
  await blocker.connect();
  await blocker.query(`BEGIN; ALTER ROLE ${role} CONNECTION LIMIT 7`);
  const first = deployment.start(rotate);
  await until(async () => (await waiting()) === 1);
  expect(Object.keys(files(deployment)).filter((name) => name.endsWith('.staged'))).toHaveLength(2);

  // Stopped with its transaction open it would be waited for; only one that is gone can be overtaken.
  if (!isCommittedLate) first.signal('SIGSTOP');
  await server.query(
    "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE application_name LIKE 'bus apply %'",
  );
  if (!isCommittedLate) {
    await server.query(
      "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE wait_event_type = 'Lock'",
    );
  }
  await blocker.query('ROLLBACK');
  await blocker.end();
  const second = await deployment.run(rotate);
  expect(second.exit, second.stdout + second.stderr).toBe(0);
  const rotated = passwords(deployment);
  expect(rotated).not.toEqual(before);

  first.signal('SIGCONT');
  const answer = await first.answer;
  expect(answer.exit, answer.stdout + answer.stderr).toBe(1);
  expect(answer.stdout + answer.stderr).toMatch(/lock|connection/);
  expect(passwords(deployment)).toEqual(rotated);
  expect(Object.keys(files(deployment)).sort()).toEqual(['bus_auth.dsn', 'bus_events.dsn']);
  await expectExit(deployment, ['verify'], 0);
  await expectExit(deployment, ['plan', '--check'], 0);
});

async function waiting(): Promise<number> {
  const rows = await server.query("SELECT 1 FROM pg_catalog.pg_stat_activity WHERE wait_event_type = 'Lock'");
  return rows.length;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come so far within 10 s');
}

async function expectExit(deployment: Deployment, args: readonly string[], exit: number): Promise<void> {
  const answer = await deployment.run(args);
  expect(answer.exit, answer.stdout + answer.stderr).toBe(exit);
}

function files(deployment: Deployment): Readonly<Record<string, string>> {
  return filesIn(deployment.path('local', 'dsn')) ?? {};
}

function passwords(deployment: Deployment): (string | undefined)[] {
  return Object.values(files(deployment)).map((line) => parseDsn(line.trim()).password);
}
