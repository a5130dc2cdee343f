// `report --from` needs neither a server nor a configuration.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from '../../src/index.ts';

const status = {
  ok: true,
  deployment_id: 'example-dev',
  provider: 'postgres',
  target: { host: 'a', port: 5432, database: 'b', admin_role: 'c', server_version: '18.4', system_identifier: '1' },
  actions: [],
  steps: [],
  diagnostics: [],
  drift: [],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-'));
  writeFileSync(join(folder, 'status.json'), JSON.stringify(status));
  writeFileSync(join(folder, 'other.json'), JSON.stringify({ ...status, deployment_id: 'other' }));
  writeFileSync(join(folder, 'stranger.json'), JSON.stringify({ ...status, deployment_id: 'another' }));
  writeFileSync(join(folder, 'plan.txt'), 'ok: true\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function report(argv: readonly string[], isTTY = false) {
  const streams = {
    stdin: new PassThrough(),
    stdout: Object.assign(new PassThrough(), { isTTY }),
    stderr: new PassThrough(),
  };
  const exit = await main(['report', ...argv], { env: { NO_COLOR: '1' }, cwd: folder, ...streams });
  return { exit, stdout: String(streams.stdout.read() ?? ''), stderr: String(streams.stderr.read() ?? '') };
}

test('a terminal gets the verdict, a file and a pipe the page', async () => {
  const terminal = await report(['--from', 'status.json'], true);
  expect(terminal).toMatchInlineSnapshot(`
    {
      "exit": 0,
      "stderr": "",
      "stdout": "unknown: not everything was seen
    unknown: whether services can log in, and who can reach the server (verify was not given)
    unknown: who may do what (report was not given)
    ",
    }
  `);
  expect((await report(['--from', 'status.json'])).stdout).toMatch(/^<!DOCTYPE html>/);
  expect(await report(['--from', 'status.json', '-o', 'page.html'], true)).toEqual({ exit: 0, stdout: '', stderr: '' });
  expect(readFileSync(join(folder, 'page.html'), 'utf8')).toMatch(/^<!DOCTYPE html>/);
  expect(JSON.parse((await report(['--from', 'status.json', '-f', 'json'])).stdout)).toEqual(status);
  expect((await report(['--from', 'status.json', '--check', '-q'])).exit).toBe(3);
});

test.each([
  [['--from', 'none.json'], 2, 'none.json does not exist'],
  [['--from', 'plan.txt'], 2, 'plan.txt is not JSON; expected an answer that -f json printed'],
  [['--from', '.'], 2, '. is not a regular file'],
  [['--from', 'status.json', '--from', 'other.json'], 2, 'other.json is not about the same deployment and server'],
  [['--from', 'status.json', '--diff', 'none.json'], 2, 'none.json does not exist'],
  [['--from', 'status.json', '--diff', 'stranger.json'], 2, 'stranger.json is of deployment another, expected '],
  [['--from', 'plan.txt'], 2, 'next: name a file that -f json -o FILE wrote'],
  [['--from', 'status.json', '--from', 'other.json'], 2, 'next: name answers of one deployment on one server'],
  [['--from', 'status.json', '-o', 'none/page.html'], 1, "none/page.html can't be written"],
  [['-C', 'none', '--from', 'status.json'], 1, '-C none: '],
  [['--from', 'status.json', '--api-url', 'http://127.0.0.1'], 2, '--api-url: --from asks no server; leave it out'],
  [['--from', 'status.json', '-q', '-v'], 2, '-q and -v contradict each other'],
])('%j is refused', async (argv, exit, why) => {
  const answer = await report(argv);
  expect([answer.exit, answer.stdout]).toEqual([exit, '']);
  expect(answer.stderr).toContain(why);
});
