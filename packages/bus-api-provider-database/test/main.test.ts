import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

let directory: string;
let program: string;
const running: ChildProcess[] = [];
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'api-provider-'));
  program = join(directory, 'main.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../src/main.ts')],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['pg', 'pg-native'],
    alias: Object.fromEntries(
      ['bus-integration-database', 'bus-integration-postgres'].map((name) => [
        name,
        join(import.meta.dirname, '../..', name, 'src/index.ts'),
      ]),
    ),
    logLevel: 'warning',
  });
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Starts the binary; resolves when it says where it listens, or when it ends. */
async function start(...argv: string[]) {
  const child = spawn(process.execPath, ['--', program, ...argv], { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
  running.push(child);
  const ended = new Promise<number | null>((done) => child.on('close', done));
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const address = await new Promise<string>((done) => {
    child.stdout.on('data', (chunk) => {
      out += chunk;
      const [, url] = /listening(?: on |":")(http[^\s"]+)/.exec(out) ?? [];
      if (url !== undefined) done(url);
    });
    ended.then(() => done(''));
  });
  return { child, ended, address, out: () => out, err: () => err };
}

describe('bus-api-provider-database', () => {
  it('answers healthz and capabilities over HTTP, and ends cleanly at SIGTERM', async () => {
    const { child, ended, address } = await start('--addr', '127.0.0.1:0');
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    const health = await fetch(`${address}/healthz`);
    expect(health.status).toBe(200);
    expect(await health.text()).toBe('{"ok":true,"service":"bus-api-provider-database"}');
    const capabilities = await fetch(`${address}/api/internal/database/capabilities?x=1`);
    expect(await capabilities.json()).toMatchObject({
      provider: 'postgres',
      providers: ['postgres'],
      direct_bootstrap: true,
    });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('takes the global flags before and after, and says where it listens as JSON', async () => {
    for (const argv of [
      ['-q', '-f', 'json', '--addr', '127.0.0.1:0'],
      ['--addr=127.0.0.1:0', '--no-color', '-fjson', '--color', 'never'],
    ]) {
      const { child, ended, out } = await start(...argv);
      const { listening } = JSON.parse(out());
      expect((await fetch(`${listening}/healthz`)).status).toBe(200);
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    }
    const contradiction = await start('-q', '-v');
    expect([await contradiction.ended, contradiction.err()]).toEqual([2, expect.stringContaining('contradict')]);
    const nowhere = await start('--addr', '127.0.0.1:0', '-o', join(directory, 'no', 'x'));
    expect([await nowhere.ended, nowhere.out()]).toEqual([2, '']);
  });

  it('answers everything else with a problem document', async () => {
    const { address } = await start('--addr=localhost:0');
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/api/internal/database/plan'],
      ['POST', '/healthz'],
      ['GET', '/__proto__'],
    ] as const) {
      const answer = await fetch(`${address}${path}`, { method });
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(await answer.json()).toMatchObject({
        title: 'Not Found',
        status: 404,
        ok: false,
        error_class: 'invalid-request',
      });
    }
    const health = await fetch(`${address}/healthz`, { method: 'HEAD' });
    expect([health.status, await health.text()]).toEqual([200, '']);
  });

  it('listens on IPv6 loopback where there is one', async () => {
    const { address, err, ended } = await start('--addr', '[::1]:0');
    if (address === '') {
      console.log(`no IPv6 here: ${err().trim()}`);
      expect(await ended).toBe(1);
      return;
    }
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
  });

  it.each([
    ['0.0.0.0:8092', 'only loopback addresses are served'],
    ['[::]:8092', 'only loopback addresses are served'],
    ['10.0.0.1:8092', 'only loopback addresses are served'],
    ['db.example:8092', 'only loopback addresses are served'],
    ['127.0.0.1', 'expected HOST:PORT'],
    ['127.0.0.1:70000', 'expected HOST:PORT'],
  ])('refuses --addr %s', async (address, why) => {
    const { ended, err, out } = await start('--addr', address);
    expect(await ended).toBe(2);
    expect([out(), err()]).toEqual(['', expect.stringContaining(why)]);
  });

  it('says that an address is in use', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as { port: number };
    const { ended, err } = await start('--addr', `127.0.0.1:${port}`);
    expect(await ended).toBe(1);
    expect(err()).toBe(`bus-api-provider-database: can't listen on 127.0.0.1:${port}: the address is in use\n`);
    await new Promise((done) => other.close(done));
  });

  it('refuses other arguments, prints help and version', async () => {
    const strange = await start('serve');
    expect(await strange.ended).toBe(2);
    const help = await start('--help');
    expect([await help.ended, help.out()]).toEqual([0, expect.stringContaining('default 127.0.0.1:8092')]);
    const version = await start('-V');
    expect([await version.ended, version.out()]).toEqual([0, expect.stringMatching(/^bus-api-provider-database \d/)]);
  });
});
