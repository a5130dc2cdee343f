// Many applies at once, as real processes of the built command: none fails, and what stands in the end is what was
// declared. `CONCURRENCY_ROUNDS=20` runs all rounds, otherwise one.
import { parseDsn } from 'bus-integration-postgres';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, makeDeployment } from './deployment.ts';
import { createDeployment, type Desired, exampleId, filesIn, stepLines } from './scenarios/deployment.ts';
import { explain, provenPasswords } from './scenarios/stage.ts';

const all = 20;
const rounds = Number(process.env.CONCURRENCY_ROUNDS ?? 1);
const atOnce = 16;
const timeoutMs = 120_000;
const apply = ['apply', '-q', '--lock-timeout', '100s'];

console.log(
  `concurrency: ${rounds} of ${all} rounds of ${atOnce} applies at once (CONCURRENCY_ROUNDS=${all} runs all)`,
);

let server: Server;
let adminDsn: string;
beforeAll(async () => {
  // Room for sixteen, each with a few connections.
  server = await startServer({ settings: { max_connections: '120' } });
  adminDsn = await createPlainAdmin(server);
});
afterAll(() => server.stop());

test.each(Array.from({ length: rounds }, (_, index) => index + 1))(
  'IN-57 16 applies at once, round %i',
  async (round) => {
    const desired: Desired = {
      databases: [`app${round}`, `logs${round}`],
      serviceRole: `service${round}`,
      schemas: ['public', 'data'],
    };
    const deploymentId = `round-${round}`;
    using folder = makeDeployment({ adminDsn, keys: keys(desired, deploymentId) });
    const answers = await Promise.all(Array.from({ length: atOnce }, () => folder.run(apply, { timeoutMs })));
    expectNoneFailed(answers);
    await expectConverged(desired, folder.directory, deploymentId);
  },
  timeoutMs,
);

describe('two configurations of one deployment at once', () => {
  const one: Desired = { databases: ['app', 'logs'], serviceRole: 'svc' };
  const other: Desired = {
    databases: ['app', 'metrics'],
    serviceRole: 'svc',
    roles: ['reporting'],
    keys: { BUS_DATABASE_SERVICE_HOST: 'localhost' },
  };

  test(
    'IN-57 the end state is one of the two, other deployments beside them',
    async () => {
      using first = makeDeployment({ adminDsn, keys: keys(one, exampleId) });
      using second = makeDeployment({
        adminDsn,
        keys: { ...keys(other, exampleId), BUS_DATABASE_DSN_OUTPUT_DIR: first.path('local', 'dsn') },
      });
      const strangers = Array.from({ length: 4 }, (_, index) => {
        const desired = { databases: [`other${index}`], serviceRole: `other${index}_svc` };
        return makeDeployment({ adminDsn, keys: keys(desired, `other-${index}`) });
      });
      const running = [first, second, first, second, ...strangers];
      expectNoneFailed(await Promise.all(running.map((deployment) => deployment.run(apply, { timeoutMs }))));
      for (const stranger of strangers) stranger[Symbol.dispose]();

      const at = { adminDsn, folder: first.directory };
      const plans = [
        await createDeployment({ ...at, desired: one }).plan(),
        await createDeployment({ ...at, desired: other }).plan(),
      ];
      const isLast = plans.map((plan) => plan.ok && stepLines(plan.steps).length === 0);
      expect(isLast, plans.map(explain).join('\n')).toContain(true);
      const deployment = createDeployment({ ...at, desired: isLast[0] ? one : other });
      expect((await deployment.verify()).ok).toBe(true);
      const files = filesIn(deployment.dsnDirectory) ?? {};
      expect(Object.keys(files).sort()).toEqual([
        'app.dsn',
        'app.reporting.dsn',
        'logs.dsn',
        'metrics.dsn',
        'metrics.reporting.dsn',
      ]);
      // Not one file of the one and the next of the other.
      const hosts = ['app.dsn', isLast[0] ? 'logs.dsn' : 'metrics.dsn'].map(
        (file) => parseDsn(files[file]?.trim() ?? '').host,
      );
      expect(new Set(hosts).size).toBe(1);
      expect((await provenPasswords(server, deployment)).size).toBe(Object.keys(files).length);
    },
    timeoutMs,
  );
});

test(
  'grants by others on the same objects at the same moment are waited out or tried again',
  async () => {
    const deployments = Array.from({ length: 4 }, (_, index) => ({
      desired: { databases: [`noisy${index}a`, `noisy${index}b`], serviceRole: `noisy${index}_svc` },
      deploymentId: `noisy-${index}`,
    }));
    await server.query('CREATE ROLE noise');
    let isOver = false;
    // Rewrites each database's catalog row as fast as it can; that it fails itself is part of the noise.
    const makeNoise = async () => {
      const client = new Client({ connectionString: server.dsn(), ssl: false });
      await client.connect();
      while (!isOver) {
        for (const name of deployments.flatMap(({ desired }) => desired.databases)) {
          const sql = `GRANT CONNECT ON DATABASE ${name} TO noise; REVOKE CONNECT ON DATABASE ${name} FROM noise`;
          await client.query(sql).catch(() => undefined);
        }
      }
      await client.end();
    };
    const noise = [makeNoise(), makeNoise()];
    const folders = deployments.map(({ desired, deploymentId }) =>
      makeDeployment({ adminDsn, keys: keys(desired, deploymentId) }),
    );
    try {
      expectNoneFailed(await Promise.all(folders.map((folder) => folder.run(apply, { timeoutMs }))));
    } finally {
      isOver = true;
      await Promise.all(noise);
    }
    for (const [index, { desired, deploymentId }] of deployments.entries()) {
      await expectConverged(desired, folders[index]?.directory ?? '', deploymentId);
      folders[index]?.[Symbol.dispose]();
    }
    const collisions = server.log().match(/ERROR: {2}tuple concurrently updated/g)?.length ?? 0;
    console.log(`concurrency: the server refused ${collisions} concurrent updates of one catalog row`);
  },
  timeoutMs,
);

function keys(desired: Desired, deploymentId: string): Record<string, string | undefined> {
  return {
    BUS_DEPLOYMENT_ID: deploymentId,
    BUS_DATABASE_NAMES: desired.databases.join(','),
    BUS_DATABASE_SERVICE_ROLE: desired.serviceRole,
    BUS_DATABASE_ROLE_NAMES: desired.roles?.join(','),
    BUS_DATABASE_SCHEMAS: desired.schemas?.join(','),
    ...desired.keys,
  };
}

function expectNoneFailed(answers: readonly Answer[]): void {
  const failed = answers.filter(({ exit }) => exit !== 0);
  expect(failed, `${failed.length} of ${answers.length} failed`).toEqual([]);
}

async function expectConverged(desired: Desired, folder: string, deploymentId: string): Promise<void> {
  const deployment = createDeployment({ adminDsn, desired, folder, deploymentId });
  const plan = await deployment.plan();
  expect(plan.ok, explain(plan)).toBe(true);
  expect(stepLines(plan.steps)).toEqual([]);
  const verified = await deployment.verify();
  expect(verified.ok, explain(verified)).toBe(true);
  expect([...(await provenPasswords(server, deployment)).keys()]).toEqual(
    Object.keys(filesIn(deployment.dsnDirectory) ?? {}),
  );
  const status = await deployment.status();
  expect(status.leftovers).toEqual([]);
}
