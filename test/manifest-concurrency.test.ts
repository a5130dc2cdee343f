// Manifests applied at once, as real processes of the built command: none fails, and what stands is what they declare.
// `CONCURRENCY_ROUNDS=20` runs all rounds, otherwise one.
import { writeFileSync } from 'node:fs';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, makeDeployment } from './deployment.ts';
import { createDeployment, fromManifest, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const all = 20;
const rounds = Number(process.env.CONCURRENCY_ROUNDS ?? 1);
const timeoutMs = 200_000;
const apply = ['apply', '-q', '--lock-timeout', '190s', '--allow', 'destructive,revoke'];
console.log(`manifests at once: ${rounds} of ${all} rounds (CONCURRENCY_ROUNDS=${all} runs all)`);
const numbers = Array.from({ length: rounds }, (_, index) => index + 1);

let server: Server;
let adminDsn: string;
beforeAll(async () => {
  server = await startServer({ settings: { max_connections: '150' } });
  adminDsn = await createPlainAdmin(server);
});
afterAll(() => server.stop());

const shop = (id: string, { hasOld }: { readonly hasOld: boolean }) => `version: 1
deployment: ${id}
roles: {${id}_owner: {}, ${id}_app: {login: true}, ${id}_reader: {login: true}${hasOld ? `, ${id}_old: {login: true}` : ''}}
every_database: {owner: ${id}_owner, schemas: [data], access: {${id}_app: write, ${id}_reader: read${hasOld ? `, ${id}_old: create` : ''}}}
databases: {${id}_orders: {}, ${id}_billing: {}${hasOld ? '' : `, ${id}_new: {}`}}
${hasOld ? '' : `retire: {roles: {${id}_old: {reassign_to: ${id}_owner}}}`}
`;

function folderOf(id: string, text: string) {
  const keys = {
    BUS_DEPLOYMENT_ID: undefined,
    BUS_DATABASE_NAMES: undefined,
    BUS_DATABASE_SERVICE_ROLE: undefined,
    BUS_DATABASE_MANIFEST_FILE: `./${id}.yaml`,
  };
  const deployment = makeDeployment({ adminDsn, keys });
  deployment.write(`${id}.yaml`, text, 0o644);
  return deployment;
}

function expectNoneFailed(answers: readonly Answer[]): void {
  const failed = answers.filter(({ exit }) => exit !== 0);
  expect(failed, `${failed.length} of ${answers.length} failed`).toEqual([]);
  for (const { stdout, stderr } of answers) expect(stdout + stderr).not.toMatch(/tuple concurrently/);
}

async function expectConverged(id: string, text: string, folder: string): Promise<void> {
  const deployment = createDeployment({
    adminDsn,
    desired: { databases: [], manifest: text },
    folder,
    deploymentId: id,
  });
  const plan = await deployment.plan();
  expect([plan.ok, ...stepLines(plan.steps)], explain(plan)).toEqual([true]);
  const edges = await server.query(
    `SELECT roleid::regrole::text FROM pg_auth_members
      WHERE member::regrole::text = 'deploy_admin' AND (inherit_option OR set_option) AND roleid::regrole::text LIKE '${id}%'`,
  );
  expect(edges, 'the admin is a member of nothing').toEqual([]);
}

test.each(numbers)('16 applies of one manifest at once, round %i', { timeout: timeoutMs }, async (round) => {
  const id = `crowd${round}`;
  const first = shop(id, { hasOld: true });
  using folder = folderOf(id, first);
  expectNoneFailed([await folder.run(apply, { timeoutMs })]);
  await expectConverged(id, first, folder.directory);
  const second = shop(id, { hasOld: false });
  writeFileSync(folder.path(`${id}.yaml`), second);
  // It makes a database, and retires a role.
  expectNoneFailed(await Promise.all(Array.from({ length: 16 }, () => folder.run(apply, { timeoutMs }))));
  await expectConverged(id, second, folder.directory);
  expect(await server.query(`SELECT FROM pg_roles WHERE rolname = '${id}_old'`)).toEqual([]);
});

test.each(numbers)('trap: two files for one cluster fight, round %i', { timeout: timeoutMs }, async (round) => {
  const ids = ['one', 'other', 'third'].map((name) => `${name}${round}`);
  const folders = ids.map((id) => folderOf(id, shop(id, { hasOld: true })));
  const together = () =>
    Promise.all(folders.flatMap((folder) => [folder.run(apply, { timeoutMs }), folder.run(apply, { timeoutMs })]));
  expectNoneFailed(await together());
  for (const [index, id] of ids.entries())
    writeFileSync(folders[index]?.path(`${id}.yaml`) ?? '', shop(id, { hasOld: false }));
  expectNoneFailed(await together());
  for (const [index, id] of ids.entries()) {
    await expectConverged(id, shop(id, { hasOld: false }), folders[index]?.directory ?? '');
    folders[index]?.[Symbol.dispose]();
  }
});

test('trap: two files for one cluster fight: what one has, the other is refused by name', async () => {
  using folder = temporaryFolder();
  const desired = fromManifest('roles: {shared: {login: true}}\ndatabases: {shared_db: {access: {shared: create}}}');
  const first = await createDeployment({ adminDsn, desired, folder: folder.path }).apply();
  expect(first.ok, explain(first)).toBe(true);
  using another = temporaryFolder();
  const theirs = { ...desired, manifest: desired.manifest?.replace('example-dev', 'another') ?? '' };
  const second = createDeployment({ adminDsn, desired: theirs, folder: another.path, deploymentId: 'another' });
  for (const answer of [await second.plan(), await second.apply({ adopt: true })]) {
    expect(answer).toMatchObject({ ok: false, error_class: 'not-ours' });
    expect(answer.diagnostics.flatMap(({ code, message }) => (code === 'not-ours' ? message : []))).toEqual([
      expect.stringMatching(/^role shared belongs to deployment example-dev/),
      expect.stringMatching(/^database shared_db belongs to deployment example-dev/),
    ]);
  }
  // Nor can another's file retire it.
  const retiring = createDeployment({
    adminDsn,
    desired: {
      databases: [],
      manifest:
        'version: 1\ndeployment: another\nretire: {roles: {shared: {}}, databases: {shared_db: {drop: shared_db}}}',
    },
    folder: another.path,
    deploymentId: 'another',
  });
  const refused = await retiring.apply({ adopt: true, allow: ['destructive', 'revoke'] });
  expect(refused).toMatchObject({ ok: false, error_class: 'not-ours' });
});
