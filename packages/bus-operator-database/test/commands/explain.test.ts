// `verify --explain` needs neither a server nor a configuration.
import { PassThrough } from 'node:stream';
import { explainedFindings } from 'bus-integration-postgres';
import { expect, it } from 'vitest';
import { main } from '../../src/index.ts';

async function explain(...argv: readonly string[]) {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const status = await main(['verify', '--explain', ...argv], { env: {}, cwd: '/', ...streams });
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { status, stdout: text(streams.stdout), stderr: text(streams.stderr) };
}

it.each(Object.keys(explainedFindings))('explains %s', async (id) => {
  const { status, stdout, stderr } = await explain(id);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(
    new RegExp(`^${id}: \\S[^]+\\n\\nhttps://www\\.(?:postgresql\\.org/docs/current|pgbouncer\\.org)/\\S+\\n$`),
  );
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
  expect(JSON.parse((await explain(id, '-f', 'json')).stdout)).toMatchObject({ id, title: expect.any(String) });
});

it('lists all findings for a name that is none', async () => {
  const { status, stdout, stderr } = await explain('tls-of');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('did you mean tls-off?');
  for (const id of Object.keys(explainedFindings)) expect(stderr).toContain(id);
  expect(JSON.parse((await explain('constructor', '-f', 'json')).stdout)).toMatchObject({ ok: false });
});
