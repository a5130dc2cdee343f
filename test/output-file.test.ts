// Results whose file can't be put in its place: why, what to do, and the result itself is not lost.
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { namespace } from './bad-input/namespace.ts';
import { isRoot, skip } from './bad-input/refusal.ts';
import { makeDeployment } from './deployment.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

it('a mounted file after -o and --save', async (context) => {
  const mounted = namespace('mount --bind "$0" "$0"');
  if (mounted.obstacle !== undefined) skip(context, mounted.obstacle);
  using deployment = makeDeployment({ adminDsn: server.dsn() });
  const path = deployment.write('out/file', '');
  const through = mounted.through(path);
  const words = "./out/file can't be written (something is mounted on it)";
  const next =
    'next: mount its directory rather than the file; or name a file elsewhere, or let the shell write it: > ./out/file';
  const shown = await deployment.run(['plan', '-o', './out/file'], { through });
  expect([shown.exit, shown.stdout]).toEqual([1, expect.stringContaining('create-database')]);
  expect(shown.stderr).toContain(words);
  expect(shown.stderr).toContain(next);
  const saved = await deployment.run(['plan', '--save', './out/file'], { through });
  expect([saved.exit, saved.stderr]).toEqual([1, expect.stringContaining(words)]);
  const explained = await deployment.run(['verify', '--explain', 'too-wide', '-o', './out/file'], { through });
  expect([explained.exit, explained.stderr]).toEqual([
    1,
    expect.stringContaining('(something is mounted on it)\n  next: mount its directory'),
  ]);
  expect([readFileSync(path, 'utf8'), readdirSync(deployment.path('out'))]).toEqual(['', ['file']]);
});

it("another user's file in a sticky directory", async (context) => {
  if (!isRoot) skip(context, 'only root can give files to another user');
  using deployment = makeDeployment({ adminDsn: server.dsn(), keys: {} });
  const directory = deployment.path('sticky');
  mkdirSync(directory);
  chmodSync(directory, 0o1777);
  writeFileSync(`${directory}/file`, '');
  for (const path of ['.', '.env', 'local', 'local/postgres-admin-dsn']) chownSync(deployment.path(path), 65534, 65534);
  const answer = await deployment.run(['plan', '-o', './sticky/file'], { uid: 65534 });
  expect([answer.exit, answer.stdout], answer.stderr).toEqual([1, expect.stringContaining('create-database')]);
  expect(answer.stderr).toContain("./sticky/file can't be written (not permitted: it is immutable,");
  expect(answer.stderr).toContain('next: name a file elsewhere, or let the shell write it: > ./sticky/file');
  expect([readFileSync(`${directory}/file`, 'utf8'), readdirSync(directory)]).toEqual(['', ['file']]);
});
