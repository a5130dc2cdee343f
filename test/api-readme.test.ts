// Every example in the README of bus-api-provider-database runs, in a deployment's folder beside a real server.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createPlainAdmin, startServer } from 'embedded';
import { expect, it } from 'vitest';
import { makeDeployment } from './deployment.ts';

const root = new URL('..', import.meta.url).pathname;
const readme = readFileSync(join(root, 'packages/bus-api-provider-database/README.md'), 'utf8');
const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);

/** A port that was free a moment ago, for the examples' own. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

it('every example runs', async () => {
  for (const program of ['curl', 'openssl']) {
    if (spawnSync(program, ['version']).error === undefined) continue;
    console.log(`not run: ${program} is not on this machine`);
    return;
  }
  await using server = await startServer();
  using deployment = makeDeployment({ adminDsn: await createPlainAdmin(server) });
  expect(blocks.length).toBe(2);
  const port = await freePort();
  const script = `${blocks.join('\n').replaceAll('8092', String(port))}\nkill -TERM $!\nwait $!\n`;
  const { status, stdout, stderr } = spawnSync('sh', ['-e'], {
    cwd: deployment.directory,
    input: script,
    encoding: 'utf8',
    env: { PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`, HOME: deployment.directory },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.match(/"ok":true/g)).toHaveLength(5);
  expect(stdout).toContain('drift: none');
});
