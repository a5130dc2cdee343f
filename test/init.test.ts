// From keys to a manifest: the plan with what `init` writes is the plan with the keys.
import { basename } from 'node:path';
import { PassThrough } from 'node:stream';
import { isMutating, type Response } from 'bus-integration-database';
import { main } from 'bus-operator-database';
import { startServer } from 'embedded';
import { expect, test } from 'vitest';
import {
  createDeployment,
  type Desired,
  exampleId,
  keysOf,
  stepLines,
  temporaryFolder,
} from './scenarios/deployment.ts';

const cases: readonly (readonly [string, Desired])[] = [
  ['one service role', { databases: ['bus_auth', 'bus_events'], serviceRole: 'bus_service' }],
  ['odd names', { databases: ['no', '1e3', 'A.b', 'a@b'], serviceRole: 'null', schemas: ['on', 'public'] }],
  ['several roles', { databases: ['bus_auth', 'a@b'], serviceRole: 'bus_service', roles: ['reports'] }],
  [
    'a role of each database',
    { databases: ['bus_auth', 'a@b'], serviceRole: '{database}_service', roles: ['reports'] },
  ],
  ['a role alone', { databases: [], serviceRole: 'bus_service' }],
  ['databases alone', { databases: ['bus_auth'] }],
];

test.each(cases)('%s', async (_, desired) => {
  await using server = await startServer({ major: 16 });
  using folder = temporaryFolder();
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const env = keysOf(desired, exampleId);
  expect(await main(['init'], { env, cwd: folder.path, ...streams })).toBe(0);
  const options = { adminDsn: server.dsn(), folder: folder.path };
  const byKeys = await createDeployment({ ...options, desired }).plan();
  const manifest = String(streams.stdout.read());
  const byManifest = await createDeployment({ ...options, desired: { databases: [], manifest } }).plan();
  expect(byKeys.ok).toBe(true);
  // By keys schemas are declared also where there is no database for them; a file of its own name has no folder in it.
  const steps = ({ steps }: Response) =>
    (desired.databases.length === 0 ? steps.filter(isMutating) : steps).map((step) => ({
      ...step,
      after: { ...step.after, ...('file' in (step.after ?? {}) && { file: basename(String(step.after?.file)) }) },
    }));
  // Roles of one database each stand in another order.
  const sorted = (plan: Response) =>
    steps(plan)
      .map((step) => JSON.stringify(step))
      .sort();
  expect(sorted(byManifest)).toEqual(sorted(byKeys));
  const logins = new Set(byKeys.steps.filter(({ action }) => action === 'create-role').map(({ target }) => target));
  if (desired.databases.length > 0 && logins.size < 2) expect(byManifest.plan_id).toBe(byKeys.plan_id);

  // Whoever has applied by keys goes on with the manifest: nothing to do, no file lost.
  expect((await createDeployment({ ...options, desired }).apply()).ok).toBe(true);
  const again = await createDeployment({ ...options, desired: { databases: [], manifest } }).plan();
  expect(stepLines(again.steps)).toEqual([]);
  expect({ ok: again.ok, leftovers: again.leftovers ?? [] }).toEqual({ ok: true, leftovers: [] });
});
