// Every example of the README runs: its tour, block by block, in one deployment repository. Its first block is what CI
// itself runs.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlainAdmin, startServer } from 'embedded';
import { expect, it } from 'vitest';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const root = new URL('..', import.meta.url).pathname;
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);

it('the first block holds the two commands of CI', () => {
  const commands = (blocks[0] ?? '').split('\n').map((line) => line.replace(/#.*/, '').trim());
  expect(commands.filter(Boolean)).toEqual(['npm ci && npm run quickstart', 'npm ci && npm test']);
  const ci = readFileSync(join(root, '.ci/run'), 'utf8');
  for (const command of ['npm ci', 'npm run quickstart', 'npm test']) expect(ci).toContain(`\n${command} `);
});

it('every other block runs, one after the other', async () => {
  await using server = await startServer();
  const directory = mkdtempSync(join(tmpdir(), 'readme-'));
  try {
    execFileSync('git', ['init', '-q', directory]);
    const env = {
      PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
      HOME: directory,
      POSTGRES_ADMIN_DSN: await createPlainAdmin(server),
    };
    expect(blocks.length).toBeGreaterThan(5);
    for (const block of blocks.slice(1)) {
      const { status, stderr } = spawnSync('sh', ['-e'], { cwd: directory, input: block, encoding: 'utf8', env });
      expect({ block, status, stderr }).toEqual({ block, status: 0, stderr: '' });
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 180_000);

it('its manifest is applied, and verified', async () => {
  await using server = await startServer();
  using folder = temporaryFolder();
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
  const adminDsn = await createPlainAdmin(server);
  const desired = { databases: [], manifest: text };
  const deployment = createDeployment({ adminDsn, desired, folder: folder.path, deploymentId: 'shop-prod' });
  for (const response of [await deployment.apply(), await deployment.verify()])
    expect(response.ok, explain(response)).toBe(true);
}, 60_000);

it('is short', () => {
  expect(readme.split('\n').length).toBeLessThan(200);
});
