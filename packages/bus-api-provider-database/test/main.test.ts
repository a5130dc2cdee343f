import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sources } from '../../../scripts/sources.mjs';

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
    // What is CommonJS within asks for Node's own modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    alias: sources,
    logLevel: 'warning',
  });
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Starts the binary; resolves when it says where it listens, or when it ends. */
function start(...argv: string[]) {
  return startIn({ BUS_DATABASE_PROVIDER: 'postgres' }, ...argv);
}

async function startIn(env: NodeJS.ProcessEnv, ...argv: string[]) {
  const child = spawn(process.execPath, ['--', program, ...argv], { stdio: ['ignore', 'pipe', 'pipe'], env });
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
  it('serves no deployment only when it is told the provider', async () => {
    const { address, ended, err } = await startIn({}, '--addr', '127.0.0.1:0');
    expect([address, await ended]).toEqual(['', 2]);
    expect(err()).toMatch(
      /BUS_DEPLOYMENT_ID is not set\n.*--env-file FILE or --deployments DIR.*BUS_DATABASE_PROVIDER/,
    );
  });

  it('refuses a number of idle connections that is none', async () => {
    const env = { BUS_DATABASE_PROVIDER: 'postgres', BUS_DATABASE_API_IDLE_CONNECTIONS: 'many' };
    const { ended, err } = await startIn(env, '--addr', '127.0.0.1:0');
    expect([await ended, err()]).toEqual([2, expect.stringContaining('BUS_DATABASE_API_IDLE_CONNECTIONS is "many"')]);
  });

  it('takes an env file, whose values win over the environment', async () => {
    const file = join(directory, 'one.env');
    const keys = ['BUS_DEPLOYMENT_ID=of-the-file', 'BUS_POSTGRES_ADMIN_DSN_FILE=./dsn', 'BUS_DATABASE_NAMES=a'];
    writeFileSync(file, `${keys.join('\n')}\n`, { mode: 0o600 });
    const { address } = await startIn(
      { BUS_DEPLOYMENT_ID: 'of-the-process' },
      '--addr',
      '127.0.0.1:0',
      '--env-file',
      file,
    );
    const capabilities = await fetch(`${address}/api/internal/database/capabilities`);
    expect(await capabilities.json()).toMatchObject({ provider_neutral: true, deployments: ['of-the-file'] });
    writeFileSync(file, 'BUS_POSTGRES_ADMIN_DSN=postgresql://adm:secret@127.0.0.1/postgres\nBUS_DEPLOYMENT_ID=x\n');
    chmodSync(file, 0o644);
    const open = await start('--addr', '127.0.0.1:0', '--env-file', file);
    expect([await open.ended, open.err()]).toEqual([2, expect.stringContaining('holds BUS_POSTGRES_ADMIN_DSN')]);
    const both = await start('--env-file', file, '--deployments', directory);
    expect([await both.ended, both.err()]).toEqual([2, expect.stringContaining('expected one of them')]);
  });

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
      ['-v', '-f', 'json', '--addr', '127.0.0.1:0'],
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
    expect([await nowhere.ended, nowhere.out()]).toEqual([1, '']);
  });

  it('runs in the directory of -C, which must be there', async () => {
    const missing = await start('--chdir', join(directory, 'no'), '--addr', '127.0.0.1:0');
    expect([await missing.ended, missing.err()]).toEqual([1, expect.stringContaining('no: no such directory')]);
    const keys = ['BUS_DEPLOYMENT_ID=here', 'BUS_POSTGRES_ADMIN_DSN_FILE=./dsn', 'BUS_DATABASE_NAMES=a'];
    writeFileSync(join(directory, 'here.env'), `${keys.join('\n')}\n`, { mode: 0o600 });
    const there = await start('-C', directory, '--env-file', 'here.env', '--addr', '127.0.0.1:0');
    const capabilities = await fetch(`${there.address}/api/internal/database/capabilities`);
    expect(await capabilities.json()).toMatchObject({ deployments: ['here'] });
  });

  it('says nowhere where it listens with -q', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    await new Promise((done) => probe.close(done));
    const file = join(directory, 'quiet.txt');
    const quiet = start('-q', '-o', file, '--addr', `127.0.0.1:${port}`);
    const status = () =>
      fetch(`http://127.0.0.1:${port}/healthz`).then(
        (answer) => answer.status,
        () => 0,
      );
    await expect.poll(status, { timeout: 20_000 }).toBe(200);
    running.at(-1)?.kill('SIGTERM');
    const { ended, out } = await quiet;
    expect([await ended, out(), existsSync(file)]).toEqual([0, '', false]);
  });

  it('prints help whatever else is wrong, and as an OpenCLI document with the keys', async () => {
    const help = await start('--help');
    await help.ended;
    for (const argv of [['-C', '/no/such', '-h'], ['--nonsense', '-h'], ['help'], ['-q', '-v', '--help']]) {
      const other = await start(...argv);
      expect([await other.ended, other.out()]).toEqual([0, help.out()]);
    }
    const document = await start('help', '--format', 'opencli');
    expect(await document.ended).toBe(0);
    const { opencli, metadata } = JSON.parse(document.out());
    expect(opencli).toBe('0.1');
    const names = metadata[0].value.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['BUS_DEPLOYMENT_ID', 'BUS_API_JWT_SECRET', 'BUS_POSTGRES_ADMIN_DSN']),
    );
  });

  it('answers everything else with a problem document', async () => {
    const { address } = await start('--addr=localhost:0');
    for (const [method, path, status, errorClass] of [
      ['GET', '/', 404, 'invalid-request'],
      ['GET', '/__proto__', 404, 'invalid-request'],
      ['GET', '/api/internal/database/plan', 503, 'not-configured'],
      ['GET', '/api/internal/database/status', 503, 'not-configured'],
      ['GET', '/api/internal/database/doctor', 503, 'not-configured'],
    ] as const) {
      const answer = await fetch(`${address}${path}`, { method });
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        status,
        'application/problem+json; charset=utf-8',
      ]);
      expect(await answer.json()).toMatchObject({ status, ok: false, error_class: errorClass });
    }
    const health = await fetch(`${address}/healthz`, { method: 'HEAD' });
    expect([health.status, await health.text()]).toEqual([200, '']);
  });

  it('stays when the readers of its log and its output are gone', async () => {
    const { address, child, ended } = await start('--addr', '127.0.0.1:0');
    child.stdout.destroy();
    child.stderr.destroy();
    // Each answer is a line of the log, which nobody takes any more.
    for (let index = 0; index < 3; index += 1) expect((await fetch(`${address}/healthz`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('serves others only with authentication, and says who reads without', async () => {
    const open = await start('--addr', '127.0.0.1:0');
    expect(open.err()).toContain('every local user can read plan, status and doctor');
    writeFileSync(join(directory, 'token'), 'a-token-for-tests-only-0123456789\n', { mode: 0o600 });
    const env = { BUS_DATABASE_PROVIDER: 'postgres', BUS_DATABASE_API_TOKEN_FILE: join(directory, 'token') };
    const served = await startIn(env, '--addr', '0.0.0.0:0');
    const { port } = new URL(served.address);
    expect((await fetch(`http://127.0.0.1:${port}/api/internal/database/capabilities`)).status).toBe(401);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    chmodSync(join(directory, 'token'), 0o644);
    const refused = await startIn(env, '--addr', '127.0.0.1:0');
    expect([await refused.ended, refused.err()]).toEqual([2, expect.stringContaining('chmod 600')]);
  });

  it('serves the deployments of a folder, and refuses one that would undo another', async () => {
    const folder = join(directory, 'deployments');
    const write = (id: string, dsnDirectory = `./local/${id}`, file = id) =>
      writeFileSync(
        join(folder, `${file}.env`),
        `BUS_DEPLOYMENT_ID=${id}\nBUS_POSTGRES_ADMIN_DSN_FILE=./admin\nBUS_DATABASE_NAMES=a\nBUS_DATABASE_SERVICE_ROLE=s\nBUS_DATABASE_DSN_OUTPUT_DIR=${dsnDirectory}\n`,
      );
    mkdirSync(folder);
    const empty = await start('--deployments', folder);
    expect([await empty.ended, empty.err()]).toEqual([2, expect.stringContaining('holds no file named *.env')]);
    write('shop-dev');
    write('shop-live');
    const { address, child, ended } = await start('--addr', '127.0.0.1:0', `--deployments=${folder}`);
    const ask = async (path: string) =>
      JSON.parse(await (await fetch(`${address}/api/internal/database/${path}`)).text());
    expect((await ask('capabilities')).deployments).toEqual(['shop-dev', 'shop-live']);
    expect((await ask('plan')).diagnostics[0].message).toContain('deployment_id is missing');
    expect((await ask('plan?deployment_id=other')).diagnostics[0].code).toBe('unknown-deployment');
    // Found, and asked: its admin DSN file is not there.
    expect((await ask('plan?deployment_id=shop-live')).error_class).toBe('not-configured');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    write('shop-live', './local/shop-dev/');
    write('shop-dev', './x', 'z');
    const refused = await start('--deployments', folder);
    expect(await refused.ended).toBe(2);
    expect(refused.err()).toContain('deployment shop-dev has another env file');
    expect(refused.err()).toContain('BUS_DATABASE_DSN_OUTPUT_DIR is that of deployment shop-dev');
    rmSync(join(folder, 'z.env'));
    mkdirSync(join(directory, 'one'));
    symlinkSync('one', join(directory, 'alias'));
    write('shop-dev', join(directory, 'one/dsn'));
    write('shop-live', join(directory, 'alias/dsn'));
    const linked = await start('--deployments', folder);
    expect([await linked.ended, linked.err()]).toEqual([
      2,
      expect.stringContaining('BUS_DATABASE_DSN_OUTPUT_DIR is that of deployment shop-dev'),
    ]);
    // Among several broken files each says which it is.
    for (const file of ['shop-dev', 'shop-live'])
      writeFileSync(join(folder, `${file}.env`), `BUS_DEPLOYMENT_ID=${file}\nBUS_DATABASE_NAMES=,\n`);
    const broken = await start('--deployments', folder);
    expect(await broken.ended).toBe(2);
    const told = broken
      .err()
      .split('\n')
      .filter((line) => line.startsWith('bus-api-provider-database: '));
    expect(told.length).toBeGreaterThan(2);
    for (const line of told) expect(line.match(/shop-(dev|live)\.env/g)).toHaveLength(1);
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
    ['0.0.0.0:8092', 'others reach this address, and nobody is authenticated'],
    ['[::]:8092', '--addr [::]:8092: others reach this address, and nobody is authenticated'],
    ['10.0.0.1:8092', 'others reach this address, and nobody is authenticated'],
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
    expect(err().split('\n').at(-2)).toBe(
      `bus-api-provider-database: can't listen on 127.0.0.1:${port}: the address is in use`,
    );
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
