// A staged file with another role's login beside a DSN file that is right: it may be the only copy, so it is told and stays.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from 'embedded';
import { expect, test } from 'vitest';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';

test('plan and status tell it, apply leaves it', { timeout: 60_000 }, async () => {
  await using server = await startServer();
  using folder = temporaryFolder();
  const desired = { databases: ['app'], serviceRole: 'svc' };
  const deployment = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path });
  expect(await deployment.apply()).toMatchObject({ ok: true });
  expect((await deployment.plan()).diagnostics).toEqual([]);
  const live = join(folder.path, 'local', 'dsn', 'app.dsn');
  writeFileSync(`${live}.staged`, readFileSync(live, 'utf8').replace('svc:', 'other:'), { mode: 0o600 });
  expect((await deployment.apply()).ok).toBe(true);
  expect(existsSync(`${live}.staged`)).toBe(true);
  for (const answer of [await deployment.plan(), await deployment.status()]) {
    const found = answer.diagnostics.filter(({ code }) => code === 'left-staged-file');
    expect(found).toMatchObject([
      {
        severity: 'warn',
        message: expect.stringMatching(/app\.dsn\.staged holds the DSN of other@app, and no run writes or removes it/),
        remedy: expect.stringMatching(/rm -- \S*app\.dsn\.staged/),
      },
    ]);
  }
});
