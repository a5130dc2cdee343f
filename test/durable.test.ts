// A server that crashes right after a rotation, by an admin whose commits are not waited for: what the files hold by then
// must still be the role's password.
import { createPlainAdmin, startServer } from 'embedded';
import { expect, test } from 'vitest';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

test('a rotation outlives a crash of the server, whatever synchronous_commit is for the admin', async () => {
  // So that nothing but a commit that is waited for writes the log.
  await using server = await startServer({ settings: { wal_writer_delay: '10s', autovacuum: 'off' } });
  const adminDsn = await createPlainAdmin(server);
  await server.query('ALTER ROLE deploy_admin SET synchronous_commit = off');
  using folder = temporaryFolder();
  const desired = { databases: ['app'], serviceRole: 'svc' };
  const deployment = createDeployment({ adminDsn, folder: folder.path, desired });
  expect((await deployment.apply()).ok).toBe(true);
  const before = deployment.dsn('app.dsn');
  const answer = await deployment.apply({ rotate: ['svc'] });
  expect(answer.ok, explain(answer)).toBe(true);
  expect(deployment.dsn('app.dsn')).not.toBe(before);
  await server.kill();
  await server.restart();
  const verified = await deployment.verify();
  expect(verified.ok, explain(verified)).toBe(true);
}, 60_000);
