import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handle, type Response, readNamedEnvFile } from 'bus-integration-database';
import { expect, it } from 'vitest';
import { deploymentFromEnvironment } from '../../src/deployments/deployments.ts';
import { createProviders } from '../../src/deployments/providers.ts';

/** What the doctor answers where the admin DSN stands in an env file that others may read by then, and that git tracks. */
async function doctorOf(name: string): Promise<Response> {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'deployment-')));
  const before = process.cwd();
  // As a server that was started there, to which the file is a relative one.
  process.chdir(cwd);
  try {
    const path = join(cwd, name);
    const keys = {
      BUS_DEPLOYMENT_ID: 'example-dev',
      BUS_DATABASE_PROVIDER: 'postgres',
      BUS_POSTGRES_ADMIN_DSN: 'postgres://admin:pencil@127.0.0.1:1/postgres',
      BUS_DATABASE_DSN_OUTPUT_DIR: './local/dsn',
    };
    const lines = Object.entries(keys).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(path, lines.join(''), { mode: 0o600 });
    const uid = process.getuid?.() ?? 0;
    const { file } = readNamedEnvFile(path, `./${name}`, uid);
    const processContext = {
      env: { PATH: process.env.PATH, ...file.values },
      cwd,
      homeDirectory: '/',
      osUser: 'tester',
      uid,
    };
    const deployment = (await deploymentFromEnvironment(processContext, createProviders(), file)).find();
    chmodSync(path, 0o644);
    for (const words of [
      ['init', '--quiet'],
      ['add', '--', name],
    ])
      execFileSync('git', words, { cwd });
    const context = { signal: new AbortController().signal };
    const request = { deployment_id: deployment.id, provider: 'postgres' };
    return deployment.shown(await handle('doctor', request, [deployment.provider], context));
  } finally {
    process.chdir(before);
    rmSync(cwd, { recursive: true });
  }
}

// The second has the name of a DSN file, which others would be told by the key of their directory.
it.each(['shop.env', 'shop.dsn.env'])(
  'advice about the env file %s names it as it lies beside the server',
  async (name) => {
    const { checks } = await doctorOf(name);
    const find = (wanted: string) => checks?.find(({ id }) => id === wanted);
    expect(find('git-admin-dsn')).toMatchObject({
      result: 'fail',
      seen: `./${name} is tracked by git`,
      remedy: `git rm -r --cached -- ./${name}; then change the secret: the history keeps the old one`,
    });
    expect(find('admin-dsn-file')).toMatchObject({
      result: 'fail',
      seen: expect.stringContaining(`./${name} is readable by group and others`),
      remedy: `chmod 600 ./${name}`,
      advice: [{ kind: 'command', argv: ['chmod', '600', { path: `./${name}` }] }],
    });
  },
);
